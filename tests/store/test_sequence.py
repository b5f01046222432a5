"""The order of events is told by sequence numbers: a clock that is wrong, or is set right, loses nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat import Standing
from bot.domain.outcome import Unknown
from bot.publish import verification
from bot.settings import Channel
from bot.store import fanouts, follows, outbox, recovery, search_bounds, standings
from bot.store.database import rows, write
from tests.support.examples import examples
from tests.support.newsroom import TAXONOMY, Newsroom, article, open_newsroom
from tests.support.stage import staged

NEWS = (Channel(chat="@news"),)
#: Hours that a clock is set ahead or back.
JUMPS = (-48, -2, -0.01, 0, 0.01, 2, 48)


def record(newsroom: Newsroom, name: str) -> int:
    return newsroom.number(
        f"{name}.md",
        article(f"Story {name}", f"https://one.example/{name}", topics=("AI",)),
    )


@pytest.mark.parametrize("hours", JUMPS)
def test_what_arrives_after_the_clock_was_set_goes_to_channels_and_followers(
    newsroom: Newsroom, hours: float
) -> None:
    newsroom.open_channel("@news", begun=False)
    record(newsroom, "old")
    newsroom.begin(0)
    newsroom.reader(7, "AI")
    newsroom.later(hours=hours)
    newsroom.reader(8, "AI")
    new = record(newsroom, "new")
    newsroom.reader(9, "AI")
    newsroom.deliver()
    assert newsroom.states(new) == {"@news": "sent", "R7": "sent", "R8": "sent"}


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["follow", "unfollow", "record", "plan", "stop", "back"]),
        st.sampled_from(JUMPS),
    ),
    max_size=25,
)


@given(EVENTS)
@examples(25)
def test_who_follows_before_an_article_comes_gets_it_whatever_the_clock_says(
    events: list[tuple[str, float]],
) -> None:
    newsroom = open_newsroom()
    newsroom.open_channel("@news")
    topic = follows.topic(newsroom.db, "AI").id
    following: list[int] = []
    away: list[int] = []
    expected: dict[int, set[str]] = {}
    for count, (event, hours) in enumerate(events):
        newsroom.later(hours=hours)
        if event == "follow":
            following.append(newsroom.reader(count, "AI"))
        elif event == "unfollow" and following:
            newsroom.plan()
            follows.unfollow(newsroom.db, following.pop(), topic)
        elif event == "stop" and following:
            newsroom.plan()
            away.append(following.pop())
            standings.set_state(newsroom.db, away[-1], Standing.STOPPED)
        elif event == "back" and away:
            newsroom.plan()
            following.append(away.pop())
            standings.set_state(newsroom.db, following[-1], Standing.ACTIVE)
        elif event == "record":
            expected[record(newsroom, str(count))] = {
                "@news",
                *(title(newsroom, chat) for chat in following),
            }
        elif event == "plan":
            newsroom.plan()
    newsroom.plan()
    assert {told: set(newsroom.states(told)) for told in expected} == expected
    assert kinds(newsroom) == []
    newsroom.db.close()


def title(newsroom: Newsroom, chat: int) -> str:
    return str(
        rows(newsroom.db, "SELECT title FROM chats WHERE id = ?", (chat,))[0]["title"]
    )


@pytest.mark.parametrize("hours", JUMPS)
def test_a_post_in_doubt_is_looked_for_among_what_came_after_it(
    newsroom: Newsroom, hours: float
) -> None:
    """Those that were sent before are below it, also where the clock was set back meanwhile."""
    newsroom.open_channel("@news")
    for name in ("before", "doubtful", "after"):
        record(newsroom, name)
        newsroom.later(seconds=1)
        (one,) = outbox.due(newsroom.db, newsroom.at)
        newsroom.send(one, Unknown("lost") if name == "doubtful" else None)
        newsroom.later(hours=hours if name == "doubtful" else 0)
    write(newsroom.db, "UPDATE deliveries SET not_before = 0 WHERE state = 'doubtful'")
    (doubt,) = recovery.due(newsroom.db, newsroom.at + timedelta(days=9))
    around = search_bounds.around(newsroom.db, doubt)
    assert around.before == 101
    assert around.after in (103, None)
    assert 102 not in around.known


# --- what `verify` knows of it ----------------------------------------------------------------------------------------


def kinds(newsroom: Newsroom, max_age: timedelta | None = None) -> list[str]:
    found = verification.verify(
        newsroom.db, NEWS, TAXONOMY, newsroom.at, running=True, max_age=max_age
    ).findings
    return [one.kind for one in found if one.kind != "late"]


def test_a_channel_that_was_passed_over_is_found_whatever_the_sequence_numbers_say(
    newsroom: Newsroom,
) -> None:
    """As the old fault would have been: the order of the rows is another witness."""
    newsroom.open_channel("@news")
    write(newsroom.db, "UPDATE chats SET sequence = 1000000")
    newsroom.rules = replace(
        newsroom.rules, channels=(replace(newsroom.rules.channels[0], begun=1_000_000),)
    )
    told = record(newsroom, "lost")
    assert (newsroom.states(told), kinds(newsroom)) == ({}, ["absent"])


def test_followers_that_were_passed_over_are_found_once_the_fan_out_is_over(
    newsroom: Newsroom,
) -> None:
    first = newsroom.reader(7, "AI")
    told = record(newsroom, "lost")
    assert kinds(newsroom) == []  # still being planned
    fanouts.cancel(newsroom.db, told)
    newsroom.reader(8, "AI")
    assert kinds(newsroom) == ["unserved"]
    newsroom.later(days=9)
    assert kinds(newsroom, timedelta(days=10)) == ["unserved"]
    assert kinds(newsroom, timedelta(days=8)) == []
    follows.unfollow(newsroom.db, first, follows.topic(newsroom.db, "AI").id)
    assert kinds(newsroom) == []


# --- the whole bot ----------------------------------------------------------------------------------------------------


async def test_a_first_start_by_a_clock_two_hours_ahead_costs_no_article(
    tmp_path: Path,
) -> None:
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
