"""The order of events is told by sequence numbers: a clock that is wrong, or is set right, loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Unknown
from bot.publish import verification
from bot.settings import Channel
from bot.store import chats, fanouts, follows, outbox, recovery
from bot.store.database import rows, write
from tests.support.examples import examples
from tests.support.newsroom import TAXONOMY, Newsroom, article, newsroom
from tests.support.stage import staged

NEWS = (Channel(chat="@news"),)
#: Hours that a clock is set ahead or back.
JUMPS = (-48, -2, -0.01, 0, 0.01, 2, 48)


@pytest.fixture
def desk() -> Iterator[Newsroom]:
    room = newsroom()
    yield room
    room.sound()
    room.db.close()


def tell(desk: Newsroom, name: str) -> int:
    return desk.number(f"{name}.md", article(f"Story {name}", f"https://one.example/{name}", topics=("AI",)))


@pytest.mark.parametrize("hours", JUMPS)
def test_what_arrives_after_the_clock_was_set_goes_to_channels_and_followers(desk: Newsroom, hours: float) -> None:
    desk.open_channel("@news", begun=False)
    tell(desk, "old")
    desk.begin(0)
    desk.reader(7, "AI")
    desk.later(hours=hours)
    desk.reader(8, "AI")
    new = tell(desk, "new")
    desk.reader(9, "AI")
    desk.deliver()
    assert desk.states(new) == {"@news": "sent", "R7": "sent", "R8": "sent"}


EVENTS = st.lists(
    st.tuples(st.sampled_from(["follow", "unfollow", "tell", "plan", "stop", "back"]), st.sampled_from(JUMPS)),
    max_size=25,
)


@given(EVENTS)
@examples(25)
def test_who_follows_before_an_article_comes_gets_it_whatever_the_clock_says(events: list[tuple[str, float]]) -> None:
    desk = newsroom()
    desk.open_channel("@news")
    topic = follows.topic(desk.db, "AI").id
    following: list[int] = []
    away: list[int] = []
    expected: dict[int, set[str]] = {}
    for count, (event, hours) in enumerate(events):
        desk.later(hours=hours)
        if event == "follow":
            following.append(desk.reader(count, "AI"))
        elif event == "unfollow" and following:
            desk.plan()
            follows.unfollow(desk.db, following.pop(), topic)
        elif event == "stop" and following:
            desk.plan()
            away.append(following.pop())
            chats.set_state(desk.db, away[-1], "stopped")
        elif event == "back" and away:
            desk.plan()
            following.append(away.pop())
            chats.set_state(desk.db, following[-1], "active")
        elif event == "tell":
            expected[tell(desk, str(count))] = {"@news", *(title(desk, chat) for chat in following)}
        elif event == "plan":
            desk.plan()
    desk.plan()
    assert {told: set(desk.states(told)) for told in expected} == expected
    assert kinds(desk) == []
    desk.db.close()


def title(desk: Newsroom, chat: int) -> str:
    return str(rows(desk.db, "SELECT title FROM chats WHERE id = ?", (chat,))[0]["title"])


@pytest.mark.parametrize("hours", JUMPS)
def test_a_post_in_doubt_is_looked_for_among_what_came_after_it(desk: Newsroom, hours: float) -> None:
    """Those that were sent before are below it, also where the clock was set back meanwhile."""
    desk.open_channel("@news")
    for name in ("before", "doubtful", "after"):
        tell(desk, name)
        desk.later(seconds=1)
        (one,) = outbox.due(desk.db, desk.at)
        desk.send(one, Unknown("lost") if name == "doubtful" else None)
        desk.later(hours=hours if name == "doubtful" else 0)
    write(desk.db, "UPDATE deliveries SET not_before = 0 WHERE state = 'doubtful'")
    (doubt,) = recovery.due(desk.db, desk.at + timedelta(days=9))
    around = recovery.around(desk.db, doubt)
    assert around.before == 101
    assert around.after in (103, None)
    assert 102 not in around.known


# --- what `verify` knows of it ----------------------------------------------------------------------------------------


def kinds(desk: Newsroom, max_age: timedelta | None = None) -> list[str]:
    found = verification.verify(desk.db, NEWS, TAXONOMY, desk.at, running=True, max_age=max_age).findings
    return [one.kind for one in found if one.kind != "late"]


def test_a_channel_that_was_passed_over_is_found_whatever_the_sequence_numbers_say(desk: Newsroom) -> None:
    """As the old fault would have been: the order of the rows is another witness."""
    desk.open_channel("@news")
    write(desk.db, "UPDATE chats SET sequence = 1000000")
    desk.rules = replace(desk.rules, channels=(replace(desk.rules.channels[0], begun=1_000_000),))
    told = tell(desk, "lost")
    assert (desk.states(told), kinds(desk)) == ({}, ["absent"])


def test_followers_that_were_passed_over_are_found_once_the_fan_out_is_over(desk: Newsroom) -> None:
    first = desk.reader(7, "AI")
    told = tell(desk, "lost")
    assert kinds(desk) == []  # still being planned
    fanouts.cancel(desk.db, told)
    desk.reader(8, "AI")
    assert kinds(desk) == ["unserved"]
    desk.later(days=9)
    assert kinds(desk, timedelta(days=10)) == ["unserved"]
    assert kinds(desk, timedelta(days=8)) == []
    follows.unfollow(desk.db, first, follows.topic(desk.db, "AI").id)
    assert kinds(desk) == []


# --- the whole bot ----------------------------------------------------------------------------------------------------


async def test_a_first_start_by_a_clock_two_hours_ahead_costs_no_article(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.sandbox.advance(7_200)
        stage.drop("What was there at the first start")
        await stage.once()
        await stage.sandbox.open_link(stage.reader)
        await stage.sandbox.say(stage.reader, "/topic AI")
        await stage.once()
        stage.sandbox.advance(-7_200)
        stage.drop("What came when the clock was right", "AI")
        await stage.once()
        assert len(stage.posts("What came when the clock was right")) == 1
        assert len(stage.posts("What came when the clock was right", stage.reader)) == 1
        assert len(stage.posts("What was there at the first start")) == 1
