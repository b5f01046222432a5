"""A post in doubt is looked for, over HTTP: found or sent again, and others' posts stay as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.delivery import Lane, State
from bot.publish.recovery import PATIENCE
from bot.sandbox import Message, faults
from bot.store import articles, chats, numbers, outbox
from tests.support.doubts import DOUBT, EDITOR, Post, losing


def as_they_were(said: list[Message], texts: tuple[str, ...]) -> bool:
    """Say whether others' messages are byte for byte what was written, and were never anything else."""
    return [one.text for one in said] == list(texts) and not any(
        one.history or one.deleted or one.edited or one.reply_markup for one in said
    )


async def begun(post: Post) -> None:
    """Post something that arrives, so that a number is known."""
    await post.article("The first")
    await post.deliver()


# --- by forwarding ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [faults.cut_after(), faults.garbage()], ids=["cut", "not JSON"]
)
async def test_a_post_whose_answer_was_lost_is_found_and_not_sent_again(
    fault: faults.Fault,
) -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(fault, "A lost answer")
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert await post.number(delivery) == post.posts()[-1].id
        assert post.titles() == ["The first", "A lost answer"]


async def test_nothing_is_looked_for_before_it_could_no_longer_land() -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.deliver(DOUBT - 0.5)
        assert await post.state(delivery) == "doubtful"
        assert post.calls("forwardMessage") == 0


async def test_what_was_on_its_way_when_the_program_ended_is_found_after_the_next_start() -> (
    None
):
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.store(
            outbox.set_state, delivery, State.SENDING
        )  # as a kill leaves it
        await post.restart()
        assert await post.state(delivery) == "doubtful"
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_the_copies_in_the_editors_chat_come_without_a_sound_and_go() -> None:
    async with losing() as post:
        await begun(post)
        await post.others_write("Coffee at five", "Or tea")
        await post.lose(faults.cut_after())
        await post.deliver(DOUBT)
        copies = post.posts(post.editor)
        assert len(copies) == 3
        assert all(one.silent and one.deleted for one in copies)


async def test_a_post_that_never_arrived_is_sent_once_more() -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_before(), "Into the void")
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert post.titles() == ["The first", "Into the void"]


async def test_a_post_that_lands_late_among_others_and_behind_the_next_one_is_found() -> (
    None
):
    async with losing() as post:
        await begun(post)
        post.sandbox.fail("sendMessage", faults.cut_before(), chat=post.chat)
        late = await post.article("Late but whole")
        await post.deliver(1)
        said = await post.others_write("One", "Two")
        await post.article("The next")
        await post.deliver(1)
        payload = (
            await post.rows("SELECT payload FROM deliveries WHERE id = ?", late)
        )[0][0]
        await _lands(post, payload)
        await post.deliver(DOUBT)
        assert await post.state(late) == "sent"
        assert post.titles() == ["The first", "The next", "Late but whole"]
        assert as_they_were(said, ("One", "Two"))


async def _lands(post: Post, payload: str) -> None:
    """Let a request that was cut take its effect now."""
    await post.messenger.answer(json.loads(payload), chat_id=post.chat.id)


async def test_the_next_due_post_goes_out_as_usual_and_its_number_ends_the_search() -> (
    None
):
    async with losing() as post:
        await begun(post)
        lost = await post.lose(faults.cut_before(), "Lost")
        await post.article("Due while in doubt")
        await post.deliver(1)
        assert post.titles() == [
            "The first",
            "Due while in doubt",
        ]  # doubt holds nothing up
        await post.article("Due when looked for")
        await post.deliver(DOUBT)
        assert await post.state(lost) == "sent"
        assert post.titles()[-2:] == ["Due when looked for", "Lost"]
        asked = {
            call.params["message_id"]
            for call in post.sandbox.calls.of("forwardMessage")
        }
        assert (
            asked == set()
        )  # between the first and the two known ones there is no room for it


