"""Begins the edits and deletions of posts that are due, and records their answers.

Decides neither what an edit does (see `edit_jobs`) nor what its outcome means (see
`domain.edit_interpretation`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.outcome import Outcome, reason_of
from bot.domain.settlement import EditAction
from bot.publish import composing, delivery_log, edit_jobs, failures, settling
from bot.publish.composing import Composer
from bot.publish.edit_jobs import EditJob
from bot.publish.in_flight import InFlightCalls
from bot.publish.messenger import Messenger, Tell
from bot.store import edits
from bot.store.edits import DueEdit
from bot.store.thread import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edits:
    """The edits of one bot."""

    store: Store
    messenger: Messenger
    composer: Composer
    calls: InFlightCalls
    tell: Tell

    async def begin(self, at: datetime) -> None:
        """Begin the edits that are due, as many as may, at most one for each chat."""
        room = self.calls.room(at)
        if not room:
            return
        due = await self.store(edits.due, at, busy=self.calls.busy(), most=room)
        chosen = self.calls.one_a_chat(due, at)
        for edit_job in await self._compose(chosen, at):
            if edit_job.is_needless:
                await self.store(edit_jobs.skip, edit_job, at)
            else:
                self._call(edit_job)

    async def _compose(self, due: Sequence[DueEdit], at: datetime) -> list[EditJob]:
        """Compose edits. A post whose edit can't be composed stays; the editors are told."""
        if not due:
            return []
        by_delivery = {one.to.delivery.id: one for one in due}
        addressed = [one.to for one in due]
        materials, failed = await self.store(composing.gather_each, addressed)
        composed: list[EditJob] = []
        for material in materials:
            to = material.to
            due_edit = by_delivery[to.delivery.id]
            try:
                edit_job = edit_jobs.edit_job(self.composer, due_edit, material, at)
            except Exception as error:  # a template or an article can raise anything
                path = material.stored.path
                failed.append(composing.failure(to, error, path))
            else:
                composed.append(edit_job)
        if failed:
            notices = await self.store(failures.leave, failed, at)
            await self.tell(*notices)
        return composed

    def _call(self, edit_job: EditJob) -> None:
        to = edit_job.due.to

        async def arrived(outcome: Outcome, at: datetime) -> None:
            await self._settle(edit_job, outcome, at)

        call = self.messenger.call(
            edit_job.payload, chat_id=to.chat_id, message=to.delivery.message
        )
        self.calls.launch(call, to.delivery.chat, arrived=arrived)

    async def _settle(self, edit_job: EditJob, outcome: Outcome, at: datetime) -> None:
        """Record and log the outcome of an edit job; have the editors told if they should be."""
        to = edit_job.due.to
        alert = await self.store(edit_jobs.settle, edit_job, outcome, at)
        if to.delivery.is_to_channel:
            takes_back = edit_job.action is not EditAction.EDIT
            line = await self.store(
                delivery_log.edit, to.delivery, outcome, takes_back=takes_back
            )
            _log.info("%s", line)
        if alert:
            notice = settling.notice(to, alert, reason_of(outcome))
            await self.tell(notice)
