"""The line in which deliveries wait, against the plain rule, whatever happens in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bot.domain.chat import Standing
from bot.domain.delivery import Lane
from bot.domain.interpretation import after_send
from bot.domain.outcome import (
    Delay,
    Gone,
    Outcome,
    Refusal,
    Refused,
    Sent,
    Unknown,
    Wait,
)
from bot.store import (
    addressing,
    audit,
    chats,
    delivery_rows,
    fanouts,
    follows,
    outbox,
    pauses,
    standings,
)
from bot.store.database import Row, maybe, milliseconds, rows, write
from tests.support.examples import examples
from tests.support.newsroom import AT, Newsroom, article, open_newsroom

TOPICS = "abc"
OUTCOMES: list[Outcome] = [
    Sent(0),
    Wait(7, "flood", Delay.FLOOD),
    Wait(3, "the network"),
    Refused("no", Refusal.MARKUP),
    Gone("blocked"),
    Unknown("lost"),
]


# --- the rule, row by row ---------------------------------------------------------------------------------------------


def standing(newsroom: Newsroom) -> list[Row]:
    return rows(
        newsroom.db,
        "SELECT d.*, c.state AS standing, c.not_before AS closed, c.chat_id FROM deliveries d "
        "JOIN chats c ON c.id = d.chat ORDER BY d.lane, d.turn, d.rank, d.id",
    )


def until(one: Row) -> int:
    """When a row that waits may go."""
    return max(
        one["not_before"] or 0,
        one["closed"] or 0,
        one["edit_due"] or 0 if one["state"] == "sent" else 0,
    )


def reachable(one: Row, busy: set[int]) -> bool:
    return (
        one["standing"] == "active"
        and one["chat_id"] is not None
        and one["chat"] not in busy
    )


def who_is_due(newsroom: Newsroom, busy: set[int], most: int) -> list[int]:
    now = milliseconds(newsroom.at)
    first: dict[int, int] = {}
    for one in standing(newsroom):
        if one["state"] == "pending" and reachable(one, busy) and until(one) <= now:
            first.setdefault(one["chat"], one["id"])
    return list(first.values())[:most]


def when_is_due(newsroom: Newsroom, busy: set[int]) -> datetime | None:
    if rows(newsroom.db, "SELECT 1 FROM fanouts"):
        return newsroom.at
    moments = [
        until(one)
        for one in standing(newsroom)
        if reachable(one, busy)
        and (
            one["state"] == "pending"
            or (one["state"] == "sent" and one["edit_due"] is not None)
        )
    ]
    return max(newsroom.at, maybe(min(moments)) or newsroom.at) if moments else None


def turns(newsroom: Newsroom, told: int, found: list[int]) -> dict[int, int]:
    """Return chat → the turn its delivery of an article gets, were they written one after another."""
    lane = [one for one in standing(newsroom) if one["lane"] == Lane.FOLLOWER]
    served = max(
        max((one["turn"] for one in lane if one["state"] == "sending"), default=0),
        min((one["turn"] for one in lane if one["state"] == "pending"), default=0),
    )
    given = {}
    for chat in found:
        if not any(
            one["chat"] == chat and one["article"] == told and one["edition"] == 1
            for one in lane
        ):
            own = [
                one["turn"] + 1
                for one in lane
                if one["chat"] == chat and one["state"] == "pending"
            ]
            given[chat] = max(served, *own, 0)
    return given


class Line(RuleBasedStateMachine):
    """Readers come and go, stories are planned in pieces and sent with every outcome; the rule says who is next."""

    @initialize(
        readers=st.lists(st.sets(st.sampled_from(TOPICS)), min_size=1, max_size=6)
    )
    def open(self, readers: list[set[str]]) -> None:
        self.store = open_newsroom()
        self.store.open_channel("@news")
        self.chats = [
            self.store.reader(number, *sorted(names))
            for number, names in enumerate(readers, 1)
        ]
        self.stories: list[int] = []
        self.flying: list[delivery_rows.Addressed] = []
        self.store.later(seconds=1)

    @rule(days=st.integers(0, 3), names=st.sets(st.sampled_from(TOPICS), min_size=1))
    def record(self, days: int, names: set[str]) -> None:
        number = len(self.stories)
        told = article(
            f"Story {number}",
            f"https://one.example/{number}",
            topics=tuple(sorted(names)),
            published=self.store.at - timedelta(days=days),
        )
        self.stories.append(self.store.number(f"{number}.md", told))

    @rule(chunk=st.integers(1, 4))
    def plan(self, chunk: int) -> None:
        cursor = rows(
            self.store.db, "SELECT * FROM fanouts ORDER BY sequence, article LIMIT 1"
        )
        if not cursor:
            return
        told, before = cursor[0]["article"], {one["id"] for one in standing(self.store)}
        found = rows(
            self.store.db,
            "SELECT DISTINCT f.chat FROM follows f JOIN chats c ON c.id = f.chat JOIN article_topics t USING (topic) "
            "WHERE t.article = ? AND c.state = 'active' AND f.chat > ? AND f.sequence < ? ORDER BY f.chat LIMIT ?",
            (told, cursor[0]["after"], cursor[0]["sequence"], chunk),
        )
        expected = turns(self.store, told, [one["chat"] for one in found])
        fanouts.extend(self.store.db, self.store.at, chunk)
        new = [one for one in standing(self.store) if one["id"] not in before]
        assert {one["chat"]: one["turn"] for one in new} == expected
        assert {(one["article"], one["edition"], one["lane"]) for one in new} <= {
            (told, 1, Lane.FOLLOWER)
        }

    @rule(most=st.integers(1, 3))
    def begin(self, most: int) -> None:
        """Calls that stay on their way while other things happen."""
        for one in outbox.due(self.store.db, self.store.at, most=most):
            form = self.store.stored(one.delivery.article).fingerprint
            outbox.begin(
                self.store.db,
                {one.delivery.id: ({"method": "sendMessage", "text": "…"}, form)},
                self.store.at,
            )
            self.flying.append(one)

    @precondition(lambda self: self.flying)
    @rule(outcome=st.sampled_from(OUTCOMES[1:]))
    def land(self, outcome: Outcome) -> None:
        one = self.flying.pop()
        if rows(
            self.store.db,
            "SELECT 1 FROM deliveries WHERE id = ? AND state = 'sending'",
            (one.delivery.id,),
        ):
            outbox.settle(
                self.store.db,
                [(one.delivery, after_send(outcome, one.delivery, self.store.at))],
                self.store.at,
            )

    @rule(outcome=st.sampled_from(OUTCOMES), most=st.integers(1, 5))
    def send(self, outcome: Outcome, most: int) -> None:
        for one in outbox.due(self.store.db, self.store.at, most=most):
            self.store.send(one, outcome if not isinstance(outcome, Sent) else None)

    @rule(
        data=st.data(),
        state=st.sampled_from([Standing.PARKED, Standing.ACTIVE, Standing.STOPPED]),
    )
    def come_or_go(self, data: st.DataObject, state: Standing) -> None:
        standings.set_state(
            self.store.db, data.draw(st.sampled_from(self.chats)), state
        )

    @rule(data=st.data(), name=st.sampled_from(TOPICS), on=st.booleans())
    def follow(self, data: st.DataObject, name: str, on: bool) -> None:
        chat, topic = (
            data.draw(st.sampled_from(self.chats)),
            follows.topic(self.store.db, name).id,
        )
        follows.follow(
            self.store.db, chat, topic, self.store.at
        ) if on else follows.unfollow(self.store.db, chat, topic)

    @rule(data=st.data(), seconds=st.integers(-3, 20))
    def pause_or_resume(self, data: st.DataObject, seconds: int) -> None:
        chat = data.draw(st.sampled_from(self.chats))
        if seconds > 0:
            pauses.pause(
                self.store.db, chat, self.store.at + timedelta(seconds=seconds), "flood"
            )
        else:
            pauses.resume(self.store.db, chat)

    @precondition(lambda self: self.stories)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(range(len(self.stories))))
        told = self.store.stored(self.stories[number]).article
        self.store.record(
            f"{number}.md",
            article(told.title, told.url, topics=told.topics, removed=True),
        )

    @precondition(lambda self: self.stories)
    @rule(data=st.data(), edition=st.integers(2, 4), rank=st.integers(0, 9))
    def post_again(self, data: st.DataObject, edition: int, rank: int) -> None:
        """Something of the channel's that may be older than what waits there."""
        told = data.draw(st.sampled_from(self.stories))
        (chat,) = (one.chat for one in self.store.rules.channels)
        if not self.store.stored(told).withdrawn:
            moment = AT - timedelta(days=rank)
            outbox.open_(
                self.store.db,
                told,
                [chat],
                lane=Lane.CHANNEL,
                edition=edition,
                rank=moment,
                at=self.store.at,
            )

    @rule(data=st.data(), joined=st.booleans())
    def move(self, data: st.DataObject, joined: bool) -> None:
        """A group gets a new number, that of another one perhaps."""
        one = chats.get(self.store.db, data.draw(st.sampled_from(self.chats)))
        other = chats.get(self.store.db, data.draw(st.sampled_from(self.chats)))
        assert one and other and one.chat_id and other.chat_id
        if one != other and joined:
            addressing.move(self.store.db, one.chat_id, other.chat_id)
            self.chats.remove(one.id)
        elif not joined:
            addressing.move(self.store.db, one.chat_id, one.chat_id + 1_000_000)

    @rule(seconds=st.integers(1, 90))
    def wait(self, seconds: int) -> None:
        self.store.later(seconds=seconds)

    @rule(data=st.data(), most=st.integers(1, 5))
    def look(self, data: st.DataObject, most: int) -> None:
        busy = data.draw(st.sets(st.sampled_from(self.chats), max_size=2))
        expected, moment = (
            who_is_due(self.store, busy, most),
            when_is_due(self.store, busy),
        )
        assert outbox.next_due(self.store.db, self.store.at, busy=busy) == moment
        found = outbox.due(self.store.db, self.store.at, busy=busy, most=most)
        assert [one.delivery.id for one in found] == expected
        assert outbox.next_due(self.store.db, self.store.at, busy=busy) == moment

    @invariant()
    def everyone_stands_where_the_line_finds_them(self) -> None:
        if hasattr(self, "desk"):
            odd = [
                one
                for one in audit.oddities(self.store.db, self.store.at, running=True)
                if one.kind == "out of line"
            ]
            assert odd == []

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.store.db.close()


