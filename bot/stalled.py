"""Tells the editors which jobs stand still and why, and when that is over. Starts no job."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot import health
from bot.domain.notices import Alert, Notice
from bot.errors import PaperboyError
from bot.health import StalledJob
from bot.publish.notifier import Notifier

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class StalledJobs:
    """What the editors know of jobs that stand still."""

    #: Cause → the jobs it stalls, as the editors were told.
    _jobs: dict[str, set[str]] = field(default_factory=dict)
    #: Notices that could not be written to the database, by their key.
    _unwritten: dict[str, Notice] = field(default_factory=dict)
    #: The jobs that have run well: what an earlier process told of them is over.
    _well: set[str] = field(default_factory=set)

    async def report(
        self,
        notifier: Notifier,
        stalled: Mapping[str, StalledJob],
        *,
        well: Iterable[str],
    ) -> None:
        """Tell the editors once of each cause, and once when it is over.

        stalled: by the job's name. well: jobs whose last run succeeded.
        """
        for job, one in stalled.items():
            is_new = one.cause not in self._jobs
            self._jobs.setdefault(one.cause, set()).add(job)
            if is_new:
                _log.error("%s", one.reason)
                await self._alert(notifier, _notice(one))
        await self._all_clear(notifier, set(well).difference(stalled))

    async def _alert(self, notifier: Notifier, notice: Notice) -> None:
        try:
            await notifier.ask(notice)
        except PaperboyError:  # the database may be to blame: it can't keep the notice
            await notifier.say(notice)
            self._unwritten[notice.key] = notice

    async def _all_clear(self, notifier: Notifier, well: set[str]) -> None:
        """Tell the editors which causes are over: those that stall no job any more.

        Causes that an earlier process told them of are among them.
        """
        for jobs in self._jobs.values():
            jobs -= well
        over = [cause for cause, jobs in self._jobs.items() if not jobs]
        earlier = well - self._well - self._jobs.keys()
        if earlier and health.DATABASE not in self._jobs:
            earlier.add(health.DATABASE)
        if not (over or earlier):
            return
        await notifier.all_clear(*map(_key, sorted(earlier.union(over))))
        await self._forget(notifier, over)
        self._well.update(well)

    async def _forget(self, notifier: Notifier, over: Iterable[str]) -> None:
        """Forget causes that are over; say so of those whose notice is not in the database."""
        for cause in over:
            del self._jobs[cause]
            notice = self._unwritten.pop(_key(cause), None)
            if notice:
                await notifier.say(notice, over=True)


def _key(cause: str) -> str:
    """Return what the incident of a cause is stored by."""
    return f"standing:{cause}"


def _notice(one: StalledJob) -> Notice:
    return Notice(
        key=_key(one.cause), alert=Alert.STANDING, about=one.about, reason=one.reason
    )
