"""Wall time for records and calendars, monotonic time for intervals, and notice of a jump between the two.

The only place that reads the system's clocks. `app` makes the one `Clock`; everything below is told the time by it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

#: Seconds on a clock that nobody sets; only differences mean something.
Monotonic = Callable[[], float]
#: Told by how much the wall clock was set forward, or back where it is negative.
OnJump = Callable[[timedelta], None]
#: Seconds. A smaller step of the wall clock is ignored until several add up to it.
TOLERANCE = 1.0
#: Seconds. Readings of the two clocks that are further apart say nothing about their difference.
_TOGETHER = 0.1
_TRIES = 5
#: Seconds between two readings of the clock, so that a jump is noticed soon.
TICK = 1.0


def now() -> datetime:
    """Return the wall time."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds on a clock that nobody sets; the time that the machine slept counts where the system knows it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Clock:
    """The time: call it for the wall clock (aware UTC), or `monotonic` for seconds that no clock change affects.

    A reading of the wall clock that shows a jump is returned only after every listener has been told of the jump.
    """

    def __init__(self, wall: Callable[[], datetime], monotonic: Monotonic) -> None:
        self._wall = wall
        self.monotonic = monotonic
        self._listeners: list[OnJump] = []
        self._apart: float | None = None
        self()

    @classmethod
    def of(cls, wall: Callable[[], datetime]) -> Clock:
        """Return `wall` as a clock; one that only tells the wall time never seems to jump."""
        return wall if isinstance(wall, Clock) else cls(wall, lambda: wall().timestamp())

    def __call__(self) -> datetime:
        """Return the wall time, aware UTC."""
        at, apart = self._read()
        if apart is None:
            return at
        known, self._apart = self._apart, apart if self._apart is None else self._apart
        if known is not None and abs(apart - known) > TOLERANCE:
            self._apart = apart
            for listener in self._listeners:
                listener(timedelta(seconds=apart - known))
        return at

    def on_jump(self, listener: OnJump) -> None:
        """Tell `listener` of each jump."""
        self._listeners.append(listener)

    async def watch(self, stop: asyncio.Event) -> None:
        """Read the clock every second until `stop` is set, since it is a reading that notices a jump."""
        while not stop.is_set():
            self()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK)

    def _read(self) -> tuple[datetime, float | None]:
        """Return the wall time, and its difference to the monotonic one: None if the process was held up meanwhile."""
        for _ in range(_TRIES):
            before, at, after = self.monotonic(), self._wall(), self.monotonic()
            if after - before < _TOGETHER:
                return at, at.timestamp() - after
        return at, None
