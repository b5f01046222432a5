"""Signs of life: health follows success, and says what stands still, since when and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import health as signs
from bot.clock import Clock
from bot.errors import StoreError
from bot.health import HealthMonitor
from bot.scheduler import Scheduler

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Bot:
    """A running bot's schedule, and what else health looks at, at a clock that is set by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.clock = Clock(lambda: NOON + timedelta(seconds=self.passed), lambda: self.passed)
        self.jobs = Scheduler(self.clock, lambda name, error: None)
        self.folder: Any = SimpleNamespace(problem="", emptied="", scanned=None)
        self.telegram: Any = SimpleNamespace(polling=SimpleNamespace(last_success=None), connected=0.0)
        self.health_monitor = HealthMonitor(schedule=self.jobs, poller=self.folder, clock=self.clock)
        self.error: Exception | None = None
        self.jobs.every("deliver", 5.0, self.work)

    async def work(self) -> None:
        if self.error:
            raise self.error

    async def run(self, seconds: float = 5.0) -> tuple[str, ...]:
        """Let the job run so many seconds later; return what health says then."""
        self.passed += seconds
        self.telegram.polling.last_success = self.passed
        self.jobs.nudge("deliver")
        for _ in range(20):
            await asyncio.sleep(0)
        return self.health_monitor.health().reasons


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    made = Bot()
    yield made
    await made.jobs.stop(1)


async def test_from_the_first_second_health_says_what_the_bot_is_at(bot: Bot) -> None:
    assert bot.health_monitor.health().reasons == ("starting: Telegram is being asked who the bot is",)
    bot.health_monitor.telegram = bot.telegram
    assert bot.health_monitor.health().reasons == ("starting: Telegram is being asked about the channels",)
    bot.jobs.start()
    assert bot.health_monitor.health().reasons == ("starting: the folder is being read for the first time",)
    bot.folder.scanned = NOON
    assert bot.health_monitor.health().ok
    bot.passed = 61.0
    assert "Telegram has not answered for a minute" in bot.health_monitor.health().reasons


@pytest.fixture
async def well(bot: Bot) -> Bot:
    """A bot that does its work."""
    bot.health_monitor.telegram, bot.folder.scanned = bot.telegram, NOON
    bot.jobs.start()
    assert await bot.run(0) == ()
    return bot


async def test_a_job_that_fails_each_time_is_not_well_however_punctual_it_is(well: Bot) -> None:
    well.error = StoreError("data/paperboy.db: the database can't be used: disk full; nothing was written")
    assert await well.run() == ()  # once is nothing yet
    (reason,) = await well.run()
    assert reason == (
        "sending posts has failed 2 times since 22 November 12:00 UTC: "
        "data/paperboy.db: the database can't be used: disk full; nothing was written"
    )
    assert "7 times since 22 November 12:00" in [await well.run() for _ in range(5)][-1][0]
    well.error = None
    assert await well.run() == ()


async def test_a_seldom_job_that_failed_a_minute_ago_is_not_well_either(well: Bot) -> None:
    well.error = KeyError("secret words")
    assert await well.run() == ()
    well.passed += signs.LATE + 1
    (reason, *_) = well.health_monitor.health().reasons
    assert "an internal error (KeyError), which the log describes" in reason
    assert "secret" not in reason


async def test_a_job_that_never_ends_is_said_to_hang(well: Bot) -> None:
    may_end = asyncio.Event()
    well.work = may_end.wait  # type: ignore[method-assign]
    well.jobs.every("scan", 5.0, may_end.wait)
    well.jobs.nudge("scan")
    await asyncio.sleep(0)
    well.passed += signs.HANGS + 1
    well.telegram.polling.last_success = well.passed
    assert (
        "reading the folder has not come to an end since 22 November 12:00 UTC" in well.health_monitor.health().reasons
    )
    may_end.set()
