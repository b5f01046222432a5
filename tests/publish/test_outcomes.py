"""Every row of the catalogue of Telegram's answers and its right reaction, from the article to what is sent next.

What an answer *means* is tested in test_outcomes; here the whole bot meets each of them once, over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.botapi import error_mapping
from bot.domain.delivery import RIGHTS_SECONDS
from bot.errors import TokenRevoked
from bot.publish import editions, notifier
from bot.sandbox import Person, Sandbox, faults, refusals
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
NO_REPLY = ("message to be replied not found", "message to reply not found", "replied message not found")
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
UNEDITABLE = ("message can't be edited", "message can't be edited to the specified message type")
DELETED_ALREADY = ("message to delete not found",)
UNDELETABLE = ("message can't be deleted", "message can't be deleted for everyone")
#: Of what is no delivery: test_outcomes, test_chat_buttons and the looks have them.
ELSEWHERE = (
    "query is too old",
    "query ID is invalid",
    "message to forward not found",
    "protected content",
    "FORWARDS_RESTRICTED",
)


class Stage:
    def __init__(self, sandbox: Sandbox, editor: Person) -> None:
        self.sandbox, self.editor = sandbox, editor

    def going(self, **more: Any) -> Any:
        return going(self.sandbox, self.editor, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Stage]:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        sandbox.world.open_private(editor)
        yield Stage(sandbox, editor)


@pytest.fixture
def stage(shared: Stage) -> Stage:
    shared.sandbox.faults.clear()
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def bot(stage: Stage) -> AsyncIterator[Outgoing]:
    async with stage.going() as bot:
        yield bot


@pytest.fixture
def ann(stage: Stage) -> Person:
    ann = stage.sandbox.world.add_person("Ann")
    stage.sandbox.world.open_private(ann)
    return ann


async def test_every_key_of_the_tables_is_met_here() -> None:
    """A row that is added to the tables without a case here is found."""
    cases = [
        (PLAIN, SHORTER, SHORTER_CAPTION, NO_WORDS, NO_KEYBOARD, NO_PICTURE, NO_REPLY, NO_THREAD, UNPAID, RIGHTS),
        (NOT_THERE, LEFT, SOON, SO_ALREADY, POST_GONE, UNEDITABLE, DELETED_ALREADY, UNDELETABLE, ELSEWHERE),
    ]
    texts = [text.lower() for row in cases for group in row for text in group]
    first = {next((key for key, _ in error_mapping._BAD_REQUESTS if key in text), None) for text in texts}
    assert {key for key, _ in error_mapping._BAD_REQUESTS} - first == set()
    texts = [text.lower() for group in (RIGHTS_403, LEFT_403, LEFT_GROUP_403) for text in group]
    first = {next((key for key, _ in error_mapping._FORBIDDEN if key in text), None) for text in texts}
    assert {key for key, _ in error_mapping._FORBIDDEN} - first == set()


# --- refused as it is: mended once ------------------------------------------------------------------------------------


async def mended(bot: Outgoing, fault: str, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Post an article that is refused once; return what was asked before and after, once it is posted."""
    method = "sendPhoto" if bot.telegram._settings.delivery.picture == "photo" else "sendMessage"
    rule = bot.sandbox.fail(method, faults.refused(400, BAD + fault), chat=bot.place)
    await bot.record(topics=("AI",), excerpt="Words that tell more. " * 60, **fields)
    await bot.deliver()
    first, second = bot.made()
    assert rule.hits == 1
    assert not first.ok
    assert second.ok
    row = await bot.row()
    assert (row["state"], row["message"]) == ("sent", bot.posts()[0].id)
    assert len(bot.posts()) == 1
    return {"method": first.method, **first.params}, {"method": second.method, **second.params}


def went_out_changed(bot: Outgoing) -> bool:
    """The editors were told, once, that Telegram had to be obliged."""
    return [text.splitlines()[0] for text in bot.alerts()] == ["A post in News went out changed"]


