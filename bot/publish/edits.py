"""Begins the edits and deletions of posts that are due, and records their answers.

Doesn't limit the rate (see `courier`). What an edit is, is decided in `edit_jobs`; what its answer
means, in `domain.edit_interpretation`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import Lane
from bot.domain.outcome import Outcome, reason_of
from bot.domain.settlement import EditAction
from bot.publish import composing, edit_jobs, failures, journal, settling
from bot.publish.composing import Composer
from bot.publish.edit_jobs import EditJob
from bot.publish.in_flight import InFlightCall, Messenger, Tell
from bot.store.edits import DueEdit
from bot.store.thread import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edits:
    """The edits of one bot."""

    store: Store
    messenger: Messenger
    composer: Composer
    tell: Tell

    async def begin(self, due: Sequence[DueEdit], at: datetime) -> list[InFlightCall]:
        """Begin these edits, at most one for each chat.

        A post whose edit cannot be composed stays as it is, and the editors are told.
        """
        if not due:
            return []
        by_delivery = {one.to.delivery.id: one for one in due}
        materials, failed = await self.store(
            composing.gather_each, [one.to for one in due]
        )
        begun: list[InFlightCall] = []
        for material in materials:
            try:
                edit_job = edit_jobs.edit_job(
                    self.composer, by_delivery[material.to.delivery.id], material, at
                )
            except Exception as error:  # a template or an article can raise anything
                failed.append(
                    composing.failure(material.to, error, material.stored.path)
                )
                continue
            if edit_job.needless:
                await self.store(edit_jobs.skip, edit_job, at)
            else:
                begun.append(self._call(edit_job))
        if failed:
            await self.tell(*await self.store(failures.leave, failed, at))
        return begun

    def _call(self, edit_job: EditJob) -> InFlightCall:
        to = edit_job.revision.to

        async def arrived(outcome: Outcome, then: datetime) -> None:
            alert = await self.store(edit_jobs.settle, edit_job, outcome, then)
            if to.delivery.lane is Lane.CHANNEL:
                takes_back = edit_job.action is not EditAction.EDIT
                line = await self.store(
                    journal.edit, to.delivery, outcome, takes_back=takes_back
                )
                _log.info("%s", line)
            if alert:
                await self.tell(settling.notice(to, alert, reason_of(outcome)))

        call = self.messenger.call(
            edit_job.payload, chat_id=to.chat_id, message=to.delivery.message
        )
        return InFlightCall(
            to.delivery.chat, asyncio.ensure_future(call), arrived=arrived
        )
