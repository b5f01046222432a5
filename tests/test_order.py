"""The order of events is told by sequence numbers: a clock that is wrong, or is set right, loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery import Unknown
from bot.store import doubts, follows, outbox
from bot.store.database import rows, write
from tests.newsroom import Newsroom, article, newsroom

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
    st.tuples(st.sampled_from(["follow", "unfollow", "tell", "plan"]), st.sampled_from(JUMPS)), max_size=25
)


@given(EVENTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_who_follows_before_an_article_comes_gets_it_whatever_the_clock_says(events: list[tuple[str, float]]) -> None:
    desk = newsroom()
    desk.open_channel("@news")
    topic = follows.topic(desk.db, "AI").id
    following: list[int] = []
    expected: dict[int, set[str]] = {}
    for count, (event, hours) in enumerate(events):
        desk.later(hours=hours)
        if event == "follow":
            following.append(desk.reader(count, "AI"))
        elif event == "unfollow" and following:
            desk.plan()
            follows.unfollow(desk.db, following.pop(), topic)
        elif event == "tell":
            expected[tell(desk, str(count))] = {"@news", *(title(desk, chat) for chat in following)}
        elif event == "plan":
            desk.plan()
    desk.plan()
    assert {told: set(desk.states(told)) for told in expected} == expected
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
    (doubt,) = doubts.due(desk.db, desk.at + timedelta(days=9))
    around = doubts.around(desk.db, doubt)
    assert around.before == 101
    assert around.after in (103, None)
    assert 102 not in around.known