async def test_what_we_were_told_others_wrote_is_not_looked_at() -> None:
    async with losing() as post:
        await begun(post)
        await post.others_write("One", "Two", "Three", unheard=False)
        delivery = await post.lose(faults.cut_after())
        await post.others_write("Four", unheard=False)
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert post.calls("forwardMessage") == 1


async def test_a_post_that_others_echo_with_our_link_is_still_looked_at() -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        update = {
            "message_id": post.posts()[-1].id,
            "date": 1,
            "chat": {"id": post.chat.id, "type": "channel", "title": "News"},
            "text": "x",
            "reply_markup": post.posts()[-1].reply_markup,
        }
        await post.bot.inbox.take_one({"update_id": 1, "channel_post": update})
        await post.bot.inbox.idle()
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_two_posts_in_doubt_at_once_are_each_found() -> None:
    async with losing() as post:
        await begun(post)
        one = await post.lose(faults.cut_after(), "One")
        two = await post.lose(faults.cut_after(), "Two")
        gone = await post.lose(faults.cut_before(), "Gone")
        await post.deliver(DOUBT)
        await post.deliver(DOUBT)
        assert [await post.number(one), await post.number(two)] == [
            one_.id for one_ in post.posts()[1:3]
        ]
        assert await post.state(gone) == "sent"
        assert post.titles() == ["The first", "One", "Two", "Gone"]


async def test_two_editions_of_one_article_in_doubt_are_told_apart_by_their_buttons() -> (
    None
):
    async with losing() as post:
        await begun(post)
        first = await post.lose(faults.cut_before(), "Same words")
        (row,) = await post.rows(
            "SELECT article, chat FROM deliveries WHERE id = ?", first
        )
        post.sandbox.fail("sendMessage", faults.cut_after(), chat=post.chat)
        second = await post.open(row[0], row[1], edition=2)
        await post.deliver()
        await post.deliver(DOUBT)
        await post.deliver(DOUBT)
        sent = post.posts()
        assert [one.text.partition("\n")[0] for one in sent] == [
            "The first",
            "Same words",
            "Same words",
        ]
        assert await post.number(second) == sent[1].id
        assert await post.number(first) == sent[2].id


async def test_two_editions_that_read_alike_are_found_in_the_order_they_were_sent() -> (
    None
):
    """Neither takes the other's message for its own, which would let the other be sent again."""
    async with losing(buttons="none") as post:
        await begun(post)
        post.sandbox.advance(7200)
        await post.lose(faults.cut_after(), "Same words")
        (row,) = await post.rows(
            "SELECT article, chat FROM deliveries ORDER BY id DESC LIMIT 1"
        )
        await post.article("In between")
        await post.deliver(1)
        post.sandbox.fail("sendMessage", faults.cut_after(), chat=post.chat)
        await post.open(row[0], row[1], edition=2)
        await post.deliver(1)
        post.sandbox.faults.clear()
        await post.article("The next")
        await post.deliver(DOUBT)
        await post.deliver(DOUBT)
        assert post.titles() == [
            "The first",
            "Same words",
            "In between",
            "Same words",
            "The next",
        ]
        numbers = await post.rows(
            "SELECT message FROM deliveries ORDER BY article, edition"
        )
        sent = [one.id for one in post.posts()]
        assert [number for (number,) in numbers] == [
            sent[0],
            sent[1],
            sent[3],
            sent[2],
            sent[4],
        ]


async def test_a_post_among_more_than_twenty_others_is_found_next_to_the_attempt() -> (
    None
):
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.others_write(*(f"Word {number}" for number in range(30)))
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_no_more_than_twenty_candidates_are_looked_at_and_then_the_policy_decides() -> (
    None
):
    async with losing() as post:
        await begun(post)
        await post.others_write(*(f"Word {number}" for number in range(30)))
        delivery = await post.lose(faults.cut_after())
        await post.deliver(DOUBT)
        assert post.calls("forwardMessage") == 20
        assert await post.state(delivery) == "sent"
        assert (
            len(post.posts()) == 3
        )  # sent again: Telegram lets us tell no more than that


