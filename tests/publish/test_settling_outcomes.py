"""Every row of the catalogue of Telegram's answers and its right reaction, from the article to what is sent next.

What an answer *means* is tested in botapi/test_error_mapping; here the whole bot meets each of them once, over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.botapi import error_texts
from bot.domain.interpretation import RIGHTS_SECONDS
from bot.errors import TokenRevoked
from bot.publish import editions, notifier
from bot.sandbox import Person, Sandbox, faults, refusals
from bot.settings import Picture
from bot.store import follows
from tests.support.outgoing import Outgoing, going

pytestmark = pytest.mark.asyncio(loop_scope="module")

BAD, NO = "Bad Request: ", "Forbidden: "
PICTURE = "https://news.example/a.jpg"
PHOTO = {"delivery": {"picture": "photo"}}

PLAIN = (
    'can\'t parse entities: Unsupported start tag "p" at byte offset 1',
    "text contains invalid Unicode characters after decoding HTML entities",
    "text must be encoded in UTF-8",
    "ENTITY_BOUNDS_INVALID",
)
SHORTER = ("message is too long", "text is too long", "MESSAGE_TOO_LONG")
SHORTER_CAPTION = ("message caption is too long", "CAPTION_TOO_LONG")
NO_WORDS = ("message text is empty", "text must be non-empty")
NO_KEYBOARD = (
    "BUTTON_DATA_INVALID",
    "BUTTON_TYPE_INVALID",
    "BUTTON_URL_INVALID",
    "REPLY_MARKUP_INVALID",
    "reply markup is too long",
    "can't parse reply keyboard markup JSON object",
    "inline keyboard button URL 'x' is invalid: Wrong HTTP URL",
)
NO_PICTURE = (
    "wrong file identifier/HTTP URL specified",
    "wrong HTTP URL specified",
    "failed to get HTTP URL content",
    "wrong type of the web page content",
    'failed to send message #1 with the error message "WEBPAGE_CURL_FAILED"',
    "WEBPAGE_MEDIA_EMPTY",
    "MEDIA_EMPTY",
    "PHOTO_INVALID_DIMENSIONS",
    "PHOTO_SAVE_FILE_INVALID",
    "PHOTO_EXT_INVALID",
    "photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp",
    "IMAGE_PROCESS_FAILED",
    "can't upload file by URL",
    "file is too big",
    "invalid file_id",
    "wrong remote file identifier specified",
    "not enough rights to send photos to the chat",
    "CHAT_SEND_PHOTOS_FORBIDDEN",
)
NO_REPLY = (
    "message to be replied not found",
    "message to reply not found",
    "replied message not found",
)
NO_THREAD = (
    "message thread not found",
    "message thread is not a forum topic thread",
    "TOPIC_DELETED",
    "TOPIC_ID_INVALID",
)
UNPAID = ("BALANCE_TOO_LOW",)
RIGHTS = (
    "not enough rights to send text messages to the chat",
    "have no rights to send a message",
    "have no write access to the chat",
    "need administrator rights in the channel chat",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
    "CHAT_ADMIN_REQUIRED",
    "CHAT_SEND_PLAIN_FORBIDDEN",
    "USER_BANNED_IN_CHANNEL",
    "TOPIC_CLOSED",
)
RIGHTS_403 = (
    "bot was kicked from the channel chat",
    "bot is not a member of the channel chat",
    "not enough rights",
    "need administrator rights in the channel chat",
    "have no rights to send a message",
)
NOT_THERE = (
    "chat not found",
    "private chat not found",
    "PEER_ID_INVALID",
    "CHANNEL_PRIVATE",
    "CHAT_ID_INVALID",
    "group chat was deactivated",
    "chat was deleted",
)
LEFT = ("user is deactivated", "INPUT_USER_DEACTIVATED", "USER_IS_BLOCKED")
LEFT_403 = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot can't initiate conversation with a user",
    "bot can't send messages to bots",
)
LEFT_GROUP_403 = (
    "bot was kicked from the group chat",
    "bot was kicked from the supergroup chat",
    "bot is not a member of the supergroup chat",
    "the group chat was deleted",
)
SOON = ("group chat was upgraded to a supergroup chat",)
#: Of edits and deletions.
SO_ALREADY = (refusals.NOT_MODIFIED,)
POST_GONE = ("message to edit not found", "MESSAGE_ID_INVALID")
UNEDITABLE = (
    "message can't be edited",
    "message can't be edited to the specified message type",
)
DELETED_ALREADY = ("message to delete not found",)
UNDELETABLE = ("message can't be deleted", "message can't be deleted for everyone")
#: Of what is no delivery: tests/botapi/test_error_mapping.py and those of callbacks and of the recovery have them.
ELSEWHERE = (
    "query is too old",
    "query ID is invalid",
    "message to forward not found",
    "protected content",
    "FORWARDS_RESTRICTED",
)


class Publishers:
    def __init__(self, sandbox: Sandbox, editor: Person) -> None:
        self.sandbox, self.editor = sandbox, editor

    def going(self, **more: Any) -> Any:
        return going(self.sandbox, self.editor, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_publishers() -> AsyncIterator[Publishers]:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        sandbox.world.open_private(editor)
        yield Publishers(sandbox, editor)


@pytest.fixture
def publishers(shared_publishers: Publishers) -> Publishers:
    shared_publishers.sandbox.faults.clear()
    return shared_publishers


@pytest_asyncio.fixture(loop_scope="module")
async def publisher(publishers: Publishers) -> AsyncIterator[Outgoing]:
    async with publishers.going() as publisher:
        yield publisher


@pytest.fixture
def ann(publishers: Publishers) -> Person:
    ann = publishers.sandbox.world.add_person("Ann")
    publishers.sandbox.world.open_private(ann)
    return ann


async def test_every_key_of_the_tables_is_met_here() -> None:
    """A row that is added to the tables without a case here is found."""
    cases = [
        (
            PLAIN,
            SHORTER,
            SHORTER_CAPTION,
            NO_WORDS,
            NO_KEYBOARD,
            NO_PICTURE,
            NO_REPLY,
            NO_THREAD,
            UNPAID,
            RIGHTS,
        ),
        (
            NOT_THERE,
            LEFT,
            SOON,
            SO_ALREADY,
            POST_GONE,
            UNEDITABLE,
            DELETED_ALREADY,
            UNDELETABLE,
            ELSEWHERE,
        ),
    ]
    texts = [text.lower() for row in cases for group in row for text in group]
    first = {
        next((key for key, _ in error_texts.BAD_REQUESTS if key in text), None)
        for text in texts
    }
    assert {key for key, _ in error_texts.BAD_REQUESTS} - first == set()
    texts = [
        text.lower()
        for group in (RIGHTS_403, LEFT_403, LEFT_GROUP_403)
        for text in group
    ]
    first = {
        next((key for key, _ in error_texts.FORBIDDEN if key in text), None)
        for text in texts
    }
    assert {key for key, _ in error_texts.FORBIDDEN} - first == set()


# --- refused as it is: mended once ------------------------------------------------------------------------------------


async def mended(
    publisher: Outgoing, fault: str, **fields: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Post an article that is refused once; return what was asked before and after, once it is posted."""
    method = (
        "sendPhoto"
        if publisher.telegram._parts.settings.delivery.picture is Picture.PHOTO
        else "sendMessage"
    )
    rule = publisher.sandbox.fail(
        method, faults.refused(400, BAD + fault), chat=publisher.place
    )
    await publisher.record(
        topics=("AI",), excerpt="Words that tell more. " * 60, **fields
    )
    await publisher.deliver(lasting=5)
    first, second = publisher.made()
    assert rule.hits == 1
    assert not first.ok
    assert second.ok
    row = await publisher.row()
    assert (row["state"], row["message"]) == ("sent", publisher.posts()[0].id)
    assert len(publisher.posts()) == 1
    return {"method": first.method, **first.params}, {
        "method": second.method,
        **second.params,
    }


