"""Signs of life: a bot that has not begun its work is not well, however readily Telegram answers it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bot.clock import Clock
from bot.schedule import Schedule
from bot.vitals import Vitals

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def test_a_bot_is_not_well_before_its_jobs_have_begun() -> None:
    clock = Clock(lambda: NOON, lambda: 0.0)
    jobs = Schedule(clock, lambda name, error: None)
    telegram: Any = SimpleNamespace(polling=SimpleNamespace(last_success=0.0))
    folder: Any = SimpleNamespace(problem="")
    vitals = Vitals(schedule=jobs, lookout=folder, telegram=telegram, clock=clock)
    assert vitals.health().reasons == ("not begun: Telegram is being asked about the channels",)
    jobs.start()
    assert vitals.health().ok
    await jobs.stop(1)