def went_out_in_another_way(bot: Outgoing) -> bool:
    """The editors were told, once, of what each post will need until the settings are corrected."""
    return [text.splitlines()[0] for text in bot.alerts()] == [
        "Posts in News go out differently from what the settings say"
    ]


@pytest.mark.parametrize("fault", PLAIN)
async def test_unreadable_markup_goes_out_once_as_plain_text(bot: Outgoing, fault: str) -> None:
    before, after = await mended(bot, fault)
    assert before["parse_mode"] == "HTML"
    assert "parse_mode" not in after
    assert "<b>" not in after["text"]
    assert bot.articles["a.md"].title in after["text"]
    assert after["reply_markup"] == before["reply_markup"]
    assert went_out_changed(bot)


async def test_markup_that_is_refused_as_plain_text_too_is_given_up(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + PLAIN[0]), times=None, chat=bot.place)
    await bot.record()
    await bot.deliver()
    assert len(bot.made()) == 2
    assert (await bot.row())["state"] == "refused"
    assert bot.alerts()[-1].startswith("Telegram refused a post in News")


@pytest.mark.parametrize("fault", SHORTER)
async def test_what_is_too_long_goes_out_shorter(bot: Outgoing, fault: str) -> None:
    before, after = await mended(bot, fault)
    assert len(after["text"]) < len(before["text"])
    assert bot.articles["a.md"].title in after["text"]
    assert after["parse_mode"] == "HTML"
    assert went_out_changed(bot)


@pytest.mark.parametrize("fault", SHORTER_CAPTION)
async def test_a_caption_that_is_too_long_goes_out_shorter(stage: Stage, fault: str) -> None:
    async with stage.going(**PHOTO) as bot:
        before, after = await mended(bot, fault, image=PICTURE)
        assert after["method"] == "sendPhoto"
        assert len(after["caption"]) < len(before["caption"])


async def test_a_call_that_is_too_large_goes_out_shorter(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(413, "Request Entity Too Large"))
    await bot.record(excerpt="Words that tell more. " * 60)
    await bot.deliver()
    first, second = bot.made()
    assert len(second.params["text"]) < len(first.params["text"])
    assert (await bot.row())["state"] == "sent"


@pytest.mark.parametrize("fault", NO_WORDS)
async def test_a_post_without_words_is_given_up_at_once_and_told(bot: Outgoing, fault: str) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + fault), times=None, chat=bot.place)
    await bot.record()
    await bot.deliver()
    await bot.deliver(86_400)
    assert len(bot.made()) == 1
    assert (await bot.row())["state"] == "refused"
    assert [text.splitlines()[0] for text in bot.alerts()] == ["Telegram refused a post in News"]


@pytest.mark.parametrize("fault", NO_KEYBOARD)
async def test_a_refused_keyboard_is_left_out(bot: Outgoing, fault: str) -> None:
    before, after = await mended(bot, fault)
    assert "reply_markup" in before
    assert "reply_markup" not in after
    assert "https://news.example/a.md" in after["text"]  # where the button led
    assert went_out_changed(bot)


@pytest.mark.parametrize("fault", NO_PICTURE)
async def test_a_picture_that_telegram_cannot_use_gives_way_to_text(stage: Stage, fault: str) -> None:
    async with stage.going(**PHOTO) as bot:
        before, after = await mended(bot, fault, image=PICTURE)
        assert (before["method"], after["method"]) == ("sendPhoto", "sendMessage")
        assert bot.articles["a.md"].title in after["text"]
        assert went_out_changed(bot)


@pytest.mark.parametrize("fault", NO_REPLY)
async def test_a_message_to_answer_that_is_gone_is_answered_no_more(bot: Outgoing, fault: str) -> None:
    _, after = await mended(bot, fault)
    assert "reply_parameters" not in after


