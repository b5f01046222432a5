"""Begins the edits and deletions of posts that are due, and writes down their answers. Keeps no pace; see `courier`.

What an edit is and what its answer means is decided in `revising`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import Lane, Outcome
from bot.publish import composing, edit_jobs, failures, journal, settling
from bot.publish.composing import Composer
from bot.publish.edit_jobs import Errand
from bot.publish.in_flight import Flight, Messenger, Tell
from bot.store.edits import Revision
from bot.store.thread import Desk

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edits:
    """The edits of one bot."""

    desk: Desk
    messenger: Messenger
    composer: Composer
    tell: Tell

    async def begin(self, due: Sequence[Revision], at: datetime) -> list[Flight]:
        """Begin these edits, one a chat. One that can't be made leaves its post as it is, and the editors hear."""
        if not due:
            return []
        by_delivery = {one.to.delivery.id: one for one in due}
        materials, failed = await self.desk(composing.gather_each, [one.to for one in due])
        begun: list[Flight] = []
        for material in materials:
            try:
                errand = edit_jobs.errand(self.composer, by_delivery[material.to.delivery.id], material, at)
            except Exception as error:  # a template or an article can raise anything
                failed.append(composing.failure(material.to, error, material.stored.path))
                continue
            if errand.needless:
                await self.desk(edit_jobs.skip, errand, at)
            else:
                begun.append(self._fly(errand))
        if failed:
            await self.tell(*await self.desk(failures.leave, failed, at))
        return begun

    def _fly(self, errand: Errand) -> Flight:
        to = errand.revision.to

        async def arrived(outcome: Outcome, then: datetime) -> None:
            alert = await self.desk(edit_jobs.settle, errand, outcome, then)
            if to.delivery.lane is Lane.CHANNEL:
                _log.info("%s", await self.desk(journal.edit, to.delivery, outcome, takes_back=errand.takes_back))
            if alert:
                await self.tell(settling.notice(to, alert, getattr(outcome, "reason", "")))

        carried = self.messenger.call(errand.payload, chat_id=to.chat_id, message=to.delivery.message)
        return Flight(to.delivery.chat, asyncio.ensure_future(carried), arrived=arrived)