def went_out_changed(publisher: Outgoing) -> bool:
    """The editors were told, once, that Telegram had to be obliged."""
    return [text.splitlines()[0] for text in publisher.alerts()] == [
        "A post in News went out changed"
    ]


def went_out_in_another_way(publisher: Outgoing) -> bool:
    """The editors were told, once, of what each post will need until the settings are corrected."""
    return [text.splitlines()[0] for text in publisher.alerts()] == [
        "Posts in News go out differently from what the settings say"
    ]


@pytest.mark.parametrize("fault", PLAIN)
async def test_unreadable_markup_goes_out_once_as_plain_text(
    publisher: Outgoing, fault: str
) -> None:
    before, after = await mended(publisher, fault)
    assert before["parse_mode"] == "HTML"
    assert "parse_mode" not in after
    assert "<b>" not in after["text"]
    assert publisher.articles["a.md"].title in after["text"]
    assert after["reply_markup"] == before["reply_markup"]
    assert went_out_changed(publisher)


async def test_markup_that_is_refused_as_plain_text_too_is_given_up(
    publisher: Outgoing,
) -> None:
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(400, BAD + PLAIN[0]),
        times=None,
        chat=publisher.place,
    )
    await publisher.record()
    await publisher.deliver()
    assert len(publisher.made()) == 2
    assert (await publisher.row())["state"] == "refused"
    assert publisher.alerts()[-1].startswith("Telegram refused a post in News")


