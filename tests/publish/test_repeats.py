"""A delivery whose answer is lost is repeated once at most, whatever happens, and none is dropped without a word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Lane, State
from bot.domain.interpretation import after_send
from bot.domain.outcome import Delay, Outcome, Sent, Unknown, Wait
from bot.domain.settlement import Settlement
from bot.publish import report, settling
from bot.rendering import status_reply
from bot.rendering.report import StatusReport
from bot.sandbox import faults
from bot.store import counts, delivery_rows, migrations, outbox, recovery, repeats
from bot.store.database import row
from bot.store.delivery_rows import Addressed
from tests.support.doubts import DOUBT, EDITOR, Post, losing
from tests.support.examples import examples
from tests.support.newsroom import Newsroom, article, open_newsroom
from tests.support.outgoing import Outgoing

# --- by property ------------------------------------------------------------------------------------------------------

READERS = (501, 502)
#: What may happen next: to the next delivery that is due, or around it.
EVENTS = (
    "sent",
    "arrived unheard",
    "lost unheard",
    "pause",
    "killed before",
    "killed after",
    "later",
    "probe",
    "away",
)


@dataclass
class Play:
    """Two readers who follow a topic, and everything that goes wrong with what is sent to them."""

    room: Newsroom = field(default_factory=open_newsroom)
    #: Delivery → messages that arrived.
    arrived: Counter[int] = field(default_factory=Counter)
    gone: bool = False

    def __post_init__(self) -> None:
        for reader in READERS:
            self.room.reader(reader, "AI")
        self.number = self.room.number("a.md", article(topics=("AI",)))
        self.room.plan()

    def do(self, event: str) -> None:
        db = self.room.db
        if event == "later":
            self.room.later(seconds=45)
        elif event == "probe":
            repeats.try_one(db, self.room.at)
        elif event == "away":
            self.gone = not self.gone
            self.room.record("a.md", article(topics=("AI",), removed=self.gone))
        else:
            self.send(event)
        repeats.begin(db, self.room.at)

    def send(self, event: str) -> None:
        due = outbox.due(self.room.db, self.room.at, most=1)
        if not due:
            return
        (to,) = due
        outbox.begin(
            self.room.db,
            {to.delivery.id: ({"method": "sendMessage", "text": "x"}, "f")},
            self.room.at,
        )
        if event in ("sent", "arrived unheard", "killed after"):
            self.arrived[to.delivery.id] += 1
        if event in ("killed before", "killed after"):
            recovery.interrupted(self.room.db, self.room.at, DOUBT)
        else:
            self.settle(to, event)

    def settle(self, to: Addressed, event: str) -> None:
        self.room.messages += 1
        outcome: Outcome = {
            "sent": Sent(self.room.messages),
            "pause": Wait(5, "Telegram asked for a pause", Delay.FLOOD),
        }.get(event, Unknown("Telegram's answer was lost"))
        settling.write_down(
            self.room.db,
            [(to, after_send(outcome, to.delivery, self.room.at, DOUBT))],
            self.room.at,
        )

    def states(self) -> dict[int, State]:
        found = self.room.db.conn.execute("SELECT * FROM deliveries")
        return {one["id"]: delivery_rows.delivery_of(one).state for one in found}


@examples(60)
@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_more_than_two_messages_arrive_and_no_delivery_is_dropped(
    events: list[str],
) -> None:
    play = Play()
    for event in events:
        play.do(event)
    assert all(times <= 2 for times in play.arrived.values())
    for delivery, state in play.states().items():
        assert state in (
            State.PENDING,
            State.DOUBTFUL,
            State.SENT,
            State.UNCONFIRMED,
            State.WITHDRAWN,
        )
        assert (state is State.WITHDRAWN) <= play.gone
        assert (state is State.SENT) <= (play.arrived[delivery] > 0)
    play.room.sound()


@examples(30)
@given(st.lists(st.sampled_from(EVENTS[:-1]), max_size=30))
def test_once_messages_go_out_again_each_arrives_or_is_shown_as_unconfirmed(
    events: list[str],
) -> None:
    play = Play()
    for event in [*events, *("later", "probe", "later", "sent") * 4]:
        play.do(event)
    assert set(play.states().values()) <= {State.SENT, State.UNCONFIRMED}
    unconfirmed = [
        one for one, state in play.states().items() if state is State.UNCONFIRMED
    ]
    assert counts.deliveries(play.room.db).get("unconfirmed", 0) == len(unconfirmed)


def test_a_repeat_waits_until_a_message_has_gone_out_since() -> None:
    play = Play()
    play.do("arrived unheard")
    for _ in range(10):
        play.do("later")
    assert set(play.states().values()) == {State.DOUBTFUL, State.PENDING}
    play.do("sent")  # to the other reader
    play.do("sent")
    assert set(play.states().values()) == {State.SENT}


def test_an_answer_that_came_with_a_loss_does_not_tell_that_messages_go_out_after_it() -> (
    None
):
    play = Play()
    due = outbox.due(play.room.db, play.room.at)
    outbox.begin(
        play.room.db,
        {one.delivery.id: ({"method": "sendMessage"}, "f") for one in due},
        play.room.at,
    )
    lost = Settlement(state=State.DOUBTFUL, reason="lost", not_before=play.room.at)
    settling.write_down(
        play.room.db,
        [(due[0], Settlement(state=State.SENT, message=1)), (due[1], lost)],
        play.room.at,
    )
    assert repeats.begin(play.room.db, play.room.at).unproven


@pytest.mark.parametrize("times", [1, 2, 7])
def test_what_an_earlier_version_repeated_is_counted_by_its_attempts(
    times: int,
) -> None:
    """The step of the schema reads how often each was lost."""
    play = Play()
    for _ in range(times):
        (to, *_) = outbox.due(play.room.db, play.room.at)
        outbox.begin(
            play.room.db,
            {to.delivery.id: ({"method": "sendMessage"}, "f")},
            play.room.at,
        )
        outbox.settle(
            play.room.db,
            [(to.delivery, Settlement(state=State.DOUBTFUL, reason="lost"))],
            play.room.at,
        )
        if times > 1:
            outbox.set_state(play.room.db, to.delivery.id, State.PENDING)
    play.room.db.conn.execute("UPDATE deliveries SET lost = 0")
    script = (
        Path(migrations.__file__).parent / "steps/0004_losses.sql"
    ).read_text()  # its columns are there already
    for statement in migrations._statements(script):
        if statement.startswith("UPDATE"):
            play.room.db.conn.execute(statement)
    found = row(play.room.db, "SELECT * FROM deliveries WHERE attempts > 0")
    assert found is not None
    assert found["lost"] == times


# --- over HTTP --------------------------------------------------------------------------------------------------------


async def test_a_reader_whose_answers_are_always_lost_gets_it_twice_at_most(
    publisher: Outgoing,
) -> None:
    (ann, ben) = await publisher.readers(2)
    publisher.sandbox.fail("sendMessage", faults.cut_after(), chat=ann.id, times=None)
    for number in range(4):
        await publisher.record(f"{number}.md", topics=("AI",))
        for _ in range(5):
            await publisher.deliver(DOUBT + 1)
    assert Counter(post.text for post in publisher.posts(ann)).most_common(1)[0][1] == 2
    assert len(publisher.posts(ben)) == len(publisher.posts()) == 4
    states = Counter(
        delivery_rows.delivery_of(one).state for one in await publisher.rows()
    )
    assert states == {State.SENT: 8, State.UNCONFIRMED: 4}
    assert (await publisher.store(counts.deliveries))["unconfirmed"] == 4


async def test_an_editor_hears_of_what_is_unconfirmed_and_a_tap_sends_it_again_once(
    publisher: Outgoing,
) -> None:
    (ann, _) = await publisher.readers(2)
    publisher.sandbox.fail("sendMessage", faults.cut_after(), chat=ann.id, times=2)
    await publisher.record(
        "a.md", title="Did this arrive at all, or not?", topics=("AI",)
    )
    for _ in range(4):
        await publisher.deliver(DOUBT + 1)
    await publisher.telegram.notifier.send()
    question = publisher.sandbox.messages(publisher.editor)[-1]
    assert "Did this arrive at all, or not?" in question.text
    assert "a.md" in question.text
    assert "Ann" not in question.text
    assert [button["text"] for row in question.buttons for button in row] == [
        "Send again"
    ]
    assert (
        "1 unconfirmed"
        in status_reply.status(
            publisher.telegram.context.templates, await status(publisher)
        )["text"]
    )
    for _ in range(2):
        await publisher.sandbox.tap(publisher.editor, question, (0, 0))
    await publisher.hear()
    await publisher.deliver(1)
    assert len(publisher.posts(ann)) == 3
    assert "unconfirmed" not in await publisher.store(counts.deliveries)
    assert (await status(publisher)).unconfirmed == ()


async def status(publisher: Outgoing) -> StatusReport:
    return await publisher.store(report.report, publisher.sandbox.clock())


async def test_a_kill_during_the_repeat_is_told_after_the_next_start(
    publisher: Outgoing,
) -> None:
    (ann,) = await publisher.readers(1)
    await publisher.record(topics=("AI",))
    for _ in range(3):
        publisher.sandbox.fail("sendMessage", faults.cut_after(), chat=ann.id)
        await publisher.deliver(DOUBT + 1)
        await publisher.store(
            lambda db: db.conn.execute(
                "UPDATE deliveries SET state = 'sending' WHERE lost = 2"
            )
        )
    await publisher.telegram.courier.recover()
    await publisher.telegram.notifier.send()
    assert [
        one.buttons[0][0]["text"]
        for one in publisher.sandbox.messages(publisher.editor)
    ] == ["Send again"]
    assert len(publisher.posts(ann)) == 2


async def test_a_post_that_may_be_there_twice_is_told(publisher: Outgoing) -> None:
    async with losing(
        editors=(EDITOR,),
        protected=True,
        rights=("can_post_messages", "can_edit_messages"),
    ) as post:
        await post.article("The first")
        await post.deliver()
        await post.lose(faults.cut_after(), "Once or twice?")
        await post.deliver(DOUBT)
        await post.bot.notifier.send()
        told = post.posts(post.editor, deleted=False)[-1].text
        assert "may be in News" in told
        assert "Once or twice?" in told


async def test_a_connection_that_swallows_everything_for_minutes_spends_nobodys_repeat(
    publisher: Outgoing,
) -> None:
    found = await publisher.readers(5)
    await publisher.record(topics=("AI",))
    publisher.sandbox.fail("*", faults.cut_before(), times=None)
    for _ in range(6):
        await publisher.deliver(DOUBT)
    assert {one["lost"] for one in await publisher.rows()} == {1}
    publisher.sandbox.faults.clear()
    for _ in range(3):
        await publisher.deliver(5 * DOUBT)
    assert [len(publisher.posts(reader)) for reader in found] == [1] * 5
    assert {one["state"] for one in await publisher.rows()} == {"sent"}


async def test_where_only_messages_are_swallowed_one_delivery_is_tried_at_a_time(
    publisher: Outgoing,
) -> None:
    """Telegram answers everything but what sends; five minutes of it must not spend everybody's repeat."""
    found = await publisher.readers(8)
    await publisher.record(topics=("AI",))
    publisher.sandbox.fail("sendMessage", faults.cut_before(), times=None)
    for _ in range(10):
        await publisher.deliver(DOUBT / 2)
    spent = [one for one in await publisher.rows() if one["lost"] > 1]
    assert len(spent) <= 3
    publisher.sandbox.faults.clear()
    for _ in range(12):
        await publisher.deliver(5 * DOUBT)
    assert sum(len(publisher.posts(reader)) for reader in found) >= 8 - len(spent)
    assert {delivery_rows.delivery_of(one).state for one in await publisher.rows()} <= {
        State.SENT,
        State.UNCONFIRMED,
    }