@pytest.mark.parametrize("fault", NO_THREAD)
async def test_a_forum_topic_that_is_gone_gives_way_to_the_forum(stage: Stage, fault: str) -> None:
    forum = stage.sandbox.world.add_group("News", supergroup=True, forum=True)
    await stage.sandbox.add_bot(forum)
    topic = stage.sandbox.world.add_topic(forum, "Articles")
    async with stage.going(place=forum, threads=[topic.id]) as bot:
        before, after = await mended(bot, fault)
        assert int(before["message_thread_id"]) == topic.id
        assert "message_thread_id" not in after
        assert went_out_in_another_way(bot)


@pytest.mark.parametrize("fault", UNPAID)
async def test_without_stars_it_goes_out_as_any_message(stage: Stage, fault: str) -> None:
    async with stage.going(telegram={"paid_broadcast": True}) as bot:
        before, after = await mended(bot, fault)
        assert str(before["allow_paid_broadcast"]).lower() == "true"
        assert str(after.get("allow_paid_broadcast", False)).lower() == "false"
        assert went_out_in_another_way(bot)


@pytest.mark.parametrize("fault", [NO_THREAD[0], UNPAID[0]])
async def test_what_every_post_will_need_is_told_once_until_it_is_over(stage: Stage, fault: str) -> None:
    async with stage.going(telegram={"paid_broadcast": True}) as bot:
        for path, troubled in (("a.md", True), ("b.md", True), ("c.md", False), ("d.md", True)):
            if troubled:
                bot.sandbox.fail("sendMessage", faults.refused(400, BAD + fault), chat=bot.place)
            await bot.record(path)
            await bot.deliver(notifier.QUIET.total_seconds() + 1)
        assert len(bot.posts()) == 4
        assert len(bot.alerts()) == 2


async def test_two_troubles_are_both_mended(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + NO_KEYBOARD[0]), chat=bot.place)
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + PLAIN[0]), chat=bot.place)
    await bot.record()
    await bot.deliver()
    last = bot.made()[-1].params
    assert len(bot.made()) == 3
    assert not {"parse_mode", "reply_markup"} & last.keys()
    assert (await bot.row())["state"] == "sent"


async def test_what_mended_one_post_mends_no_other(bot: Outgoing) -> None:
    """Neither the next article nor the next edition of the same one."""
    await mended(bot, PLAIN[0])
    await bot.record("b.md")
    await bot.deliver()
    assert bot.made()[-1].params["parse_mode"] == "HTML"
    await bot.store(editions.republish, 1, bot.sandbox.clock(), bot.channels.live)
    await bot.deliver()
    assert bot.made()[-1].params["parse_mode"] == "HTML"
    assert len(bot.posts()) == 3


async def test_something_new_is_given_up_and_told_word_for_word(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + "SOMETHING_NEW"), times=None, chat=bot.place)
    await bot.record()
    await bot.deliver()
    assert (await bot.row())["state"] == "refused"
    assert "something_new" in bot.alerts()[0].lower()


# --- a channel that can't be posted in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        *((400, BAD + text) for text in (*RIGHTS, *NOT_THERE)),
        *((403, NO + text) for text in (*RIGHTS_403, *LEFT_GROUP_403)),
    ],
)
async def test_a_channel_out_of_reach_waits_and_the_editors_hear_once(bot: Outgoing, answer: tuple[int, str]) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(*answer), times=None, chat=bot.place)
    await bot.record("a.md")
    await bot.record("b.md")
    await bot.deliver()
    assert len(bot.made()) == 1  # the second does not even try
    assert {row["state"] for row in await bot.rows()} == {"pending"}
    await bot.deliver(RIGHTS_SECONDS + 1)
    assert len(bot.made()) == 2
    assert len(bot.alerts()) == 1
    assert "News" in bot.alerts()[0]
    bot.sandbox.faults.clear()
    await bot.deliver(RIGHTS_SECONDS + 1)
    assert [row["state"] for row in await bot.rows()] == ["sent", "sent"]
    assert [post.text.splitlines()[0][-4:] for post in bot.posts()] == ["a.md", "b.md"]
    assert len(bot.alerts()) == 2
    assert "What waited is on its way" in bot.alerts()[1]


