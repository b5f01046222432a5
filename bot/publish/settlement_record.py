"""Records and logs the outcomes of sends. Decides no outcome and tells nobody."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Clock
from bot.domain.delivery import Lane
from bot.domain.notices import Notice
from bot.domain.settlement import Settlement
from bot.errors import StoreError
from bot.publish import failures, journal, settling
from bot.store.delivery_rows import Addressed
from bot.store.thread import Store

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SettlementRecord:
    """The settlements of one bot's sends, in the database and in the log."""

    store: Store
    clock: Clock
    _readers: journal.Readers = field(default_factory=journal.Readers)

    async def write(
        self, settled: Sequence[tuple[Addressed, Settlement]], at: datetime
    ) -> list[Notice]:
        """Write settlements in one commit, or each in its own if one of them cannot be written.

        Returns the notices for editors. Raises StoreError when the database cannot be used.
        """
        if not settled:
            return []
        try:
            return await self.store(settling.write_down, settled, at)
        except StoreError:
            raise
        except Exception:
            return await self.store(failures.settle_each, settled, at)

    async def log(
        self, settled: Sequence[tuple[Addressed, Settlement]], *, last: bool = False
    ) -> None:
        """Log each post to a channel, and from time to time a count of messages to readers.

        last: True when no more calls are in flight: log what was counted.
        """
        now = self.clock.monotonic()
        self._readers.add(settled, now)
        among = self._readers.take(now, all_of_them=last)
        if among or any(to.delivery.lane is Lane.CHANNEL for to, _ in settled):
            for line in await self.store(journal.settled, settled, among):
                _log.info("%s", line)
