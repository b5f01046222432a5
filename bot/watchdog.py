"""Detects a standstill of updates, jobs or the outbox. Repairs nothing: a supervisor restarts.

A slow network or a full outbox is no standstill: calls still come to an end there. Pure but for
`watch`, which checks periodically.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.clock import Monotonic
from bot.errors import Stuck

#: Seconds between two checks.
INTERVAL = 5.0
#: Seconds without a sign of life after which a part is stuck.
PATIENCE = 50.0
#: Seconds by which a check is late that mean that the machine slept, not that the bot is stuck.
SLEPT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """When each part of a bot last did something. All times are monotonic."""

    #: When they were read.
    at: float
    #: When the watchdog started, or when the machine last woke.
    since: float
    #: When a request for updates last began or ended; None where nobody polls.
    polled: float | None = None
    #: Jobs that are overdue.
    late: Sequence[str] = ()
    #: Start of the delivery run that is under way; None when none is.
    delivering_since: float | None = None
    #: When a delivery run last made progress: an answer arrived, or all that was due was begun.
    last_progress: float | None = None


def troubles(activity: Activity, *, polls: bool) -> list[str]:
    """Return what is stuck, as clauses; empty if nothing is. polls: the bot fetches updates."""
    stuck = [f"the job “{name}” has not run" for name in activity.late]
    if polls and _is_silent(activity, activity.polled):
        stuck.append("no request for updates has come to an end")
    since = activity.delivering_since
    if since is not None and _is_silent(activity, since, activity.last_progress):
        stuck.append("messages are due and none goes out")
    return stuck


def _is_silent(activity: Activity, *moments: float | None) -> bool:
    """Return True if the latest of some moments is too long ago."""
    latest = activity.since
    for moment in moments:
        if moment is not None:
            latest = max(latest, moment)
    return activity.at - latest > PATIENCE


async def watch(
    read: Callable[[float], Awaitable[Activity]],
    monotonic: Monotonic,
    stop: asyncio.Event,
    tell: Callable[[str], Awaitable[None]],
    *,
    polls: bool,
    seconds: float = INTERVAL,
) -> None:
    """Check every few seconds until `stop` is set.

    Raises Stuck once the editors have been told through `tell`, or could not be told in time.
    """
    since = last = monotonic()
    while not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()
        at = monotonic()
        if at - last > SLEPT:
            since = at
        last = at
        stuck = troubles(await read(since), polls=polls)
        if stuck:
            reason = "; ".join(stuck)
            with suppress(TimeoutError):
                await asyncio.wait_for(tell(reason), INTERVAL)
            consequence = "Stopping, so that a supervisor can restart Paperboy."
            raise Stuck(f"Nothing has moved for a minute: {reason}. {consequence}")