async def test_a_channel_goes_on_at_once_when_the_right_is_back(bot: Outgoing) -> None:
    await bot.sandbox.add_bot(bot.place, rights=["can_edit_messages"])
    await bot.record("a.md")
    await bot.record("b.md")
    await bot.deliver()
    assert bot.posts() == []
    await bot.sandbox.add_bot(bot.place, rights=["can_post_messages"])
    await bot.hear()
    await bot.deliver()
    assert [post.text.splitlines()[0][-4:] for post in bot.posts()] == ["a.md", "b.md"]


async def test_a_right_lost_again_is_news_again(bot: Outgoing) -> None:
    for path in ("a.md", "b.md"):
        bot.sandbox.fail("sendMessage", faults.refused(400, BAD + RIGHTS[0]), chat=bot.place)
        await bot.record(path)
        await bot.deliver()
        await bot.deliver(RIGHTS_SECONDS + 1)
    lost, back = "I may no longer post in News", "I may post in News again"
    assert [text.splitlines()[0] for text in bot.alerts()] == [lost, back, lost, back]
    assert len(bot.posts()) == 2


async def test_a_channel_out_of_reach_removes_no_reader(bot: Outgoing, ann: Person) -> None:
    await bot.follower(ann)
    bot.sandbox.fail("sendMessage", faults.refused(403, NO + RIGHTS_403[0]), chat=bot.place)
    await bot.record(topics=("AI",))
    await bot.deliver()
    assert len(bot.posts(ann)) == 1


# --- a reader who can't be reached ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [*((400, BAD + text) for text in (*NOT_THERE, *LEFT)), *((403, NO + text) for text in LEFT_403)]
)
async def test_a_reader_who_left_is_parked_and_their_topics_kept(
    bot: Outgoing, ann: Person, answer: tuple[int, str]
) -> None:
    await bot.follower(ann, "AI", "Space")
    bot.sandbox.fail("sendMessage", faults.refused(*answer), chat=ann)
    await bot.record("a.md", topics=("AI",))
    await bot.record("b.md", topics=("AI",))
    await bot.deliver()
    await bot.record("c.md", topics=("AI",))
    await bot.deliver(86_400)
    assert len(bot.made(ann)) == 1
    (reader,) = await bot.rows("SELECT * FROM chats WHERE kind = 'private'")
    assert reader["state"] == "parked"
    assert [topic.name for topic in await bot.store(follows.of_chat, reader["id"])] == ["AI", "Space"]
    assert len(bot.posts()) == 3  # the channel has them all
    assert bot.alerts() == []
    await bot.sandbox.open_link(ann)
    await bot.hear()
    await bot.record("d.md", topics=("Space",))
    await bot.deliver()
    assert "d.md" in bot.posts(ann)[-1].text


async def test_a_reader_who_blocked_the_bot_is_back_when_it_is_let_in(bot: Outgoing, ann: Person) -> None:
    await bot.follower(ann)
    await bot.sandbox.block(ann)
    await bot.record("a.md", topics=("AI",))
    await bot.deliver()  # a real 403: the bot has not heard of it
    assert [row["state"] for row in await bot.rows()] == ["sent", "gone"]
    await bot.sandbox.unblock(ann)
    await bot.hear()
    await bot.record("b.md", topics=("AI",))
    await bot.deliver()
    first = [post.text.splitlines()[0] for post in bot.posts(ann)]
    assert first[0] == "While you were away: 1 article"
    assert [line[-4:] for line in first[1:]] == ["b.md"]