@pytest.mark.parametrize("fault", SHORTER)
async def test_what_is_too_long_goes_out_shorter(
    publisher: Outgoing, fault: str
) -> None:
    before, after = await mended(publisher, fault)
    assert len(after["text"]) < len(before["text"])
    assert publisher.articles["a.md"].title in after["text"]
    assert after["parse_mode"] == "HTML"
    assert went_out_changed(publisher)


@pytest.mark.parametrize("fault", SHORTER_CAPTION)
async def test_a_caption_that_is_too_long_goes_out_shorter(
    publishers: Publishers, fault: str
) -> None:
    async with publishers.going(**PHOTO) as publisher:
        before, after = await mended(publisher, fault, image=PICTURE)
        assert after["method"] == "sendPhoto"
        assert len(after["caption"]) < len(before["caption"])


async def test_a_call_that_is_too_large_goes_out_shorter(publisher: Outgoing) -> None:
    publisher.sandbox.fail(
        "sendMessage", faults.refused(413, "Request Entity Too Large")
    )
    await publisher.record(excerpt="Words that tell more. " * 60)
    await publisher.deliver()
    first, second = publisher.made()
    assert len(second.params["text"]) < len(first.params["text"])
    assert (await publisher.row())["state"] == "sent"


@pytest.mark.parametrize("fault", NO_WORDS)
async def test_a_post_without_words_is_given_up_at_once_and_told(
    publisher: Outgoing, fault: str
) -> None:
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(400, BAD + fault),
        times=None,
        chat=publisher.place,
    )
    await publisher.record()
    await publisher.deliver()
    await publisher.deliver(86_400)
    assert len(publisher.made()) == 1
    assert (await publisher.row())["state"] == "refused"
    assert [text.splitlines()[0] for text in publisher.alerts()] == [
        "Telegram refused a post in News"
    ]


@pytest.mark.parametrize("fault", NO_KEYBOARD)
async def test_a_refused_keyboard_is_left_out(publisher: Outgoing, fault: str) -> None:
    before, after = await mended(publisher, fault)
    assert "reply_markup" in before
    assert "reply_markup" not in after
    assert "https://news.example/a.md" in after["text"]  # where the button led
    assert went_out_changed(publisher)


