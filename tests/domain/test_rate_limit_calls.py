"""Rate limits with slow calls, a bot that is told to slow down, and a restart: what Telegram's side sees."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import rate_limit
from bot.domain.delivery import Lane
from bot.domain.outcome import Sent
from bot.domain.rate_limit import LEAST, MINUTE, RECOVERY, Brake, Limits, RateLimiter
from bot.planning.rules import Rules
from bot.store import attempts, chats, outbox
from bot.store.database import open_database
from tests.support.newsroom import AT, TAXONOMY, Newsroom, article
from tests.support.rate_limits import (
    CHANNEL,
    LIMITS,
    OTHER,
    READER,
    START,
    most_in_any,
    seconds,
)

#: Who wants to be called, how many seconds the call takes, and at which part of that it gets to Telegram.
CALLS = st.lists(
    st.tuples(
        st.sampled_from([READER, OTHER, CHANNEL, CHANNEL - 1]),
        st.one_of(st.just(0.0), st.floats(0.0, 3.0), st.floats(15.0, 30.0)),
        st.sampled_from([0.0, 0.5, 1.0]),
    ),
    max_size=60,
)
Call = tuple[int, float, float]


def received(shop: RateLimiter, calls: list[Call]) -> list[tuple[datetime, int]]:
    """Make calls as soon as `shop` allows, many on their way at once; return when Telegram got each, in order."""
    at, flying, got = START, list[tuple[datetime, int]](), list[tuple[datetime, int]]()
    for chat_id, takes, part in calls:
        while True:
            while flying and flying[0][0] <= at:
                landed, chat = heapq.heappop(flying)
                shop.end(chat, landed)
            ready = shop.ready(chat_id, at)
            if ready <= at:
                break
            at = min(max(ready, at + seconds(0.1)), flying[0][0]) if flying else ready
        shop.begin(chat_id)
        heapq.heappush(flying, (at + seconds(takes), chat_id))
        got.append((at + seconds(takes * part), chat_id))
    return sorted(got)


@given(LIMITS, CALLS)
@example(
    Limits(messages_per_second=5.0, per_chat_seconds=0.0),
    [(READER, 3.0, 1.0), *[(READER, 0.0, 0.0)] * 20],
)
@example(
    Limits(per_chat_seconds=0.0, per_group_minute=2),
    [(CHANNEL, 20.0, 1.0), *[(CHANNEL, 0.0, 0.0)] * 6],
)
def test_no_window_on_telegrams_side_holds_more_than_its_number(
    limits: Limits, calls: list[Call]
) -> None:
    """However long calls take, and whenever in that time they get there."""
    got = received(RateLimiter(limits), calls)
    rounding = timedelta(microseconds=2)
    of_all = timedelta(seconds=1 / min(limits.messages_per_second, 1.0)) - rounding
    assert most_in_any([at for at, _ in got], of_all) <= max(
        int(limits.messages_per_second), 1
    )
    for chat_id in {chat_id for _, chat_id in got}:
        own = [at for at, chat in got if chat == chat_id]
        if limits.per_chat_seconds:
            assert most_in_any(own, seconds(limits.per_chat_seconds) - rounding) <= 1
        if rate_limit.is_group(chat_id):
            assert most_in_any(own, MINUTE) <= limits.per_group_minute


def test_a_call_on_its_way_keeps_its_place_until_it_is_answered() -> None:
    shop = RateLimiter(Limits(messages_per_second=1))
    shop.begin(READER)
    later = START + seconds(20)
    assert shop.allowed(later) == 0
    assert shop.open(later) > later
    assert shop.chat_ready(READER, later) > later
    shop.end(READER, later)
    assert shop.ready(READER, later) == later + seconds(1)


def test_a_chat_with_a_call_on_its_way_is_not_forgotten() -> None:
    shop = RateLimiter(Limits())
    shop.begin(READER)
    shop.forget_idle(START + seconds(600))
    shop.end(READER, START + seconds(600))
    assert shop.chat_ready(READER, START + seconds(600)) == START + seconds(601)


def test_an_answer_after_the_clock_was_set_back_counts() -> None:
    shop = RateLimiter(Limits())
    shop.spend(READER, START)
    earlier = START - timedelta(hours=1)
    shop.spend(READER, earlier)
    assert shop.chat_ready(READER, earlier) == earlier + seconds(1)


# --- slowing down -----------------------------------------------------------------------------------------------------


def braked(*floods: tuple[int, float, float]) -> Brake:
    """A brake that was told of 429s: (chat, retry_after, seconds after START)."""
    brake = Brake()
    for chat_id, wait, after in floods:
        brake.record_pause(chat_id, wait, START + seconds(after))
    return brake


@pytest.mark.parametrize(
    ("floods", "share"),
    [
        ([], 1.0),
        ([(1, 5, 0), (2, 5, 1)], 1.0),
        ([(1, 5, 0), (2, 5, 1), (3, 5, 2)], 0.5),
        ([(1, 5, 0), (1, 5, 1), (1, 5, 2), (1, 5, 2)], 1.0),  # one chat's own affair
        ([(1, 5, -70), (2, 5, -65), (3, 5, 2)], 1.0),  # not within a minute
        ([(1, 60, 2)], 0.5),
        ([(1, 59, 2)], 1.0),
        ([(1, 60, 2), (2, 60, 2)], 0.25),
        ([(1, 60, 2)] * 9, LEAST),
        (
            [(1, 5, 2), (2, 5, 2), (3, 5, 2), (4, 5, 2)],
            0.5,
        ),  # counted anew after each slowing
    ],
)
def test_too_many_pauses_slow_the_bot_as_a_whole(
    floods: list[tuple[int, float, float]], share: float
) -> None:
    assert braked(*floods).share(START + seconds(2)) == share


def test_the_rate_comes_back_slowly() -> None:
    brake = braked((1, 60, 0))
    shares = [brake.share(START + minute * MINUTE) for minute in range(6)]
    assert shares == [0.5, 0.625, 0.75, 0.875, 1.0, 1.0]


def test_a_pause_on_the_way_back_halves_what_there_is() -> None:
    brake = braked((1, 60, 0), (1, 60, 120))
    assert brake.share(START + seconds(120)) == 0.375


def test_a_clock_set_back_releases_the_brake() -> None:
    assert braked((1, 60, 0)).share(START - timedelta(hours=1)) == 1.0


def test_a_slowed_bot_still_keeps_every_window_and_goes_on() -> None:
    shop = RateLimiter(Limits(messages_per_second=28, per_chat_seconds=0))
    assert shop.allowed(START) == 28
    shop.record_pause(READER, 60, START)
    assert shop.allowed(START) == 14
    for _ in range(9):
        shop.record_pause(READER, 60, START)
    assert shop.allowed(START) == 3
    for chat_id in range(1, 4):
        shop.spend(chat_id, START)
    assert shop.open(START) == START + seconds(1)
    assert shop.allowed(START + RECOVERY) == 28


def test_a_rate_below_one_a_second_is_slowed_too() -> None:
    shop = RateLimiter(Limits(messages_per_second=0.5, per_chat_seconds=0))
    shop.record_pause(READER, 60, START)
    shop.spend(READER, START)
    assert shop.open(START + seconds(2)) > START + seconds(3)


# --- a restart --------------------------------------------------------------------------------------------------------


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with open_database(":memory:") as db:
        yield Newsroom(db, Rules(taxonomy=TAXONOMY))


def number_of(newsroom: Newsroom, chat: int) -> int:
    """Telegram's number of a chat."""
    found = chats.get(newsroom.db, chat)
    assert found is not None
    assert found.chat_id is not None
    return found.chat_id