async def test_a_post_long_after_the_last_known_one_is_looked_for_from_the_next_due_one_down() -> (
    None
):
    async with losing() as post:
        await begun(post)
        await post.others_write(*(f"Word {number}" for number in range(30)))
        post.sandbox.advance(7200)
        delivery = await post.lose(faults.cut_after())
        await post.article("The next")
        await post.deliver(DOUBT)
        await post.deliver(1)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 3
        assert post.calls("forwardMessage") == 1


async def test_deleted_messages_in_between_do_not_end_the_search() -> None:
    async with losing() as post:
        await begun(post)
        said = await post.others_write("One", "Two")
        delivery = await post.lose(faults.cut_after())
        for one in said:
            post.sandbox.world.delete(one)
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_the_first_post_of_a_channel_is_found_once_another_follows() -> None:
    async with losing() as post:
        await post.others_write(*(f"Word {number}" for number in range(40)))
        delivery = await post.lose(faults.cut_after(), "The very first")
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "doubtful"  # no number is known yet
        await post.article("The second")
        await post.deliver(1)
        await post.deliver(1)
        assert await post.state(delivery) == "sent"
        assert post.titles() == ["The very first", "The second"]


async def test_the_first_post_of_a_new_channel_is_found_by_itself_in_the_end() -> None:
    async with losing() as post:
        delivery = await post.lose(faults.cut_after(), "The very first")
        await post.deliver(DOUBT)
        await post.deliver(PATIENCE * DOUBT)
        assert await post.state(delivery) == "sent"
        assert post.titles() == ["The very first"]


async def test_a_withdrawn_article_in_doubt_is_found_and_taken_back() -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        (row,) = await post.rows(
            "SELECT article FROM deliveries WHERE id = ?", delivery
        )
        await post.store(articles.set_withdrawn, row[0], True)
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "withdrawn"
        assert post.posts()[-1].deleted


async def test_a_withdrawn_article_that_never_arrived_is_not_sent() -> None:
    async with losing(on_doubt="ask") as post:
        await begun(post)
        delivery = await post.lose(faults.cut_before())
        (row,) = await post.rows(
            "SELECT article FROM deliveries WHERE id = ?", delivery
        )
        await post.store(articles.set_withdrawn, row[0], True)
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "withdrawn"
        assert len(post.posts()) == 1


async def test_another_look_is_taken_where_this_one_was_cut_short() -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        post.sandbox.fail("forwardMessage", faults.cut_after())
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "doubtful"
        await post.deliver(10)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_a_pause_that_telegram_asks_for_puts_the_look_off() -> None:
    async with losing() as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        post.sandbox.fail("forwardMessage", faults.retry_after(30))
        await post.deliver(DOUBT)
        await post.deliver(29)
        assert post.calls("forwardMessage") == 1
        await post.deliver(1)
        assert await post.state(delivery) == "sent"


# --- where forwarding can't be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"protected": True}, {"editors": ()}, {"started": False}],
    ids=["protected content", "no editor", "an editor who never pressed Start"],
)
async def test_where_nothing_can_be_forwarded_the_posts_own_buttons_prove_it(
    options: dict[str, Any],
) -> None:
    async with losing(**options) as post:
        await begun(post)
        said = await post.others_write("One", "Two")
        delivery = await post.lose(faults.cut_after())
        said += await post.others_write("Three")
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2
        assert not post.posts()[-1].history
        assert as_they_were(said, ("One", "Two", "Three"))