@pytest.mark.parametrize("fault", NO_PICTURE)
async def test_a_picture_that_telegram_cannot_use_gives_way_to_text(
    publishers: Publishers, fault: str
) -> None:
    async with publishers.going(**PHOTO) as publisher:
        before, after = await mended(publisher, fault, image=PICTURE)
        assert (before["method"], after["method"]) == ("sendPhoto", "sendMessage")
        assert publisher.articles["a.md"].title in after["text"]
        assert went_out_changed(publisher)


@pytest.mark.parametrize("fault", NO_REPLY)
async def test_a_message_to_answer_that_is_gone_is_answered_no_more(
    publisher: Outgoing, fault: str
) -> None:
    _, after = await mended(publisher, fault)
    assert "reply_parameters" not in after


@pytest.mark.parametrize("fault", NO_THREAD)
async def test_a_forum_topic_that_is_gone_gives_way_to_the_forum(
    publishers: Publishers, fault: str
) -> None:
    forum = publishers.sandbox.world.add_group("News", supergroup=True, forum=True)
    await publishers.sandbox.add_bot(forum)
    topic = publishers.sandbox.world.add_topic(forum, "Articles")
    async with publishers.going(place=forum, threads=[topic.id]) as publisher:
        before, after = await mended(publisher, fault)
        assert int(before["message_thread_id"]) == topic.id
        assert "message_thread_id" not in after
        assert went_out_in_another_way(publisher)


@pytest.mark.parametrize("fault", UNPAID)
async def test_without_stars_it_goes_out_as_any_message(
    publishers: Publishers, fault: str
) -> None:
    async with publishers.going(telegram={"paid_broadcast": True}) as publisher:
        before, after = await mended(publisher, fault)
        assert str(before["allow_paid_broadcast"]).lower() == "true"
        assert str(after.get("allow_paid_broadcast", False)).lower() == "false"
        assert went_out_in_another_way(publisher)


@pytest.mark.parametrize("fault", [NO_THREAD[0], UNPAID[0]])
async def test_what_every_post_will_need_is_told_once_until_it_is_over(
    publishers: Publishers, fault: str
) -> None:
    async with publishers.going(telegram={"paid_broadcast": True}) as publisher:
        for path, troubled in (
            ("a.md", True),
            ("b.md", True),
            ("c.md", False),
            ("d.md", True),
        ):
            if troubled:
                publisher.sandbox.fail(
                    "sendMessage",
                    faults.refused(400, BAD + fault),
                    chat=publisher.place,
                )
            await publisher.record(path)
            await publisher.deliver(notifier.QUIET.total_seconds() + 1)
        assert len(publisher.posts()) == 4
        assert len(publisher.alerts()) == 2


async def test_two_troubles_are_both_mended(publisher: Outgoing) -> None:
    publisher.sandbox.fail(
        "sendMessage", faults.refused(400, BAD + NO_KEYBOARD[0]), chat=publisher.place
    )
    publisher.sandbox.fail(
        "sendMessage", faults.refused(400, BAD + PLAIN[0]), chat=publisher.place
    )
    await publisher.record()
    await publisher.deliver(lasting=5)
    last = publisher.made()[-1].params
    assert len(publisher.made()) == 3
    assert not {"parse_mode", "reply_markup"} & last.keys()
    assert (await publisher.row())["state"] == "sent"


async def test_what_mended_one_post_mends_no_other(publisher: Outgoing) -> None:
    """Neither the next article nor the next edition of the same one."""
    await mended(publisher, PLAIN[0])
    await publisher.record("b.md")
    await publisher.deliver()
    assert publisher.made()[-1].params["parse_mode"] == "HTML"
    await publisher.store(
        editions.republish, 1, publisher.sandbox.clock(), publisher.channels.live
    )
    await publisher.deliver()
    assert publisher.made()[-1].params["parse_mode"] == "HTML"
    assert len(publisher.posts()) == 3


