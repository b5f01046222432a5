"""RateLimiter: never more than the number in any window, and never later than need be."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import rate_limit
from bot.domain.rate_limit import MINUTE, Limits, RateLimiter
from tests.support.rate_limits import (
    CHANNEL,
    LIMITS,
    OTHER,
    READER,
    START,
    most_in_any,
    seconds,
)


def send(shop: RateLimiter, chat_id: int, at: datetime) -> datetime:
    """Send as soon as `shop` allows from `at` on; return when that was."""
    moment = shop.ready(chat_id, at)
    shop.spend(chat_id, moment)
    return moment


#: Who wants to be sent to, and how long after the one before: (chat, seconds).
WISHES = st.lists(
    st.tuples(
        st.sampled_from([READER, OTHER, CHANNEL, CHANNEL - 1]),
        st.one_of(st.just(0.0), st.floats(0.0, 3.0), st.floats(55.0, 65.0)),
    ),
    max_size=90,
)


def sendings(
    shop: RateLimiter, wishes: list[tuple[int, float]]
) -> list[tuple[int, datetime]]:
    """Serve `wishes` one after another, as the delivery loop does."""
    at, done = START, []
    for chat_id, pause in wishes:
        at = send(shop, chat_id, at + seconds(pause))
        done.append((chat_id, at))
    return done


@given(LIMITS, WISHES)
@example(Limits(messages_per_second=28.0, per_chat_seconds=0.0), [(READER, 0.0)] * 90)
@example(Limits(messages_per_second=0.3, per_chat_seconds=0.0), [(READER, 0.0)] * 9)
@example(
    Limits(messages_per_second=40.0, per_chat_seconds=0.0, per_group_minute=19),
    [(CHANNEL, 0.0)] * 60,
)
@example(
    Limits(messages_per_second=40.0, per_chat_seconds=100.0, per_group_minute=2),
    [(CHANNEL, 0.0)] * 9,
)
def test_no_window_holds_more_than_its_number(
    limits: Limits, wishes: list[tuple[int, float]]
) -> None:
    done = sendings(RateLimiter(limits), wishes)
    moments = [at for _, at in done]
    if limits.messages_per_second >= 1:
        assert most_in_any(moments, seconds(1)) <= limits.messages_per_second
    else:
        rounding = timedelta(microseconds=1)
        apart = seconds(1 / limits.messages_per_second) - rounding
        assert all(after - before >= apart for before, after in pairwise(moments))
    for chat_id in {chat_id for chat_id, _ in done}:
        own = [at for chat, at in done if chat == chat_id]
        assert all(
            after - before >= seconds(limits.per_chat_seconds)
            for before, after in pairwise(own)
        )
        if rate_limit.is_group(chat_id):
            assert most_in_any(own, MINUTE) <= limits.per_group_minute


@given(LIMITS, WISHES, st.sampled_from([READER, CHANNEL]))
def test_a_moment_sooner_would_break_a_limit(
    limits: Limits, wishes: list[tuple[int, float]], chat_id: int
) -> None:
    """`ready` is the earliest: one microsecond before it, some limit is full."""
    shop = RateLimiter(limits)
    done = sendings(shop, wishes)
    at = done[-1][1] if done else START
    moment = shop.ready(chat_id, at)
    if moment == at:
        return
    early = moment - timedelta(microseconds=1)
    everyone = [when for _, when in done]
    own = [when for chat, when in done if chat == chat_id]
    room = max(int(limits.messages_per_second), 1)
    window = seconds(1) / min(limits.messages_per_second, 1.0)
    assert (
        sum(when > early - window for when in everyone) >= room
        or any(when > early - seconds(limits.per_chat_seconds) for when in own)
        or (
            rate_limit.is_group(chat_id)
            and sum(when > early - MINUTE for when in own) >= limits.per_group_minute
        )
    )


@given(LIMITS, WISHES, st.floats(0, 200))
def test_a_moment_once_ready_stays_ready(
    limits: Limits, wishes: list[tuple[int, float]], pause: float
) -> None:
    shop = RateLimiter(limits)
    done = sendings(shop, wishes)
    later = shop.ready(CHANNEL, done[-1][1] if done else START) + seconds(pause)
    assert shop.ready(CHANNEL, later) == later


@given(LIMITS, WISHES)
def test_rebuilt_from_the_attempts_it_says_the_same(
    limits: Limits, wishes: list[tuple[int, float]]
) -> None:
    shop, rebuilt = RateLimiter(limits), RateLimiter(limits)
    done = sendings(shop, wishes)
    for chat_id, at in done:
        rebuilt.spend(chat_id, at)
    last = done[-1][1] if done else START
    for chat_id in (READER, OTHER, CHANNEL, 99):
        assert rebuilt.ready(chat_id, last) == shop.ready(chat_id, last)


def test_a_burst_is_spent_at_once_and_the_next_waits_for_the_first_to_leave_the_window() -> (
    None
):
    shop = RateLimiter(Limits(messages_per_second=3, per_chat_seconds=0))
    assert [send(shop, chat, START) - START for chat in range(1, 8)] == [
        seconds(number) for number in (0, 0, 0, 1, 1, 1, 2)
    ]


def test_one_chat_waits_its_second_and_holds_no_other() -> None:
    shop = RateLimiter(Limits())
    shop.spend(READER, START)
    assert shop.ready(READER, START) == START + seconds(1)
    assert shop.ready(READER, START + seconds(0.4)) == START + seconds(1)
    assert shop.ready(OTHER, START) == START


def test_a_channel_gets_nineteen_a_minute_and_the_twentieth_when_the_minute_is_over() -> (
    None
):
    shop = RateLimiter(Limits())
    moments = [send(shop, CHANNEL, START) for _ in range(20)]
    assert moments[18] == START + seconds(18)
    assert moments[19] == START + MINUTE


def test_the_minute_is_counted_for_groups_and_channels_only() -> None:
    shop = RateLimiter(Limits())
    assert [send(shop, READER, START) for _ in range(30)][-1] == START + seconds(29)


@pytest.mark.parametrize(
    ("chat_id", "group"),
    [(-1, True), (-1001234567890, True), (1, False), (7_999_999_999, False)],
)
def test_a_negative_number_is_a_group_or_channel(chat_id: int, group: bool) -> None:
    assert rate_limit.is_group(chat_id) is group


@pytest.mark.parametrize(
    ("per_second", "apart"),
    [(0.5, 2.0), (0.1, 10.0), (0.001, 1000.0), (1.0, 1.0), (1.9, 1.0)],
)
def test_less_than_one_a_second_is_one_in_a_longer_window(
    per_second: float, apart: float
) -> None:
    shop = RateLimiter(Limits(messages_per_second=per_second, per_chat_seconds=0))
    send(shop, READER, START)
    assert shop.ready(OTHER, START) == START + seconds(apart)


def test_a_chat_kept_apart_for_longer_than_a_minute_is_remembered_so_long() -> None:
    shop = RateLimiter(Limits(per_chat_seconds=100))
    shop.spend(READER, START)
    assert shop.ready(READER, START + seconds(70)) == START + seconds(100)


def test_the_limit_of_all_is_open_while_one_chat_waits() -> None:
    shop = RateLimiter(Limits(messages_per_second=2, per_chat_seconds=60))
    shop.spend(READER, START)
    assert shop.open(START) == START
    assert shop.chat_ready(READER, START) == START + MINUTE
    shop.spend(OTHER, START)
    assert shop.open(START) == START + seconds(1)
    assert shop.ready(READER, START) == START + MINUTE


def test_edits_count_even_when_they_went_out_over_the_limit() -> None:
    shop = RateLimiter(Limits(messages_per_second=2, per_chat_seconds=0))
    for _ in range(5):
        shop.spend(READER, START)
    assert shop.open(START) == START + seconds(1)
    shop.spend(READER, START + seconds(0.5))
    assert shop.open(START + seconds(1)) == START + seconds(
        1
    )  # one of the two places is free again


def test_a_clock_set_back_by_an_hour_silences_nobody() -> None:
    shop = RateLimiter(Limits(messages_per_second=1))
    for number in range(30):
        shop.spend(CHANNEL, START + seconds(number))
    earlier = START - timedelta(hours=1)
    assert shop.ready(CHANNEL, earlier) == earlier


def test_a_moment_reserved_a_minute_ahead_is_kept() -> None:
    shop = RateLimiter(Limits(messages_per_second=1, per_chat_seconds=0))
    shop.spend(CHANNEL, START + MINUTE)
    assert shop.ready(CHANNEL, START) == START + MINUTE + seconds(1)


def test_idle_chats_are_forgotten_and_waiting_ones_are_not() -> None:
    shop = RateLimiter(Limits(per_chat_seconds=90))
    for chat_id in range(1, 1_001):
        shop.spend(chat_id, START)
    shop.spend(READER, START + seconds(80))
    shop.forget_idle(START + seconds(95))
    assert list(shop._chats) == [READER]
    assert shop.ready(READER, START + seconds(95)) == START + seconds(170)
    shop.forget_idle(START + seconds(200))
    assert not shop._chats


# --- calls under way, and what slows everything -----------------------------------------------------------------------


def test_calls_under_way_take_their_places() -> None:
    """A call is counted from its beginning, and taken to be answered now as long as it is not."""
    limiter = RateLimiter(Limits(messages_per_second=2, per_chat_seconds=0))
    limiter.begin(READER)
    assert limiter.allowed(START) == 1
    with limiter.holding([OTHER]):
        assert limiter.chat_ready(OTHER, START) > START or limiter.allowed(START) == 1
    limiter.begin(OTHER)
    assert limiter.allowed(START) == 0
    assert limiter.open(START) == START + seconds(1)
    limiter.end(READER, START)
    limiter.end(OTHER, START)
    assert limiter.allowed(START + seconds(1)) == 2


def test_pauses_within_a_minute_are_counted_together_though_the_clock_was_set() -> None:
    limiter = RateLimiter(Limits(messages_per_second=16))
    hour = timedelta(hours=1)
    limiter.record_pause(READER, 5, START)
    limiter.record_pause(OTHER, 5, START)
    limiter.shift(hour)
    limiter.record_pause(CHANNEL, 5, START + hour)
    assert limiter.allowed(START + hour) == 8


def test_a_chat_that_is_held_is_ready_for_nothing_else() -> None:
    """Between the choice of a message and its call, no other message begins to that chat."""
    limiter = RateLimiter(Limits())
    with limiter.holding([READER]):
        assert limiter.chat_ready(READER, START) == START + seconds(1)
        assert limiter.chat_ready(OTHER, START) == START
    assert limiter.chat_ready(READER, START) == START


def test_three_chats_told_to_wait_within_a_minute_halve_the_rate_and_calm_gives_it_back() -> (
    None
):
    """One chat told twice counts once."""
    limiter = RateLimiter(Limits(messages_per_second=16))
    limiter.record_pause(READER, 5, START)
    limiter.record_pause(READER, 5, START)
    limiter.record_pause(OTHER, 5, START)
    assert limiter.allowed(START) == 16
    limiter.record_pause(CHANNEL, 5, START)
    assert limiter.allowed(START) == 8
    assert limiter.allowed(START + 2 * MINUTE) == 12
    assert limiter.allowed(START + 9 * MINUTE) == 16


def test_one_chat_told_to_wait_long_halves_the_rate_down_to_an_eighth() -> None:
    """It never stops altogether."""
    limiter = RateLimiter(Limits(messages_per_second=16))
    for _ in range(5):
        limiter.record_pause(READER, 60, START)
    assert limiter.allowed(START) == 2


def test_a_clock_that_is_set_back_far_lets_nothing_wait_for_it() -> None:
    """What lies far ahead was written by a clock that was wrong."""
    limiter = RateLimiter(Limits(messages_per_second=1))
    limiter.record_pause(READER, 60, START)
    limiter.spend(READER, START)
    early = START - timedelta(hours=1)
    assert limiter.ready(READER, early) == early
    limiter.spend(READER, START)
    limiter.spend(READER, early)
    assert limiter.ready(READER, early) == early + seconds(1)


def test_what_is_remembered_moves_with_the_clock() -> None:
    """Windows and the slower rate keep their length when the wall clock is set."""
    limiter = RateLimiter(Limits(messages_per_second=16))
    limiter.shift(seconds(5))
    limiter.record_pause(READER, 5, START)
    limiter.record_pause(OTHER, 60, START)
    limiter.spend(READER, START)
    hour = timedelta(hours=1)
    limiter.shift(hour)
    assert limiter.chat_ready(READER, START + hour) == START + hour + seconds(1)
    assert limiter.allowed(START + hour) == 7


def test_memory_reaches_as_far_as_the_longest_window() -> None:
    """An eighth of one message in ten seconds is one in eighty."""
    assert RateLimiter(Limits()).memory == MINUTE
    assert RateLimiter(Limits(messages_per_second=0.1)).memory == seconds(80)