@pytest.mark.parametrize(
    "options",
    [{"protected": True}, {"editors": ()}],
    ids=["protected content", "no editor"],
)
async def test_no_button_is_touched_by_a_bot_that_could_change_others_posts(
    options: dict[str, Any],
) -> None:
    async with losing(
        **options, rights=("can_post_messages", "can_edit_messages")
    ) as post:
        await begun(post)
        said = await post.others_write("One")
        delivery = await post.lose(faults.cut_before())
        await post.deliver(DOUBT)
        assert post.calls("editMessageReplyMarkup") == 0
        assert await post.state(delivery) == "sent"
        assert as_they_were(said, ("One",))


async def test_the_right_to_edit_is_asked_about_before_every_touch() -> None:
    async with losing(editors=()) as post:
        await begun(post)
        await post.others_write("One", "Two")
        await post.lose(faults.cut_after())
        await post.deliver(DOUBT)
        calls = [
            call.method
            for call in post.sandbox.calls
            if call.method in ("getChatMember", "editMessageReplyMarkup")
        ]
        assert calls == ["getChatMember", "editMessageReplyMarkup"] * 3


async def test_without_a_number_from_before_no_button_is_touched() -> None:
    async with losing(editors=()) as post:
        delivery = await post.lose(faults.cut_after())
        await post.deliver(DOUBT)
        await post.deliver(PATIENCE * DOUBT)
        assert post.calls("editMessageReplyMarkup") == 0
        assert await post.state(delivery) == "sent"


async def test_two_posts_in_doubt_keep_their_own_buttons() -> None:
    async with losing(editors=()) as post:
        await begun(post)
        gone = await post.lose(faults.cut_before(), "Gone")
        one = await post.lose(faults.cut_after(), "One")
        two = await post.lose(faults.cut_after(), "Two")
        for _ in range(4):
            await post.deliver(DOUBT)
        assert [await post.state(each) for each in (gone, one, two)] == ["sent"] * 3
        assert post.titles() == ["The first", "One", "Two", "Gone"]
        for delivery in (gone, one, two):
            (row,) = await post.rows(
                "SELECT payload, message FROM deliveries WHERE id = ?", delivery
            )
            shown = next(message for message in post.posts() if message.id == row[1])
            assert shown.buttons[0][1]["url"].split("-")[-1] in row[0]
        assert await post.rows("SELECT * FROM retouched") == []


@pytest.mark.parametrize(
    "fault", [faults.cut_after(), faults.garbage()], ids=["cut", "not JSON"]
)
async def test_a_touch_whose_answer_was_lost_proves_nothing_the_next_time(
    fault: faults.Fault,
) -> None:
    async with losing(editors=()) as post:
        await begun(post)
        gone = await post.lose(faults.cut_before(), "Gone")
        post.sandbox.advance(DOUBT / 2)
        there = await post.lose(faults.cut_after(), "There")
        post.sandbox.fail(
            "editMessageReplyMarkup", fault
        )  # the post that is there now has the other's buttons
        for seconds in (DOUBT / 2, 6, DOUBT, DOUBT, DOUBT):
            await post.deliver(seconds)
        assert await post.number(there) == post.posts()[1].id
        assert post.titles() == ["The first", "There", "Gone"]
        for delivery, shown in zip((there, gone), post.posts()[1:], strict=True):
            (row,) = await post.rows(
                "SELECT payload FROM deliveries WHERE id = ?", delivery
            )
            assert shown.buttons[0][1]["url"] in row[0]


async def test_what_a_crash_left_of_a_touch_is_put_right() -> None:
    async with losing(editors=()) as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.store(
            numbers.begin_keyboard_probe, post.chat.id, post.posts()[-1].id
        )
        post.posts()[-1].reply_markup = None
        await post.restart()
        for _ in range(3):
            await post.deliver(DOUBT)
        (row,) = await post.rows(
            "SELECT payload, state FROM deliveries WHERE id = ?", delivery
        )
        assert row[1] == "sent"
        assert post.posts()[-1].buttons[0][1]["url"] in row[0]
        assert len(post.posts()) == 2


async def test_a_group_is_looked_in_like_a_channel() -> None:
    async with losing(group=True) as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