async def test_something_new_is_given_up_and_told_word_for_word(
    publisher: Outgoing,
) -> None:
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(400, BAD + "SOMETHING_NEW"),
        times=None,
        chat=publisher.place,
    )
    await publisher.record()
    await publisher.deliver()
    assert (await publisher.row())["state"] == "refused"
    assert "something_new" in publisher.alerts()[0].lower()


# --- a channel that can't be posted in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        *((400, BAD + text) for text in (*RIGHTS, *NOT_THERE)),
        *((403, NO + text) for text in (*RIGHTS_403, *LEFT_GROUP_403)),
    ],
)
async def test_a_channel_out_of_reach_waits_and_the_editors_hear_once(
    publisher: Outgoing, answer: tuple[int, str]
) -> None:
    publisher.sandbox.fail(
        "sendMessage", faults.refused(*answer), times=None, chat=publisher.place
    )
    await publisher.record("a.md")
    await publisher.record("b.md")
    await publisher.deliver()
    assert len(publisher.made()) == 1  # the second does not even try
    assert {row["state"] for row in await publisher.rows()} == {"pending"}
    await publisher.deliver(RIGHTS_SECONDS + 1)
    assert len(publisher.made()) == 2
    assert len(publisher.alerts()) == 1
    assert "News" in publisher.alerts()[0]
    publisher.sandbox.faults.clear()
    await publisher.deliver(RIGHTS_SECONDS + 1)
    assert [row["state"] for row in await publisher.rows()] == ["sent", "sent"]
    assert [post.text.splitlines()[0][-4:] for post in publisher.posts()] == [
        "a.md",
        "b.md",
    ]
    assert len(publisher.alerts()) == 2
    assert "What waited is on its way" in publisher.alerts()[1]


async def test_a_channel_goes_on_at_once_when_the_right_is_back(
    publisher: Outgoing,
) -> None:
    await publisher.sandbox.add_bot(publisher.place, rights=["can_edit_messages"])
    await publisher.record("a.md")
    await publisher.record("b.md")
    await publisher.deliver()
    assert publisher.posts() == []
    await publisher.sandbox.add_bot(publisher.place, rights=["can_post_messages"])
    await publisher.hear()
    await publisher.deliver()
    assert [post.text.splitlines()[0][-4:] for post in publisher.posts()] == [
        "a.md",
        "b.md",
    ]


async def test_a_right_lost_again_is_news_again(publisher: Outgoing) -> None:
    for path in ("a.md", "b.md"):
        publisher.sandbox.fail(
            "sendMessage", faults.refused(400, BAD + RIGHTS[0]), chat=publisher.place
        )
        await publisher.record(path)
        await publisher.deliver()
        await publisher.deliver(RIGHTS_SECONDS + 1)
    lost, back = "I may no longer post in News", "I may post in News again"
    assert [text.splitlines()[0] for text in publisher.alerts()] == [
        lost,
        back,
        lost,
        back,
    ]
    assert len(publisher.posts()) == 2


async def test_a_channel_out_of_reach_removes_no_reader(
    publisher: Outgoing, ann: Person
) -> None:
    await publisher.follower(ann)
    publisher.sandbox.fail(
        "sendMessage", faults.refused(403, NO + RIGHTS_403[0]), chat=publisher.place
    )
    await publisher.record(topics=("AI",))
    await publisher.deliver()
    assert len(publisher.posts(ann)) == 1