@pytest.mark.parametrize("fault", LEFT_GROUP_403)
async def test_a_group_that_threw_the_bot_out_is_parked(stage: Stage, bot: Outgoing, fault: str) -> None:
    group = stage.sandbox.world.add_group("Friends", supergroup=True)
    await bot.follower(group)
    bot.sandbox.fail("sendMessage", faults.refused(403, NO + fault), chat=group)
    await bot.record(topics=("AI",))
    await bot.deliver()
    assert (await bot.rows("SELECT * FROM chats WHERE kind = 'group'"))[0]["state"] == "parked"
    assert len(bot.posts()) == 1


# --- another address, a pause, a doubt --------------------------------------------------------------------------------


@pytest.mark.parametrize("of_the_settings", [True, False])
async def test_a_group_with_a_new_number_gets_its_post_there_at_once(stage: Stage, of_the_settings: bool) -> None:
    group = stage.sandbox.world.add_group("Friends", supergroup=False)
    await stage.sandbox.add_bot(group)
    async with stage.going(**({"place": group} if of_the_settings else {})) as bot:
        if not of_the_settings:
            await bot.follower(group)
        new = stage.sandbox.world.migrate(group)
        await bot.record(topics=("AI",))
        await bot.deliver()
        assert len(bot.posts(new)) == 1
        assert [row["state"] for row in await bot.rows("SELECT * FROM deliveries WHERE state <> 'sent'")] == []
        assert bot.alerts() == []


@pytest.mark.parametrize("fault", SOON)
async def test_a_group_on_its_way_to_a_new_number_is_tried_again(bot: Outgoing, fault: str) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + fault))
    await bot.record()
    await bot.deliver()
    assert (await bot.row())["state"] == "pending"
    await bot.deliver(error_mapping.UNSAID_SECONDS + 1)
    assert len(bot.posts()) == 1


async def test_a_pause_holds_that_chat_and_no_other(bot: Outgoing, ann: Person) -> None:
    await bot.follower(ann)
    bot.sandbox.fail("sendMessage", faults.retry_after(35), chat=bot.place)
    await bot.record("a.md", topics=("AI",))
    await bot.record("b.md", topics=("AI",))
    await bot.deliver()
    assert len(bot.made()) == 1
    assert len(bot.posts(ann)) == 2
    (place,) = await bot.rows("SELECT * FROM chats WHERE kind = 'channel'")
    assert place["not_before"] is not None
    assert "pause" in place["reason"]
    await bot.deliver(36)
    assert len(bot.posts()) == 2
    assert bot.alerts() == []


async def test_a_pause_without_a_time_is_half_a_minute(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(429, "Too Many Requests"))
    await bot.record()
    await bot.deliver()
    await bot.deliver(error_mapping.UNSAID_SECONDS - 5)
    assert len(bot.made()) == 1
    await bot.deliver(6)
    assert len(bot.posts()) == 1


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
    bot: Outgoing, fault: faults.Fault, was_there: bool
) -> None:
    await bot.record("a.md")
    await bot.deliver()
    bot.sandbox.fail("sendMessage", fault)
    await bot.record("b.md")
    await bot.deliver()
    assert len(bot.posts()) == 1 + was_there
    assert [row["state"] for row in await bot.rows()] == ["sent", "doubtful"]
    await bot.deliver(61)
    for _ in range(5):
        await bot.deliver(5)
    assert [row["state"] for row in await bot.rows()] == ["sent", "sent"]
    assert [post.text.splitlines()[0][-4:] for post in bot.posts()] == ["a.md", "b.md"]
    assert bot.alerts() == []


