"""The machine's clocks on virtual time: the wall clock can be set, and the machine can sleep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from tests.simulation.loop import SimulatedLoop

#: When every simulation begins.
START = datetime(2026, 11, 22, 6, tzinfo=UTC)


class Clocks:
    """A wall clock and a monotonic one, for the bot and for Telegram alike."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self._slept = 0.0
        self._set_by = 0.0

    def monotonic(self) -> float:
        """Seconds since the start, those in which the machine slept included."""
        return self._loop.time() + self._slept

    def true(self) -> datetime:
        """The time outside, which nobody sets: that of Telegram and of people."""
        return START + timedelta(seconds=self.monotonic())

    def wall(self) -> datetime:
        """What the machine's wall clock shows."""
        return self.true() + timedelta(seconds=self._set_by)

    def set_wall(self, seconds: float) -> None:
        """Set the wall clock forward by so many seconds, or back."""
        self._set_by += seconds

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: the clocks go on, and no timer of the loop notices."""
        self._slept += seconds

    def clock(self) -> Clock:
        """Return the clock of one life."""
        return Clock(self.wall, self.monotonic)