@pytest.mark.parametrize("editors", [(EDITOR,), ()])
async def test_a_forums_topic_is_looked_in_like_a_channel(
    editors: tuple[int, ...],
) -> None:
    async with losing(group=True, forum=True, editors=editors) as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert len(post.posts()) == 2


async def test_the_first_post_of_a_thread_is_found_above_the_message_it_begins_with() -> (
    None
):
    """The bot hears nothing of what others write in a group, so that it knows no other number."""
    async with losing(group=True, forum=True, earlier=30) as post:
        delivery = await post.lose(faults.cut_after(), "The very first")
        await post.deliver(DOUBT)
        await post.deliver(PATIENCE * DOUBT)
        assert await post.state(delivery) == "sent"
        assert post.titles() == ["The very first"]


async def test_the_first_post_waits_for_the_number_of_another() -> None:
    """A bot that hears nothing of what others write, under a load or kills that let nothing get through for long."""
    async with losing(group=True) as post:
        await post.others_write(*(f"Word {number}" for number in range(40)))
        delivery = await post.lose(faults.cut_after(), "The very first")
        post.sandbox.fail(
            "sendMessage", faults.retry_after(100), chat=post.chat, times=40
        )
        await post.article("The second")
        for _ in range(6):
            await post.deliver(PATIENCE * DOUBT / 4)
        assert post.titles() == ["The very first"]
        post.sandbox.faults.clear()
        for _ in range(3):
            await post.deliver(PATIENCE * DOUBT / 4)
        assert await post.state(delivery) == "sent"
        assert post.titles() == ["The very first", "The second"]


async def test_what_can_not_be_told_from_a_post_in_another_thread_is_taken_for_neither() -> (
    None
):
    async with losing(
        group=True, forum=True, topics=2, buttons="none", on_doubt="ask"
    ) as post:
        await begun(post)
        other = (await post.store(chats.channels))[1].id
        here = await post.lose(faults.cut_before(), "Same words")
        (row,) = await post.rows("SELECT article FROM deliveries WHERE id = ?", here)
        post.sandbox.fail("sendMessage", faults.cut_after(), chat=post.chat)
        there = await post.open(row[0], other)
        await post.deliver(1)
        await post.deliver(DOUBT)
        await post.deliver(DOUBT)
        assert [await post.state(one) for one in (here, there)] == [
            "doubtful",
            "doubtful",
        ]  # an editor is asked
        assert len(post.posts()) == 2


async def test_an_answer_to_a_command_in_the_group_keeps_its_buttons() -> None:
    async with losing(group=True, editors=()) as post:
        await begun(post)
        delivery = await post.lose(faults.cut_after())
        await post.sandbox.say(
            post.owner, f"/topic@{post.sandbox.bot.username} Space", post.chat
        )
        await post.bot.polling.drain()
        answer = post.posts()[-1]
        before = answer.reply_markup
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "sent"
        assert answer.reply_markup == before
        assert not answer.history


# --- what an editor is asked ------------------------------------------------------------------------------------------


async def asked(post: Post) -> tuple[int, Message]:
    """Lose a post in a channel whose doubts wait for an editor; return its delivery and the question."""
    await begun(post)
    delivery = await post.lose(faults.cut_before(), "Is it there?")
    await post.deliver(DOUBT)
    return delivery, post.posts(post.editor, deleted=False)[-1]


async def test_an_editor_is_asked_where_the_channel_wants_it_and_nothing_is_sent_meanwhile() -> (
    None
):
    async with losing(on_doubt="ask") as post:
        delivery, question = await asked(post)
        assert "this post reached News" in question.text
        assert "Is it there?" in question.text
        assert (
            "Reason: Telegram's answer was lost, and I did not find it there"
            in question.text
        )
        assert [button["text"] for button in question.buttons[0]] == [
            "Post it again",
            "It is there",
        ]
        await post.deliver(DOUBT * 100)
        assert await post.state(delivery) == "doubtful"
        assert post.titles() == ["The first"]


