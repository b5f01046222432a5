"""Begins the sends that are due: composed, committed as `sending`, and called.

Does not decide what an outcome means, and records none: see `ended_calls`. Sends that begin
together share a commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import Payload
from bot.domain.rate_limit import RateLimiter
from bot.publish import composing, failures, work
from bot.publish.composing import Composer, Failed, Material
from bot.publish.followed import FollowedFiles
from bot.publish.in_flight import InFlightCalls
from bot.publish.messenger import Messenger, Tell
from bot.store import outbox
from bot.store.delivery_rows import Addressed
from bot.store.thread import Store

#: Sends that begin together.
BATCH = 40


@dataclass(frozen=True, slots=True)
class Sends:
    """The sends of one bot."""

    store: Store
    messenger: Messenger
    composer: Composer
    limiter: RateLimiter
    calls: InFlightCalls
    tell: Tell
    followed: FollowedFiles

    async def begin(self, at: datetime) -> None:
        """Begin the sends that are due, as many as may."""
        is_more_due = True
        while is_more_due:
            room = self.calls.room(at)
            most = min(room, BATCH)
            is_more_due = most > 0 and await self._begin_batch(most, at)

    async def _begin_batch(self, most: int, at: datetime) -> bool:
        """Begin at most `most` sends; return True if more may be due."""
        busy = self.calls.busy()
        due = await self.store(work.due, at, busy, most)
        await self._refuse(due.failed, at)
        if due.followed and await self.followed.read(due.followed, at):
            return True  # what is due may have changed
        chosen = self.calls.one_a_chat(due.materials, at)
        chats = [one.to.chat_id for one in chosen]
        with self.limiter.holding(chats):
            await self._send(chosen, at)
            await asyncio.sleep(0)  # the calls begin, and count in the rate limits
        found = len(due.materials) + len(due.failed)
        return found == most

    async def _send(self, chosen: Sequence[Material], at: datetime) -> None:
        """Compose posts, commit them as `sending`, and call."""
        composed, failed = composing.post_each(self.composer, chosen)
        await self._refuse(failed, at)
        if not composed:
            return
        payloads = {one.to.delivery.id: (one.payload, one.form) for one in composed}
        begun = await self.store(outbox.begin, payloads, at)
        for one in composed:
            if one.to.delivery.id in begun:
                self._call(one.to, one.payload)

    def _call(self, to: Addressed, payload: Payload) -> None:
        payload, thread = composing.directed(payload, to)
        call = self.messenger.call(
            payload,
            chat_id=to.chat_id,
            thread=thread,
        )
        self.calls.launch(call, to.delivery.chat, sends=to)

    async def _refuse(self, failed: Sequence[Failed], at: datetime) -> None:
        """Refuse deliveries whose messages cannot be composed, and tell the editors."""
        if not failed:
            return
        notices = await self.store(failures.refuse, failed, at)
        await self.tell(*notices)