# --- a reader who can't be reached ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        *((400, BAD + text) for text in (*NOT_THERE, *LEFT)),
        *((403, NO + text) for text in LEFT_403),
    ],
)
async def test_a_reader_who_left_is_parked_and_their_topics_kept(
    publisher: Outgoing, ann: Person, answer: tuple[int, str]
) -> None:
    await publisher.follower(ann, "AI", "Space")
    publisher.sandbox.fail("sendMessage", faults.refused(*answer), chat=ann)
    await publisher.record("a.md", topics=("AI",))
    await publisher.record("b.md", topics=("AI",))
    await publisher.deliver()
    await publisher.record("c.md", topics=("AI",))
    await publisher.deliver(86_400)
    assert len(publisher.made(ann)) == 1
    (reader,) = await publisher.rows("SELECT * FROM chats WHERE kind = 'private'")
    assert reader["state"] == "parked"
    assert [
        topic.name for topic in await publisher.store(follows.of_chat, reader["id"])
    ] == [
        "AI",
        "Space",
    ]
    assert len(publisher.posts()) == 3  # the channel has them all
    assert publisher.alerts() == []
    await publisher.sandbox.open_link(ann)
    await publisher.hear()
    await publisher.record("d.md", topics=("Space",))
    await publisher.deliver()
    assert "d.md" in publisher.posts(ann)[-1].text


async def test_a_reader_who_blocked_the_bot_is_back_when_it_is_let_in(
    publisher: Outgoing, ann: Person
) -> None:
    await publisher.follower(ann)
    await publisher.sandbox.block(ann)
    await publisher.record("a.md", topics=("AI",))
    await publisher.deliver()  # a real 403: the bot has not heard of it
    assert [row["state"] for row in await publisher.rows()] == ["sent", "gone"]
    await publisher.sandbox.unblock(ann)
    await publisher.hear()
    await publisher.record("b.md", topics=("AI",))
    await publisher.deliver()
    first = [post.text.splitlines()[0] for post in publisher.posts(ann)]
    assert first[0] == "While you were away: 1 article"
    assert [line[-4:] for line in first[1:]] == ["b.md"]


@pytest.mark.parametrize("fault", LEFT_GROUP_403)
async def test_a_group_that_threw_the_bot_out_is_parked(
    publishers: Publishers, publisher: Outgoing, fault: str
) -> None:
    group = publishers.sandbox.world.add_group("Friends", supergroup=True)
    await publisher.follower(group)
    publisher.sandbox.fail("sendMessage", faults.refused(403, NO + fault), chat=group)
    await publisher.record(topics=("AI",))
    await publisher.deliver()
    assert (await publisher.rows("SELECT * FROM chats WHERE kind = 'group'"))[0][
        "state"
    ] == "parked"
    assert len(publisher.posts()) == 1


# --- another address, a pause, a doubt --------------------------------------------------------------------------------


@pytest.mark.parametrize("of_the_settings", [True, False])
async def test_a_group_with_a_new_number_gets_its_post_there_at_once(
    publishers: Publishers, of_the_settings: bool
) -> None:
    group = publishers.sandbox.world.add_group("Friends", supergroup=False)
    await publishers.sandbox.add_bot(group)
    async with publishers.going(
        **({"place": group} if of_the_settings else {})
    ) as publisher:
        if not of_the_settings:
            await publisher.follower(group)
        new = publishers.sandbox.world.migrate(group)
        await publisher.record(topics=("AI",))
        await publisher.deliver()
        assert len(publisher.posts(new)) == 1
        assert [
            row["state"]
            for row in await publisher.rows(
                "SELECT * FROM deliveries WHERE state <> 'sent'"
            )
        ] == []
        assert publisher.alerts() == []


@pytest.mark.parametrize("fault", SOON)
async def test_a_group_on_its_way_to_a_new_number_is_tried_again(
    publisher: Outgoing, fault: str
) -> None:
    publisher.sandbox.fail("sendMessage", faults.refused(400, BAD + fault))
    await publisher.record()
    await publisher.deliver()
    assert (await publisher.row())["state"] == "pending"
    await publisher.deliver(error_texts.UNSAID_SECONDS + 1)
    assert len(publisher.posts()) == 1