@pytest.mark.parametrize(
    ("button", "titles", "answer"),
    [
        ("Post it again", ["The first", "Is it there?"], "posted again"),
        ("It is there", ["The first"], "it is there"),
    ],
)
async def test_an_editors_tap_decides_once(
    button: str, titles: list[str], answer: str
) -> None:
    async with losing(on_doubt="ask") as post:
        delivery, question = await asked(post)
        for _ in range(2):
            await post.sandbox.tap(
                post.editor, question, (0, 0 if button == "Post it again" else 1)
            )
        await post.bot.polling.drain()
        await post.deliver()
        assert await post.state(delivery) == "sent"
        assert post.titles() == titles
        assert answer in question.text


async def test_nobody_else_can_decide() -> None:
    async with losing(on_doubt="ask") as post:
        delivery, question = await asked(post)
        stranger = post.sandbox.world.add_person("Sid")
        post.sandbox.world.open_private(stranger)
        data = question.buttons[0][0]["callback_data"]
        post.sandbox.world.post(
            post.sandbox.world.open_private(stranger),
            post.sandbox.bot,
            question.content,
        )
        copy = post.posts(stranger)[-1]
        copy.reply_markup = {
            "inline_keyboard": [[{"text": "Post it again", "callback_data": data}]]
        }
        await post.sandbox.tap(stranger, copy, (0, 0))
        await post.bot.polling.drain()
        assert await post.state(delivery) == "doubtful"


async def test_where_no_editor_hears_the_question_it_is_asked_again() -> None:
    async with losing(on_doubt="ask", started=False) as post:
        await begun(post)
        delivery = await post.lose(faults.cut_before())
        await post.deliver(DOUBT)
        assert await post.state(delivery) == "doubtful"
        post.sandbox.world.open_private(post.editor)
        await post.deliver(3_600)
        assert "News" in post.posts(post.editor, deleted=False)[-1].text


async def test_a_question_cut_short_by_a_crash_is_asked_once() -> None:
    async with losing(on_doubt="ask") as post:
        delivery, _ = await asked(post)
        at = post.sandbox.clock()
        await post.store(
            outbox.set_state, delivery, State.DOUBTFUL, "", at
        )  # the crash came before it was written
        await post.deliver(1)
        assert len(post.posts(post.editor, deleted=False)) == 1
        assert await post.state(delivery) == "doubtful"


# --- readers ----------------------------------------------------------------------------------------------------------


async def test_to_a_readers_own_chat_it_is_sent_once_more_and_nothing_of_theirs_is_read() -> (
    None
):
    async with losing() as post:
        ann = post.sandbox.world.add_person("Ann")
        post.sandbox.world.open_private(ann)
        row = await post.store(
            chats.reader,
            ann.id,
            kind="private",
            username="",
            title="Ann",
            at=post.sandbox.clock(),
        )
        delivery = await post.article()
        (found,) = await post.rows(
            "SELECT article FROM deliveries WHERE id = ?", delivery
        )
        post.sandbox.fail("sendMessage", faults.cut_after(), chat=ann.id)
        theirs = await post.open(found[0], row.id, lane=Lane.FOLLOWER)
        await post.deliver()
        assert await post.state(theirs) == "doubtful"
        await post.deliver(DOUBT)
        assert await post.state(theirs) == "sent"
        assert len(post.posts(ann)) == 2
        assert post.calls("forwardMessage") == 0


async def test_others_messages_are_remembered_for_a_week_and_the_last_for_ever() -> (
    None
):
    async with losing() as post:
        said = await post.others_write("One", "Two", unheard=False)
        post.sandbox.advance(8 * 24 * 3600)
        await post.store(numbers.prune, post.sandbox.clock())
        assert [row[0] for row in await post.rows("SELECT message FROM seen")] == [
            said[-1].id
        ]
