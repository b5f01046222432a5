"""The signs of life of a running bot, gathered for `/health` and for the watchdog. Judges nothing but lateness."""

from __future__ import annotations

from dataclasses import dataclass

from bot import watchdog
from bot.connection import Connection
from bot.delivery import Clock
from bot.publishing.lookout import Lookout
from bot.schedule import Schedule
from bot.watchdog import Signs
from bot.web.health import Health

#: Seconds a job or the polling may be late before health says so.
LATE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Where the signs come from."""

    schedule: Schedule
    lookout: Lookout
    telegram: Connection
    clock: Clock
    #: Telegram calls us; nobody polls.
    webhook: bool = False

    def health(self) -> Health:
        """Return whether all goes well, and what does not."""
        at = self.clock.monotonic()
        heard = at if self.webhook else self.telegram.polling.last_success
        reasons = [f"{name} is late" for name in self.schedule.late(LATE)]
        if not self.schedule.begun:
            reasons.append("not begun: Telegram is being asked about the channels")
        if self.lookout.problem:
            reasons.append(self.lookout.problem)
        if heard is None or at - heard > LATE:
            reasons.append("Telegram has not answered for a minute")
        return Health(not reasons, tuple(reasons))

    async def signs(self, since: float) -> Signs:
        """Return what the watchdog looks at; `since`: when it began to look, or the machine last woke."""
        return Signs(
            at=self.clock.monotonic(),
            since=since,
            polled=max(filter(None, (self.telegram.polling.last_end, self.telegram.inbox.moved)), default=None),
            late=self.schedule.late(watchdog.PATIENCE, since),
            due=self.telegram.courier.busy_since,
            landed=self.telegram.courier.moved,
        )