async def test_a_pause_holds_that_chat_and_no_other(
    publisher: Outgoing, ann: Person
) -> None:
    await publisher.follower(ann)
    publisher.sandbox.fail("sendMessage", faults.retry_after(35), chat=publisher.place)
    await publisher.record("a.md", topics=("AI",))
    await publisher.record("b.md", topics=("AI",))
    await publisher.deliver()
    assert len(publisher.made()) == 1
    assert len(publisher.posts(ann)) == 2
    (place,) = await publisher.rows("SELECT * FROM chats WHERE kind = 'channel'")
    assert place["not_before"] is not None
    assert "pause" in place["reason"]
    await publisher.deliver(36)
    assert len(publisher.posts()) == 2
    assert publisher.alerts() == []


async def test_a_pause_without_a_time_is_half_a_minute(publisher: Outgoing) -> None:
    publisher.sandbox.fail("sendMessage", faults.refused(429, "Too Many Requests"))
    await publisher.record()
    await publisher.deliver()
    await publisher.deliver(error_texts.UNSAID_SECONDS - 5)
    assert len(publisher.made()) == 1
    await publisher.deliver(6)
    assert len(publisher.posts()) == 1


@pytest.mark.parametrize(
    ("fault", "was_there"),
    [
        (faults.broken(500), False),
        (faults.broken(502, "Bad Gateway"), False),
        (faults.page(502), False),
        (faults.broken(504, "Gateway Timeout"), False),
        (faults.cut_before(), False),
        (faults.cut_after(), True),
        (faults.garbage(), True),
    ],
)
async def test_a_post_in_doubt_is_left_alone_then_looked_for_and_there_once(
    publisher: Outgoing, fault: faults.Fault, was_there: bool
) -> None:
    await publisher.record("a.md")
    await publisher.deliver()
    publisher.sandbox.fail("sendMessage", fault)
    await publisher.record("b.md")
    await publisher.deliver()
    assert len(publisher.posts()) == 1 + was_there
    assert [row["state"] for row in await publisher.rows()] == ["sent", "doubtful"]
    await publisher.deliver(61)
    for _ in range(5):
        await publisher.deliver(5)
    assert [row["state"] for row in await publisher.rows()] == ["sent", "sent"]
    assert [post.text.splitlines()[0][-4:] for post in publisher.posts()] == [
        "a.md",
        "b.md",
    ]
    assert publisher.alerts() == []