TestLine = Line.TestCase
TestLine.settings = examples(30, stateful_step_count=40)


# --- when the next may go ---------------------------------------------------------------------------------------------


def test_who_is_closed_tells_when_it_opens_unless_it_is_busy() -> None:
    """Before a check has put them to sleep, closed heads carry their moments themselves."""
    newsroom = open_newsroom()
    first, second, gone = (
        newsroom.open_channel(name) for name in ("@one", "@two", "@gone")
    )
    newsroom.number("a.md", article(published=AT))
    newsroom.plan()
    soon, later = AT + timedelta(seconds=30), AT + timedelta(seconds=60)
    pauses.pause(newsroom.db, first, soon, "flood")
    pauses.pause(newsroom.db, second, later, "flood")
    write(newsroom.db, "UPDATE chats SET state = 'dropped' WHERE id = ?", (gone,))
    assert outbox.next_due(newsroom.db, AT) == soon
    assert outbox.next_due(newsroom.db, AT, busy=[first]) == later
    assert outbox.next_due(newsroom.db, AT, busy=[first, second]) is None


def test_of_those_asleep_the_first_that_is_not_busy_tells_the_moment() -> None:
    """Once they are asleep, the earliest wakes first."""
    newsroom = open_newsroom()
    first, second = (newsroom.open_channel(name) for name in ("@one", "@two"))
    newsroom.number("a.md", article(published=AT))
    newsroom.plan()
    soon, later = AT + timedelta(seconds=30), AT + timedelta(seconds=60)
    pauses.pause(newsroom.db, first, soon, "flood")
    pauses.pause(newsroom.db, second, later, "flood")
    assert outbox.due(newsroom.db, AT) == []
    assert outbox.next_due(newsroom.db, AT) == soon
    assert outbox.next_due(newsroom.db, AT, busy=[first]) == later
    assert outbox.next_due(newsroom.db, AT, busy=[first, second]) is None
