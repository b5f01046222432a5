"""Signs of life: health follows success, and says what stands still, since when and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot import health as signs
from bot.errors import StoreError
from tests.support.scheduled import NOON, Scheduled


@pytest.fixture
async def scheduled() -> AsyncIterator[Scheduled]:
    made = Scheduled()
    yield made
    await made.jobs.stop(1)


async def test_from_the_first_second_health_says_what_the_bot_is_at(
    scheduled: Scheduled,
) -> None:
    assert scheduled.health_monitor.health().reasons == (
        "starting: Telegram is being asked who the bot is",
    )
    scheduled.health_monitor.telegram = scheduled.telegram
    assert scheduled.health_monitor.health().reasons == (
        "starting: Telegram is being asked about the channels",
    )
    scheduled.jobs.start()
    assert scheduled.health_monitor.health().reasons == (
        "starting: the folder is being read for the first time",
    )
    scheduled.folder.scanned = NOON
    assert scheduled.health_monitor.health().ok
    scheduled.passed = 61.0
    assert (
        "Telegram has not answered for a minute"
        in scheduled.health_monitor.health().reasons
    )


@pytest.fixture
async def well(scheduled: Scheduled) -> Scheduled:
    """A bot that does its work."""
    scheduled.health_monitor.telegram, scheduled.folder.scanned = (
        scheduled.telegram,
        NOON,
    )
    scheduled.jobs.start()
    assert await scheduled.run(0) == ()
    return scheduled


async def test_a_job_that_fails_each_time_is_not_well_however_punctual_it_is(
    well: Scheduled,
) -> None:
    well.error = StoreError(
        "data/paperboy.db: the database can't be used: disk full; nothing was written"
    )
    assert await well.run() == ()  # once is nothing yet
    (reason,) = await well.run()
    assert reason == (
        "sending posts has failed 2 times since 22 November 12:00 UTC: "
        "data/paperboy.db: the database can't be used: disk full; nothing was written"
    )
    assert (
        "7 times since 22 November 12:00" in [await well.run() for _ in range(5)][-1][0]
    )
    well.error = None
    assert await well.run() == ()


async def test_a_seldom_job_that_failed_a_minute_ago_is_not_well_either(
    well: Scheduled,
) -> None:
    well.error = KeyError("secret words")
    assert await well.run() == ()
    well.passed += signs.LATE + 1
    (reason, *_) = well.health_monitor.health().reasons
    assert "an internal error (KeyError), which the log describes" in reason
    assert "secret" not in reason


async def test_a_job_that_never_ends_is_said_to_hang(well: Scheduled) -> None:
    may_end = asyncio.Event()
    well.work = may_end.wait  # type: ignore[method-assign]
    well.jobs.every("scan", 5.0, may_end.wait)
    well.jobs.nudge("scan")
    await asyncio.sleep(0)
    well.passed += signs.HANGS + 1
    well.telegram.polling.last_success = well.passed
    assert (
        "reading the folder has not come to an end since 22 November 12:00 UTC"
        in well.health_monitor.health().reasons
    )
    may_end.set()