@pytest.mark.parametrize("answer", [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_revoked_token_stops_the_bot_and_loses_nothing(
    publisher: Outgoing, answer: tuple[int, str]
) -> None:
    publisher.sandbox.fail("sendMessage", faults.refused(*answer), times=None)
    await publisher.record()
    with pytest.raises(TokenRevoked):
        await publisher.deliver()
    assert (await publisher.row())["state"] == "pending"
    await publisher.deliver()  # and nothing more is begun
    assert len(publisher.made()) == 1


# --- edits and deletions ----------------------------------------------------------------------------------------------


async def changed(
    publisher: Outgoing,
    fault: faults.Fault,
    method: str = "editMessageText",
    **fields: Any,
) -> None:
    """Post an article, let it change, and let the edit or deletion meet a fault once."""
    await publisher.record(topics=("AI",))
    await publisher.deliver()
    publisher.sandbox.fail(method, fault)
    await publisher.record(**(fields or {"excerpt": "There is news."}))
    await publisher.deliver()


def edits(publisher: Outgoing) -> list[dict[str, Any]]:
    return [
        call.params for call in publisher.made() if call.method == "editMessageText"
    ]


@pytest.mark.parametrize("fault", SO_ALREADY)
async def test_a_post_that_is_so_already_counts_as_edited(
    publisher: Outgoing, fault: str
) -> None:
    await changed(publisher, faults.refused(400, BAD + fault))
    await publisher.deliver(86_400)
    assert len(edits(publisher)) == 1
    assert ((await publisher.row())["edit_due"], publisher.alerts()) == (None, [])


@pytest.mark.parametrize("fault", POST_GONE)
async def test_a_post_that_somebody_deleted_is_edited_and_sent_no_more(
    publisher: Outgoing, fault: str
) -> None:
    await changed(publisher, faults.refused(400, BAD + fault))
    await publisher.record(excerpt="There is more news.")
    await publisher.deliver(86_400)
    assert len(edits(publisher)) == 1
    assert (await publisher.row())["state"] == "gone"
    assert len(publisher.posts()) == 1


@pytest.mark.parametrize("fault", UNEDITABLE)
async def test_a_post_that_cannot_be_edited_stays_and_the_editors_hear(
    publisher: Outgoing, fault: str
) -> None:
    await changed(publisher, faults.refused(400, BAD + fault))
    await publisher.deliver(86_400)
    assert len(edits(publisher)) == 1
    assert (await publisher.row())["state"] == "sent"
    assert len(publisher.alerts()) == 1


@pytest.mark.parametrize(
    ("fault", "without"),
    [
        *((text, "parse_mode") for text in PLAIN),
        *((text, "keyboard") for text in NO_KEYBOARD),
    ],
)
async def test_a_refused_edit_is_mended_once(
    publisher: Outgoing, fault: str, without: str
) -> None:
    await changed(publisher, faults.refused(400, BAD + fault))
    before, after = edits(publisher)
    assert (before["parse_mode"], bool(before["reply_markup"]["inline_keyboard"])) == (
        "HTML",
        True,
    )
    if without == "parse_mode":
        assert "parse_mode" not in after
    else:
        assert after["reply_markup"]["inline_keyboard"] == []
    assert "There is news." in publisher.posts()[0].text


@pytest.mark.parametrize("fault", SHORTER)
async def test_an_edit_that_is_too_long_is_made_shorter(
    publisher: Outgoing, fault: str
) -> None:
    await changed(
        publisher,
        faults.refused(400, BAD + fault),
        excerpt="Words that tell more. " * 60,
    )
    before, after = edits(publisher)
    assert len(after["text"]) < len(before["text"])


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (faults.retry_after(35), 36.0),
        (faults.refused(400, BAD + RIGHTS[0]), RIGHTS_SECONDS + 1),
        (faults.refused(403, NO + RIGHTS_403[0]), RIGHTS_SECONDS + 1),
        (faults.refused(400, BAD + NOT_THERE[0]), RIGHTS_SECONDS + 1),
        (faults.broken(502, "Bad Gateway"), 11.0),
        (faults.cut_before(), 11.0),
        (faults.cut_after(), 11.0),
        (faults.garbage(), 11.0),
    ],
)
async def test_an_edit_that_has_to_wait_is_made_later(
    publisher: Outgoing, fault: faults.Fault, seconds: float
) -> None:
    await changed(publisher, fault)
    assert len(edits(publisher)) == 1
    await publisher.deliver(seconds)
    assert len(edits(publisher)) == 2
    assert "There is news." in publisher.posts()[0].text
    assert (await publisher.row())["edit_due"] is None


@pytest.mark.parametrize("fault", DELETED_ALREADY)
async def test_a_post_deleted_already_counts_as_deleted(
    publisher: Outgoing, fault: str
) -> None:
    await changed(
        publisher, faults.refused(400, BAD + fault), "deleteMessage", removed=True
    )
    await publisher.deliver(600)
    assert [call.method for call in publisher.made()] == [
        "sendMessage",
        "deleteMessage",
    ]
    assert ((await publisher.row())["state"], publisher.alerts()) == ("withdrawn", [])


@pytest.mark.parametrize("fault", UNDELETABLE)
async def test_a_post_that_cannot_be_deleted_becomes_a_note(
    publisher: Outgoing, fault: str
) -> None:
    await changed(
        publisher, faults.refused(400, BAD + fault), "deleteMessage", removed=True
    )
    assert [call.method for call in publisher.made()] == [
        "sendMessage",
        "deleteMessage",
        "editMessageText",
    ]
    assert (await publisher.row())["state"] == "withdrawn"
    assert publisher.posts()[0].buttons == []
