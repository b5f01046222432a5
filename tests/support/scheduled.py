"""A running bot's schedule, at a clock that is set by hand. Not a test by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bot.clock import Clock
from bot.health import HealthMonitor
from bot.scheduler import Scheduler

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Scheduled:
    """A running bot's schedule, and what else health looks at, at a clock that is set by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.clock = Clock(
            lambda: NOON + timedelta(seconds=self.passed), lambda: self.passed
        )
        self.jobs = Scheduler(self.clock, lambda name, error: None)
        self.folder: Any = SimpleNamespace(problem="", emptied="", scanned=None)
        self.telegram: Any = SimpleNamespace(
            polling=SimpleNamespace(last_success=None), connected=0.0
        )
        self.health_monitor = HealthMonitor(
            schedule=self.jobs, poller=self.folder, clock=self.clock
        )
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
