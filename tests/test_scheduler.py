"""Named jobs: late, perhaps, but never on top of each other, never lost, and ended when told to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot import scheduler
from bot.clock import Clock
from bot.errors import Stopped
from bot.scheduler import Scheduler
from tests.support.operating import PATIENCE

LONG = 3_600.0


CLOCK = Clock(lambda: datetime.now(UTC), time.monotonic)


class Bell:
    """A job that counts its runs; each holds until it is let go, if it is told to hold."""

    def __init__(self) -> None:
        self.begun = self.ended = self.at_once = self.most = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.soon: float | None = None
        self._rung = asyncio.Condition()

    async def __call__(self) -> float | None:
        self.begun += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self._ring()
        try:
            await self.hold.wait()
        finally:
            self.at_once -= 1
        self.ended += 1
        await self._ring()
        soon, self.soon = self.soon, None
        return soon

    async def runs(self, count: int) -> None:
        """Return once it has begun so often."""
        async with asyncio.timeout(PATIENCE), self._rung:
            await self._rung.wait_for(lambda: self.begun >= count)

    async def _ring(self) -> None:
        async with self._rung:
            self._rung.notify_all()


@pytest.fixture
def failures() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def jobs(failures: list[tuple[str, str]]) -> AsyncIterator[Scheduler]:
    jobs = Scheduler(
        CLOCK,
        lambda name, error: failures.append((name, str(error))) if error else None,
    )
    yield jobs
    await jobs.stop(0)


async def settled() -> None:
    """Let everything that can run, run."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_every_job_runs_at_once_and_again(jobs: Scheduler) -> None:
    often, seldom = Bell(), Bell()
    jobs.every("often", 0.01, often)
    jobs.every("seldom", LONG, seldom)
    jobs.start()
    await often.runs(4)
    assert seldom.begun == 1


async def test_runs_of_a_job_never_overlap(jobs: Scheduler) -> None:
    bell = Bell()
    bell.hold.clear()
    jobs.every("scan", 0.01, bell)
    jobs.start()
    await bell.runs(1)
    await asyncio.sleep(0.1)  # ten more come due
    assert (bell.begun, bell.most) == (1, 1)
    bell.hold.set()
    await bell.runs(4)
    assert bell.most == 1


async def test_a_job_does_not_hold_up_another(jobs: Scheduler) -> None:
    stuck, free = Bell(), Bell()
    stuck.hold.clear()
    jobs.every("stuck", 0.01, stuck)
    jobs.every("free", 0.01, free)
    jobs.start()
    await free.runs(5)
    assert stuck.begun == 1


async def test_a_loop_that_was_blocked_for_longer_than_the_interval_loses_no_run(
    jobs: Scheduler, caplog: pytest.LogCaptureFixture
) -> None:
    bell, seldom = Bell(), Bell()
    jobs.every("deliver", 0.3, bell)
    jobs.every("keep house", 1.0, seldom)
    jobs.start()
    await bell.runs(1)
    with caplog.at_level(logging.WARNING):
        time.sleep(2.5)
        await seldom.runs(2)
        await bell.runs(2)
    assert caplog.messages == []


async def test_a_late_run_is_one_run_however_many_were_due(jobs: Scheduler) -> None:
    bell = Bell()
    jobs.every("deliver", 0.5, bell)
    jobs.start()
    await bell.runs(1)
    time.sleep(1.7)  # three were due
    bell.hold.clear()  # the next does not come to its end
    await bell.runs(2)
    await settled()
    assert bell.begun == 2


async def test_a_nudge_runs_a_job_now(jobs: Scheduler) -> None:
    bell = Bell()
    jobs.every("scan", LONG, bell)
    jobs.start()
    await bell.runs(1)
    await settled()
    jobs.nudge("scan")
    await bell.runs(2)


async def test_nudges_during_a_run_are_one_more_run_right_after_it(
    jobs: Scheduler,
) -> None:
    bell = Bell()
    bell.hold.clear()
    jobs.every("scan", LONG, bell)
    jobs.start()
    await bell.runs(1)
    for _ in range(5):
        jobs.nudge("scan")
    await settled()
    assert bell.begun == 1
    bell.hold.set()
    await bell.runs(2)
    await settled()
    assert (bell.begun, bell.most) == (2, 1)


async def test_many_nudges_before_a_job_could_begin_lose_none(jobs: Scheduler) -> None:
    bell = Bell()
    jobs.every("scan", LONG, bell)
    jobs.start()
    await bell.runs(1)
    await settled()
    for _ in range(50):
        jobs.nudge("scan")
        await asyncio.sleep(0)
    await bell.runs(2)


async def test_a_job_may_ask_for_its_next_run(jobs: Scheduler) -> None:
    bell = Bell()
    bell.soon = 0.05
    jobs.every("deliver", LONG, bell)
    jobs.start()
    await bell.runs(2)
    await settled()
    assert bell.begun == 2


async def test_what_a_job_asks_for_never_puts_off_its_interval(jobs: Scheduler) -> None:
    bell = Bell()
    bell.soon = LONG
    jobs.every("deliver", 0.02, bell)
    jobs.start()
    await bell.runs(2)