@pytest.mark.parametrize("answer", [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_revoked_token_stops_the_bot_and_loses_nothing(bot: Outgoing, answer: tuple[int, str]) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(*answer), times=None)
    await bot.record()
    with pytest.raises(TokenRevoked):
        await bot.deliver()
    assert (await bot.row())["state"] == "pending"
    await bot.deliver()  # and nothing more is begun
    assert len(bot.made()) == 1


# --- edits and deletions ----------------------------------------------------------------------------------------------


async def changed(bot: Outgoing, fault: faults.Fault, method: str = "editMessageText", **fields: Any) -> None:
    """Post an article, let it change, and let the edit or deletion meet a fault once."""
    await bot.record(topics=("AI",))
    await bot.deliver()
    bot.sandbox.fail(method, fault)
    await bot.record(**(fields or {"excerpt": "There is news."}))
    await bot.deliver()


def edits(bot: Outgoing) -> list[dict[str, Any]]:
    return [call.params for call in bot.made() if call.method == "editMessageText"]


@pytest.mark.parametrize("fault", SO_ALREADY)
async def test_a_post_that_is_so_already_counts_as_edited(bot: Outgoing, fault: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault))
    await bot.deliver(86_400)
    assert len(edits(bot)) == 1
    assert ((await bot.row())["edit_due"], bot.alerts()) == (None, [])


@pytest.mark.parametrize("fault", POST_GONE)
async def test_a_post_that_somebody_deleted_is_edited_and_sent_no_more(bot: Outgoing, fault: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault))
    await bot.record(excerpt="There is more news.")
    await bot.deliver(86_400)
    assert len(edits(bot)) == 1
    assert (await bot.row())["state"] == "gone"
    assert len(bot.posts()) == 1


@pytest.mark.parametrize("fault", UNEDITABLE)
async def test_a_post_that_cannot_be_edited_stays_and_the_editors_hear(bot: Outgoing, fault: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault))
    await bot.deliver(86_400)
    assert len(edits(bot)) == 1
    assert (await bot.row())["state"] == "sent"
    assert len(bot.alerts()) == 1


@pytest.mark.parametrize(
    ("fault", "without"), [*((text, "parse_mode") for text in PLAIN), *((text, "keyboard") for text in NO_KEYBOARD)]
)
async def test_a_refused_edit_is_mended_once(bot: Outgoing, fault: str, without: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault))
    before, after = edits(bot)
    assert (before["parse_mode"], bool(before["reply_markup"]["inline_keyboard"])) == ("HTML", True)
    if without == "parse_mode":
        assert "parse_mode" not in after
    else:
        assert after["reply_markup"]["inline_keyboard"] == []
    assert "There is news." in bot.posts()[0].text


@pytest.mark.parametrize("fault", SHORTER)
async def test_an_edit_that_is_too_long_is_made_shorter(bot: Outgoing, fault: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault), excerpt="Words that tell more. " * 60)
    before, after = edits(bot)
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
async def test_an_edit_that_has_to_wait_is_made_later(bot: Outgoing, fault: faults.Fault, seconds: float) -> None:
    await changed(bot, fault)
    assert len(edits(bot)) == 1
    await bot.deliver(seconds)
    assert len(edits(bot)) == 2
    assert "There is news." in bot.posts()[0].text
    assert (await bot.row())["edit_due"] is None


@pytest.mark.parametrize("fault", DELETED_ALREADY)
async def test_a_post_deleted_already_counts_as_deleted(bot: Outgoing, fault: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault), "deleteMessage", removed=True)
    await bot.deliver(600)
    assert [call.method for call in bot.made()] == ["sendMessage", "deleteMessage"]
    assert ((await bot.row())["state"], bot.alerts()) == ("withdrawn", [])


@pytest.mark.parametrize("fault", UNDELETABLE)
async def test_a_post_that_cannot_be_deleted_becomes_a_note(bot: Outgoing, fault: str) -> None:
    await changed(bot, faults.refused(400, BAD + fault), "deleteMessage", removed=True)
    assert [call.method for call in bot.made()] == ["sendMessage", "deleteMessage", "editMessageText"]
    assert (await bot.row())["state"] == "withdrawn"
    assert bot.posts()[0].buttons == []