def test_a_restart_knows_what_went_out_in_the_last_minute(newsroom: Newsroom) -> None:
    """Nineteen posts in a minute, then the program ends: the next may go out when the first is a minute old."""
    channel = number_of(newsroom, newsroom.open_channel("@one"))
    for number in range(19):
        newsroom.record(
            f"{number}.md",
            article(
                f"Story number {number} of this day", f"https://example.org/{number}"
            ),
        )
        newsroom.deliver(Sent(number + 1))
        newsroom.later(seconds=2)
    rebuilt = RateLimiter(Limits())
    for chat_id, at in attempts.recent(newsroom.db, rebuilt.memory, newsroom.at):
        rebuilt.spend(chat_id, at)
    assert rebuilt.chat_ready(channel, newsroom.at) == AT + MINUTE


def test_a_call_whose_answer_was_never_heard_counts_from_the_restart(
    newsroom: Newsroom,
) -> None:
    channel = number_of(newsroom, newsroom.open_channel("@one"))
    newsroom.record("a.md", article())
    (one,) = outbox.due(newsroom.db, newsroom.at)
    outbox.begin(newsroom.db, {one.delivery.id: ({}, "")}, newsroom.at)
    at = newsroom.later(seconds=30)
    assert attempts.recent(newsroom.db, MINUTE, at) == [(channel, at)]