async def test_a_channel_in_which_nothing_can_be_looked_for_is_repeated_once_too() -> (
    None
):
    async with losing(
        editors=(), rights=("can_post_messages", "can_edit_messages")
    ) as post:
        delivery = await _lost_for_ever(post)
        assert len(post.posts()) == 2
        assert await post.state(delivery) == "doubtful"
        assert (await post.store(counts.deliveries, 1))["unconfirmed"] == 1
        assert await post.store(outbox.waiting) == 0


async def test_an_editor_is_asked_about_a_channels_post_that_may_be_there_twice() -> (
    None
):
    async with losing(
        protected=True, rights=("can_post_messages", "can_edit_messages")
    ) as post:
        await _lost_for_ever(post)
        assert len(post.posts()) == 2
        asked = post.posts(post.editor, deleted=False)
        assert len([one for one in asked if one.buttons]) == 1


async def _lost_for_ever(post: Post) -> int:
    post.sandbox.fail("sendMessage", faults.cut_after(), chat=post.chat, times=None)
    delivery = await post.article("Over and over")
    for _ in range(6):
        await post.deliver(11 * DOUBT)
    return delivery


def test_a_second_loss_is_left_to_an_editor() -> None:
    play: Any = Play()
    (to, *_) = outbox.due(play.room.db, play.room.at)
    again = after_send(
        Unknown("lost"), replace(to.delivery, lane=Lane.FOLLOWER, lost=1), play.room.at
    )
    assert (again.state, again.not_before) == (State.UNCONFIRMED, None)
    first = after_send(Unknown("lost"), to.delivery, play.room.at)
    assert timedelta() < (first.not_before or play.room.at) - play.room.at
