"""Wall time for records and calendars, monotonic time for intervals, and a signal when they part.

The only module that reads the system's clocks. `host` makes the one `Clock`; other modules get the
time from it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

#: Returns seconds on a clock that nobody sets; only differences are meaningful.
Monotonic = Callable[[], float]
#: Called with how far the wall clock was set forward, or back if negative.
OnJump = Callable[[timedelta], None]
#: Seconds. Smaller steps of the wall clock are ignored until they add up to this.
TOLERANCE = 1.0
#: Seconds. Readings of the two clocks that are further apart are not compared.
_TOGETHER = 0.1
_TRIES = 5
#: Seconds between two readings of the clock, so that a jump is noticed soon.
TICK = 1.0


def now() -> datetime:
    """Return the wall time."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds on a clock that nobody sets. Includes the machine's sleep where possible."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Clock:
    """The time: call it for the wall clock (aware UTC), or `monotonic` for unaffected seconds.

    A reading of the wall clock that shows a jump is returned only after every listener has run.
    """

    def __init__(self, wall: Callable[[], datetime], monotonic: Monotonic) -> None:
        self._wall = wall
        self.monotonic = monotonic
        self._listeners: list[OnJump] = []
        #: Wall time minus monotonic time, as of the last jump; None before it could be read.
        self._difference: float | None = None
        self()

    @classmethod
    def of(cls, wall: Callable[[], datetime]) -> Clock:
        """Return `wall` as a Clock. One made of a mere function never reports a jump."""
        if isinstance(wall, Clock):
            return wall
        return cls(wall, lambda: wall().timestamp())

    def __call__(self) -> datetime:
        """Return the wall time, aware UTC."""
        at, difference = self._read()
        if difference is None:
            return at
        if self._difference is None:
            self._difference = difference
        jump = difference - self._difference
        if abs(jump) > TOLERANCE:
            self._difference = difference
            for listener in self._listeners:
                listener(timedelta(seconds=jump))
        return at

    def on_jump(self, listener: OnJump) -> None:
        """Call `listener` on each jump."""
        self._listeners.append(listener)

    async def watch(self, stop: asyncio.Event) -> None:
        """Read the clock every second until `stop` is set: only a reading notices a jump."""
        while not stop.is_set():
            self()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):  # needs no task, as `wait_for` does
                    await stop.wait()

    def _read(self) -> tuple[datetime, float | None]:
        """Return the wall time and its difference to the monotonic time.

        The difference is None if the process was held up between the readings.
        """
        for _ in range(_TRIES):
            before = self.monotonic()
            at = self._wall()
            after = self.monotonic()
            if after - before < _TOGETHER:
                return at, at.timestamp() - after
        return at, None