async def test_a_job_that_fails_is_told_of_and_runs_again(
    jobs: Scheduler, failures: list[tuple[str, str]]
) -> None:
    bell = Bell()

    async def work() -> None:
        await bell()
        if bell.begun < 3:
            raise RuntimeError(f"run {bell.begun}")

    jobs.every("scan", 0.02, work)
    jobs.start()
    await bell.runs(4)
    assert failures == [("scan", "run 1"), ("scan", "run 2")]


async def test_when_a_job_last_ran_and_which_are_late_is_known() -> None:
    passed = [0.0]
    jobs = Scheduler(
        Clock(lambda: datetime.now(UTC), lambda: passed[0]), lambda name, error: None
    )
    bell, stuck = Bell(), Bell()
    stuck.hold.clear()
    jobs.every("scan", 10, bell)
    jobs.every("stuck", 10, stuck)
    assert jobs.late(0) == []  # nothing has begun
    jobs.start()
    await bell.runs(1)
    await settled()
    assert jobs.well() == ["scan"]  # the other has not ended yet
    passed[0] = 70.0
    assert jobs.late(60) == []
    passed[0] = 70.1
    assert jobs.late(60) == ["scan"]  # the other is at work
    assert jobs.late(60, since=69.0) == []  # the machine has just woken
    await jobs.stop(0)


async def test_a_job_that_never_ran_is_late_too() -> None:
    passed = [0.0]
    clock = Clock(lambda: datetime(2100, 1, 1, tzinfo=UTC), lambda: passed[0])
    jobs = Scheduler(clock, lambda name, error: None)
    bell = Bell()
    jobs.every("scan", 10, bell)
    jobs.start()
    passed[0] = 120.0  # before the loop came to it
    assert jobs.late(60) == ["scan"]
    assert bell.begun == 0
    await jobs.stop(0)


async def test_stop_waits_for_what_runs_and_begins_nothing_more(
    jobs: Scheduler,
) -> None:
    bell = Bell()
    bell.hold.clear()
    jobs.every("deliver", 0.01, bell)
    jobs.start()
    await bell.runs(1)
    jobs.nudge("deliver")
    stopping = asyncio.create_task(jobs.stop(20))
    await settled()
    assert not stopping.done()
    bell.hold.set()
    await stopping
    jobs.nudge("deliver")
    await asyncio.sleep(0.05)
    assert (bell.begun, bell.ended) == (1, 1)


async def test_stop_cancels_what_takes_too_long_and_returns_when_it_has_ended(
    jobs: Scheduler, failures: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    bell = Bell()
    bell.hold.clear()
    jobs.every("deliver", LONG, bell)
    jobs.start()
    await bell.runs(1)
    await jobs.stop(0.05)
    assert (bell.at_once, bell.ended, failures) == (0, 0, [])
    await settled()
    assert "Traceback" not in caplog.text


async def test_stop_does_not_wait_for_what_will_not_be_cancelled(
    jobs: Scheduler,
) -> None:
    tidying = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(LONG)
        finally:
            tidying.set()
            await asyncio.sleep(LONG)  # waits once more for its calls, say

    jobs.every("deliver", LONG, stubborn)
    jobs.start()
    await settled()
    async with asyncio.timeout(PATIENCE):
        await jobs.stop(0.05)
    assert tidying.is_set()


async def test_stop_is_quick_where_nothing_runs_or_ever_began(jobs: Scheduler) -> None:
    async with asyncio.timeout(PATIENCE):
        await Scheduler(CLOCK, lambda name, error: None).stop(LONG)
        jobs.every("scan", LONG, Bell())
        jobs.start()
        await settled()
        await jobs.stop(LONG)


# --- work that ends when somebody says stop ---------------------------------------------------------------------------


async def test_work_that_nobody_stops_gives_its_answer_or_its_error() -> None:
    async def answer() -> int:
        return 42

    async def fail() -> None:
        raise RuntimeError("broken")

    assert await scheduler.until_stopped(asyncio.Event(), answer()) == 42
    with pytest.raises(RuntimeError, match="broken"):
        await scheduler.until_stopped(asyncio.Event(), fail())


async def test_work_that_is_stopped_is_cancelled() -> None:
    stop, ended = asyncio.Event(), []

    async def work() -> None:
        try:
            await asyncio.sleep(LONG)
        finally:
            ended.append(True)

    asyncio.get_running_loop().call_later(0.05, stop.set)
    with pytest.raises(Stopped):
        await scheduler.until_stopped(stop, work())
    assert ended == [True]


async def test_work_that_is_stopped_may_say_farewell() -> None:
    stop, ended = asyncio.Event(), []

    async def work() -> None:
        await stop.wait()
        await asyncio.sleep(0.05)
        ended.append(True)

    asyncio.get_running_loop().call_later(0.02, stop.set)
    with pytest.raises(Stopped):
        await scheduler.until_stopped(stop, work(), seconds=20)
    assert ended == [True]


async def test_who_waits_for_the_work_may_be_cancelled_and_the_work_with_them() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.sleep(LONG)
        finally:
            ended.append(True)

    waiting = asyncio.create_task(scheduler.until_stopped(asyncio.Event(), work()))
    await settled()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == [True]