def test_what_is_older_than_any_window_counts_no_more(newsroom: Newsroom) -> None:
    newsroom.open_channel("@one")
    newsroom.record("a.md", article())
    newsroom.deliver()
    assert attempts.recent(newsroom.db, MINUTE, newsroom.later(seconds=60)) == []


# --- turns ------------------------------------------------------------------------------------------------------------


def served(newsroom: Newsroom, most: int) -> list[str]:
    """Send `most` messages at a time until nothing is left, and return to whom they went."""
    to: list[str] = []
    while found := outbox.due(newsroom.db, newsroom.at, most=most):
        to += [newsroom.send(one)[0] for one in found]
    return to


def waiting_for(newsroom: Newsroom, chat: int, numbers: range) -> None:
    """Let a reader wait for articles, oldest first."""
    for number in numbers:
        told = article(
            f"Story number {number} of this day", f"https://example.org/{number}"
        )
        row = newsroom.number(f"{number}.md", told)
        rank = newsroom.at + timedelta(days=number)
        outbox.open_(
            newsroom.db,
            row,
            [chat],
            lane=Lane.FOLLOWER,
            edition=1,
            rank=rank,
            at=newsroom.at,
        )


def test_no_reader_waits_for_the_long_queue_of_another(newsroom: Newsroom) -> None:
    """Five hundred older articles for one, one new article for the other, one place at a time."""
    greedy, modest = newsroom.reader(1), newsroom.reader(2)
    waiting_for(newsroom, greedy, range(500))
    waiting_for(newsroom, modest, range(500, 501))
    to = served(newsroom, most=1)
    assert len(to) == 501
    assert to.index("R2") <= 1


def test_who_comes_while_a_queue_is_served_stands_where_it_is_and_not_behind_it(
    newsroom: Newsroom,
) -> None:
    greedy, modest, late = newsroom.reader(1), newsroom.reader(2), newsroom.reader(3)
    waiting_for(newsroom, greedy, range(100))
    for _ in range(50):
        newsroom.send(outbox.due(newsroom.db, newsroom.at, most=1)[0])
    waiting_for(newsroom, modest, range(100, 140))
    waiting_for(newsroom, late, range(140, 141))
    to = served(newsroom, most=1)
    assert to.index("R3") <= 2
    assert (
        abs(to[:80].count("R1") - to[:80].count("R2")) <= 2
    )  # the two long queues share


def test_a_readers_own_articles_stay_in_their_order(newsroom: Newsroom) -> None:
    reader = newsroom.reader(1)
    waiting_for(newsroom, reader, range(20))
    found = [
        newsroom.send(outbox.due(newsroom.db, newsroom.at)[0])[1] for _ in range(20)
    ]
    assert found == [f"Story number {number} of this day" for number in range(20)]


def test_channels_go_before_followers(newsroom: Newsroom) -> None:
    newsroom.open_channel("@one")
    waiting_for(newsroom, newsroom.reader(1), range(1))
    assert served(newsroom, most=1) == ["@one", "R1"]
