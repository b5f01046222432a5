"""Has files read again just before their posts are sent. Sends nothing.

This is done for posts that an editor asked for: the file may have been deleted or changed since the
editor decided.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.clock import Clock
from bot.store import outbox
from bot.store.pending import Followed
from bot.store.thread import Store

#: Reads files (path → article) again; returns why some are no longer these articles.
Reread = Callable[[Mapping[str, int]], Awaitable[Mapping[str, str]]]
#: Seconds for which a file that was read again counts as read just now.
FRESH = 2.0
#: Seconds that reading may take: no post waits longer for a folder that does not answer.
LONGEST = 5.0
_log = logging.getLogger(__name__)


class FollowedFiles:
    """The files that are read again before the posts of one bot are sent."""

    def __init__(self, store: Store, clock: Clock, reread: Reread) -> None:
        self._store = store
        self._clock = clock
        self.reread = reread
        #: Delivery → monotonic time of when its file was read again.
        self._read: dict[int, float] = {}

    async def read(self, followed: Mapping[int, Followed], at: datetime) -> bool:
        """Read the files of deliveries again, and refuse the posts of those that are gone.

        Return False if all were read just now, so that the deliveries may be sent.
        """
        now = self._clock.monotonic()
        stale = {
            delivery: one
            for delivery, one in followed.items()
            if self._read.get(delivery, -FRESH) <= now - FRESH
        }
        if not stale:
            return False
        articles = {one.file: one.article for one in stale.values()}
        problems = await self._problems(articles)
        refused = [
            (delivery, problems[one.file])
            for delivery, one in stale.items()
            if one.file in problems
        ]
        if refused:
            await self._store(outbox.refuse, refused, at)
        self._read = dict.fromkeys(followed, self._clock.monotonic())
        return True

    async def _problems(self, articles: Mapping[str, int]) -> Mapping[str, str]:
        """Return why files are no longer their articles; nothing is known after `LONGEST`."""
        try:
            async with asyncio.timeout(LONGEST):
                return await self.reread(articles)
        except TimeoutError:
            names = ", ".join(articles)
            _log.warning(
                "posted as last read, as the folder does not answer: %s", names
            )
            return {}
