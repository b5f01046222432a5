"""A clock that is set, by however much: what waits keeps its length, and no job is put off."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from hypothesis import example, given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.clock import TOLERANCE, Clock
from bot.domain.rate_limit import Limits, RateLimiter
from bot.jobs import RELEASE, Jobs
from bot.planning.rules import Rules
from bot.publish.release import Releaser
from bot.scheduler import Scheduler
from bot.settings import Settings
from bot.store import clock_shifts
from bot.store.database import milliseconds, open_database, rows
from tests.support.examples import examples
from tests.support.newsroom import article, open_newsroom

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
JUMPS = st.sampled_from([-86_400.0, -3_600.0, -30.0, 30.0, 3_600.0, 86_400.0])


class Times:
    """Two clocks set by hand."""

    def __init__(self) -> None:
        self.passed = self.set_by = 0.0

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.passed + self.set_by)

    def clock(self) -> Clock:
        return Clock(self.wall, lambda: self.passed)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e6, 1e6)), max_size=20))
def test_what_listeners_hear_of_jumps_adds_up_to_what_the_clock_was_set_by(
    steps: list[tuple[float, float]],
) -> None:
    times, heard = Times(), []
    clock = times.clock()
    clock.on_jump(lambda by: heard.append(by.total_seconds()))
    for passes, jump in steps:
        times.passed += passes
        times.set_by += jump
        assert clock() == times.wall()
    assert abs(sum(heard) - times.set_by) <= TOLERANCE + 0.001


def test_a_listener_hears_of_a_jump_before_the_time_is_told() -> None:
    times, order = Times(), []
    clock = times.clock()
    clock.on_jump(lambda by: order.append(by))
    times.set_by = 3_600
    order.append(clock())
    assert order == [timedelta(hours=1), NOON + timedelta(hours=1)]


def test_a_process_held_up_between_two_readings_sees_no_jump() -> None:
    times, heard = Times(), []
    held = iter([0.0, 0.0, *(float(one) for one in range(100, 9_000, 100))])
    clock = Clock(times.wall, lambda: next(held))
    clock.on_jump(heard.append)
    clock()
    assert heard == []


def test_a_clock_that_only_tells_the_wall_time_never_jumps() -> None:
    times, heard = Times(), []
    clock = Clock.of(times.wall)
    clock.on_jump(heard.append)
    times.set_by = 86_400
    assert clock() == NOON + timedelta(days=1)
    assert heard == []
    assert Clock.of(clock) is clock


# --- jobs -------------------------------------------------------------------------------------------------------------


class _Selector(selectors.SelectSelector):
    """Lets time pass at once where a loop would wait."""

    def __init__(self, times: Times) -> None:
        super().__init__()
        self._times = times

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self._times.passed += timeout
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, times: Times) -> None:
        super().__init__(_Selector(times))
        self._times = times

    def time(self) -> float:
        return self._times.passed


def lived(times: Times, story: Coroutine[Any, Any, None]) -> None:
    """Run a story in its own time."""
    with asyncio.Runner(loop_factory=lambda: _Loop(times)) as runner:
        runner.run(story)


@given(st.lists(st.tuples(st.floats(0.1, 100), JUMPS), max_size=12))
@examples(12)
def test_every_job_runs_within_its_interval_whatever_the_clock_is_set_to(
    jumps: list[tuple[float, float]],
) -> None:
    times = Times()
    ran: dict[str, list[float]] = {"often": [], "seldom": []}

    async def story() -> None:
        clock = times.clock()
        jobs = Scheduler(clock, lambda name, error: None)
        clock.on_jump(lambda by: jobs.reschedule())
        for name, seconds in (("often", 5.0), ("seldom", 30.0)):

            async def work(name: str = name) -> None:
                ran[name].append(times.passed)

            jobs.every(name, seconds, work)
        jobs.start()
        end = times.passed + 600
        waiting = list(jumps)
        at = times.passed + (waiting[0][0] if waiting else 600)
        while times.passed < end:
            await asyncio.sleep(1)
            clock()
            if waiting and times.passed >= at:
                times.set_by += waiting.pop(0)[1]
                at = times.passed + (waiting[0][0] if waiting else 600)
        await jobs.stop(0)

    lived(times, story())
    for name, seconds in (("often", 5.0), ("seldom", 30.0)):
        gaps = [after - before for before, after in pairwise([*ran[name], 600.0])]
        assert max(gaps) <= seconds + 1.1, name


async def _days(times: Times, clock: Clock, days: float) -> None:
    """Let so much time pass, with a reading of the clock each minute."""
    end = times.passed + days * 86_400
    while times.passed < end:
        await asyncio.sleep(60)
        clock()


def _planned(
    times: Times, trigger: Any, ran: list[datetime]
) -> tuple[Clock, Scheduler]:
    """A schedule whose one job goes by the calendar."""
    clock = times.clock()
    jobs = Scheduler(clock, lambda name, error: None)
    clock.on_jump(lambda by: jobs.reschedule())

    async def work() -> None:
        ran.append(times.wall())

    jobs.at("calendar", trigger, work)
    jobs.start()
    return clock, jobs


def test_a_job_of_the_calendar_runs_at_its_moments_by_the_wall_clock() -> None:
    times, ran = Times(), []

    async def story() -> None:
        clock, jobs = _planned(times, CronTrigger(hour=13, timezone=UTC), ran)
        await _days(times, clock, 2)
        times.set_by += 86_400  # past one moment: it is due at once
        await _days(times, clock, 1)
        times.set_by -= 86_400  # before a moment that has been: it comes again
        await _days(times, clock, 1)
        await jobs.stop(0)

    lived(times, story())
    day, one = timedelta(days=1), NOON + timedelta(hours=1)
    forward = NOON + 3 * day
    expected = [one, one + day, forward, one + 3 * day, one + 3 * day]
    gaps = [abs(at - due) for at, due in zip(ran, expected, strict=True)]
    assert max(gaps) <= timedelta(seconds=61)


@pytest.mark.parametrize("by", [0.0, 30.0, 86_400.0, -86_400.0])
def test_a_job_of_one_moment_runs_once_and_never_before_it(by: float) -> None:
    times, ran = Times(), []
    due = NOON + timedelta(hours=1)

    async def story() -> None:
        clock, jobs = _planned(times, DateTrigger(due), ran)
        await _days(times, clock, 0.01)
        times.set_by += by
        await _days(times, clock, 2.5)
        times.set_by -= 86_400
        await _days(times, clock, 2.5)
        assert jobs.late(0) == []
        await jobs.stop(0)

    lived(times, story())
    (at,) = ran
    assert at >= due


class _Bot:
    """One process that lets out what is due: its schedule and its jobs, on a database that outlives it."""

    def __init__(self, db: Database, times: Times, rules: Rules) -> None:
        async def store(work: Callable[..., Any], *values: Any) -> Any:
            return work(db, *values)

        async def nothing(*keys: str) -> None:
            return None

        clock = times.clock()
        told: dict[str, Any] = dict.fromkeys(("poller", "channels", "pace"), None)
        self.schedule = Scheduler(clock, lambda name, error: None)
        chosen: Any = Settings.model_construct()
        lookup: Any = SimpleNamespace(live=rules.channels)
        editors: Any = SimpleNamespace(all_clear=nothing, reaches_nobody=True)
        releaser = Releaser(
            cast(Any, store),
            chosen,
            rules.taxonomy,
            lookup,
            editors,
            clock,
            lambda: None,
            editors,
        )
        telegram: Any = SimpleNamespace(releaser=releaser)
        jobs = Jobs(
            settings=chosen,
            schedule=self.schedule,
            telegram=telegram,
            store=cast(Any, store),
            clock=clock,
            wake=lambda: None,
            **told,
        )
        self.schedule.every("release", RELEASE, jobs._release)
        clock.on_jump(lambda by: self.schedule.reschedule())
        self.clock = clock


@example([(1.0, 30.0), (1.0, -86_400.0)], True, 10.0)
@example([(100.0, 86_400.0)], False, 1_000.0)
@given(
    st.lists(st.tuples(st.floats(0.1, 600), JUMPS), max_size=5),
    st.booleans(),
    st.floats(10, 5_000),
)
@examples(8)
def test_what_is_dated_to_come_goes_out_at_its_moment_whatever_the_clock_is_set_to(
    jumps: list[tuple[float, float]], restarts: bool, due: float
) -> None:
    """Not before the wall clock has said so, and soon after it has said so for as long as a job takes to look."""
    times = Times()
    room = open_newsroom(":memory:")
    moment = NOON + timedelta(seconds=due)
    number = room.number("a.md", article(published=moment))

    async def story() -> None:
        bot = _Bot(room.db, times, room.rules)
        bot.schedule.start()
        waiting, at, been_due, was_due = list(jumps), 0.0, 0.0, False
        while room.stored(number).waits:
            before = times.passed
            await asyncio.sleep(1 if waiting else 20)
            bot.clock()
            been_due = (
                been_due + times.passed - before if times.wall() >= moment else 0.0
            )
            was_due = was_due or times.wall() >= moment
            assert been_due <= RELEASE + 41
            if waiting and times.passed >= at + waiting[0][0]:
                at = times.passed
                times.set_by += waiting.pop(0)[1]
                was_due = was_due or times.wall() >= moment
                if restarts:
                    await bot.schedule.stop(0)
                    bot = _Bot(room.db, times, room.rules)
                    bot.schedule.start()
        assert was_due
        await bot.schedule.stop(0)

    lived(times, story())


@given(st.lists(st.tuples(st.floats(0, 3), JUMPS | st.just(0.0)), max_size=30))
@examples(40)
def test_the_pace_is_kept_in_real_time_whatever_the_clock_is_set_to(
    steps: list[tuple[float, float]],
) -> None:
    times, sent = Times(), []
    clock, pace = times.clock(), RateLimiter(Limits(per_chat_seconds=1.0))
    clock.on_jump(pace.shift)
    for passes, jump in steps:
        times.passed += passes
        times.set_by += jump
        at = clock()
        wait = (pace.chat_ready(7, at) - at).total_seconds()
        assert 0 <= wait <= 1.001
        if wait == 0:
            pace.spend(7, at)
            sent.append(times.passed)
    assert all(after - before >= 0.999 for before, after in pairwise(sent))


# --- what is written down ---------------------------------------------------------------------------------------------


@pytest.fixture
def db() -> Database:
    """A channel that was told to wait, and deliveries that wait in each way there is."""
    db = open_database(":memory:")
    soon = milliseconds(NOON + timedelta(seconds=5))
    db.conn.executescript(
        f"""
        INSERT INTO chats (id, chat_id, kind, not_before) VALUES (1, -100, 'channel', {soon}), (2, 5, 'private', NULL);
        """
    )
    article = {
        "identity": "a",
        "fingerprint": "",
        "title_key": "",
        "title": "A",
        "excerpt": "",
        "url": "a",
    }
    more = {
        "provider": "",
        "quality": 0,
        "heat": 0,
        "kind": "",
        "unpublished": 0,
        "recorded": 0,
        "ordered": 0,
    }
    columns = {one["name"] for one in rows(db, "PRAGMA table_info(articles)")}
    for number in (1, 2, 3):
        told = {"id": number, **article, **more, "identity": str(number)}
        db["articles"].insert(
            {name: value for name, value in told.items() if name in columns}
        )
    for number, state, wait, revise in (
        (1, "pending", soon, None),
        (2, "doubtful", soon, None),
        (3, "sent", soon, soon),
    ):
        db.conn.execute(
            "INSERT INTO deliveries (article, chat, edition, lane, rank, state, not_before, edit_due, created) "
            "VALUES (?, 2, 1, 2, ?, ?, ?, ?, 0)",
            (number, number, state, wait, revise),
        )
    db.conn.commit()
    return db


def moments(db: Database) -> set[int]:
    found = rows(
        db,
        "SELECT not_before FROM chats WHERE id = 1 UNION ALL SELECT not_before FROM deliveries",
    )
    found += rows(db, "SELECT edit_due FROM deliveries WHERE edit_due IS NOT NULL")
    found += rows(db, "SELECT asleep_until FROM deliveries WHERE asleep_until > 0")
    return {one[0] for one in found}


@pytest.mark.parametrize(
    "by",
    [timedelta(days=-1), timedelta(hours=-1), timedelta(seconds=30), timedelta(days=1)],
)
def test_every_pause_that_is_written_down_keeps_its_length(
    db: Database, by: timedelta
) -> None:
    clock_shifts.shift(db, by)
    assert moments(db) == {milliseconds(NOON + timedelta(seconds=5) + by)}


def test_a_clock_set_back_while_the_bot_was_down_makes_no_pause_last_longer(
    db: Database,
) -> None:
    db.conn.execute(
        "INSERT INTO attempts (delivery, at, action) VALUES (1, ?, 'send')",
        (milliseconds(NOON),),
    )
    db.conn.commit()
    assert clock_shifts.catch_up(db, NOON - timedelta(days=1)) == timedelta(days=1)
    assert moments(db) == {milliseconds(NOON + timedelta(seconds=5, days=-1))}
    assert clock_shifts.catch_up(db, NOON + timedelta(hours=1)) == timedelta()


_SECONDS = st.integers(30, 5_000)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), _SECONDS),
        st.tuples(st.just("call"), st.just(0)),
        st.tuples(st.just("set"), _SECONDS | _SECONDS.map(lambda one: -one)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("set back while down"), _SECONDS),
    ),
    max_size=12,
)


def test_no_pause_is_ever_shortened_twice(db: Database) -> None:
    """A pause lasts at least as long as Telegram asked for, whenever the clock was set back, and however often
    the bot is started afterwards."""

    def write(sql: str, *values: int) -> None:
        db.conn.execute(sql, values)
        db.conn.commit()

    @examples(200)
    @example([("call", 0), ("set", -3_600), ("restart", 0)])
    @example([("call", 0), ("set back while down", 3_600), ("restart", 0)])
    @given(_STEPS)
    def tried(steps: list[tuple[str, int]]) -> None:
        times, pause = Times(), 100_000
        write("DELETE FROM attempts")
        write("DELETE FROM facts WHERE name = 'clock_set'")
        write(
            "UPDATE chats SET not_before = ? WHERE id = 1",
            milliseconds(NOON + timedelta(seconds=pause)),
        )
        for step, seconds in steps:
            match step:
                case "pass":
                    times.passed += seconds
                case "call":
                    write(
                        "INSERT INTO attempts (delivery, at, action) VALUES (1, ?, 'send')",
                        milliseconds(times.wall()),
                    )
                case "set":
                    times.set_by += seconds
                    clock_shifts.shift(db, timedelta(seconds=seconds))
                case _:
                    times.set_by -= seconds
                    clock_shifts.catch_up(db, times.wall())
        ((until,),) = rows(db, "SELECT not_before FROM chats WHERE id = 1")
        left = until / 1_000 - times.wall().timestamp()
        assert left >= pause - times.passed - 1

    tried()
