"""Deliveries: an article goes to the channels that admit it, and a channel starts with its newest ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import delivery
from bot.domain.delivery import Channel, Delivery, Lane, State

# --- plan and first_run -----------------------------------------------------------------------------------------------


def channel(
    chat: int = 1,
    topics: tuple[str, ...] = (),
    min_quality: int = 0,
    begun: int | None = 7,
) -> Channel:
    return Channel(
        chat=chat, topics=frozenset(topics), min_quality=min_quality, begun=begun
    )


@pytest.mark.parametrize(
    ("wants", "topics", "quality", "admitted"),
    [
        (channel(), (), 0, True),
        (channel(), ("ai",), 0, True),
        (channel(), (), -1, False),
        (channel(topics=("ai",)), ("ai", "space"), 0, True),
        (channel(topics=("ai", "health")), ("health",), 0, True),
        (channel(topics=("ai",)), ("space",), 0, False),
        (channel(topics=("ai",)), (), 0, False),
        (channel(min_quality=50), ("ai",), 50, True),
        (channel(min_quality=50), ("ai",), 49, False),
        (channel(topics=("ai",), min_quality=50), ("ai",), 49, False),
        (channel(topics=("ai",), min_quality=50), ("space",), 160, False),
        (channel(min_quality=-5), (), -5, True),
    ],
)
def test_a_channel_admits_by_topic_and_quality(
    wants: Channel, topics: tuple[str, ...], quality: int, admitted: bool
) -> None:
    assert wants.admits(topics, quality) is admitted
    assert delivery.plan([wants], topics, quality) == (
        (wants.chat,) if admitted else ()
    )


def test_topics_may_come_as_an_iterator_and_serve_every_channel() -> None:
    wanting = [channel(chat, ("ai",)) for chat in (5, 3, 9)]
    assert delivery.plan(iter(wanting), iter(["space", "ai"]), 0) == (5, 3, 9)


@pytest.mark.parametrize(
    ("begun", "planned"),
    [(6, (1,)), (8, ()), (None, ())],
    ids=["later", "before it began", "it has not begun"],
)
def test_an_article_recorded_before_a_channels_start_is_none_of_its_business(
    begun: int | None, planned: tuple[int, ...]
) -> None:
    assert delivery.plan([channel(begun=begun)], (), 0, 7) == planned


@pytest.mark.parametrize(
    ("candidates", "newest", "skipped", "posted"),
    [
        ([1, 2, 3, 4], 2, [1, 2], [3, 4]),
        ([1, 2, 3, 4], 4, [], [1, 2, 3, 4]),
        ([1, 2, 3, 4], 10, [], [1, 2, 3, 4]),
        ([1, 2, 3, 4], 0, [1, 2, 3, 4], []),
        ([1, 2, 3, 4], None, [], [1, 2, 3, 4]),
        ([], 10, [], []),
        ([], 0, [], []),
        ([], None, [], []),
    ],
)
def test_a_start_posts_the_newest_and_skips_the_rest(
    candidates: list[int], newest: int | None, skipped: list[int], posted: list[int]
) -> None:
    assert delivery.first_run(candidates, newest) == (skipped, posted)


@given(st.lists(st.integers(), max_size=30), st.one_of(st.none(), st.integers(0, 40)))
def test_a_start_loses_and_reorders_nothing(
    candidates: list[int], newest: int | None
) -> None:
    skipped, posted = delivery.first_run(candidates, newest)
    assert [*skipped, *posted] == candidates
    assert newest is None or len(posted) == min(newest, len(candidates))


@pytest.mark.parametrize(
    ("lane", "is_to_channel"), [(Lane.CHANNEL, True), (Lane.FOLLOWER, False)]
)
def test_the_lane_says_whether_a_delivery_goes_to_a_channel(
    lane: Lane, is_to_channel: bool
) -> None:
    one = Delivery(id=1, article=1, chat=1, edition=1, lane=lane, state=State.PENDING)
    assert one.is_to_channel is is_to_channel
