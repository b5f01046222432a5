"""Notices what has stopped moving: updates, jobs, the outbox. Mends nothing; a supervisor starts the bot afresh.

What is slow because of the network or a full outbox is not stuck: something still comes to an end there. Pure but for
`watch`, which asks again and again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.clock import Monotonic
from bot.errors import Stuck

#: Seconds between two looks.
LOOK = 5.0
#: What has given no sign for so many seconds is stuck.
PATIENCE = 50.0
#: A look that itself comes so many seconds late tells of a machine that slept, not of a bot that is stuck.
SLEPT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Signs of life, all in monotonic time."""

    at: float
    #: When the running bot began to be watched, or the machine last woke.
    since: float
    #: When a request for updates last came to its end, well or not; None where nobody polls.
    polled: float | None = None
    #: Jobs that are overdue.
    late: Sequence[str] = ()
    #: Since when a delivery run is on, or None when none is.
    due: float | None = None
    #: When a delivery run last got on: an answer came, or all that was due had begun.
    landed: float | None = None


def troubles(signs: Signs, *, polls: bool) -> list[str]:
    """Return what is stuck, in words; empty when all moves."""
    found = [f"the job “{name}” has not run" for name in signs.late]
    if polls and signs.at - max(signs.polled or signs.since, signs.since) > PATIENCE:
        found.append("no request for updates has come to an end")
    if signs.due is not None:
        moved = max(signs.landed or signs.since, signs.since, signs.due)
        if signs.at - moved > PATIENCE:
            found.append("messages are due and none goes out")
    return found


async def watch(
    signs: Callable[[float], Awaitable[Signs]],
    monotonic: Monotonic,
    stop: asyncio.Event,
    tell: Callable[[str], Awaitable[None]],
    *,
    polls: bool,
    seconds: float = LOOK,
) -> None:
    """Look every few seconds until `stop` is set. Raises Stuck, once `tell` has told the editors."""
    since = last = monotonic()
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
        at = monotonic()
        if at - last > SLEPT:
            since = at
        last = at
        if found := troubles(await signs(since), polls=polls):
            told = "; ".join(found)
            with suppress(TimeoutError):
                await asyncio.wait_for(tell(told), LOOK)
            raise Stuck(f"Nothing has moved for a minute: {told}. Stopping, so that a supervisor can restart Paperboy.")
