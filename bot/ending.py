"""Ends a run: by a signal, or for an error that needs a supervisor. Restarts nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from bot.errors import (
    DatabaseDamaged,
    DatabaseLost,
    PaperboyError,
    Stopped,
    TokenRevoked,
)

#: Errors of a job that no later run of it can overcome.
_FINAL = (TokenRevoked, DatabaseDamaged, DatabaseLost)
_log = logging.getLogger(__name__)


class Ending:
    """The end of one run."""

    def __init__(self) -> None:
        #: Set when the run is to end.
        self.stop = asyncio.Event()
        self._error: Exception | None = None
        #: Job → its failure, as it was logged.
        self._logged: dict[str, str] = {}

    def raise_error(self) -> None:
        """Raise the first error that ended the run, if one did."""
        if self._error:
            raise self._error

    def note_job(self, name: str, error: Exception | None) -> None:
        """Note how a run of a job ended: log a failure once, end the run for a final one."""
        if error is None:
            self._logged.pop(name, None)
            return
        if isinstance(error, _FINAL):
            self._end(error)
            return
        failure = repr(error)
        if self._logged.get(name) == failure:
            return
        self._logged[name] = failure
        if isinstance(error, PaperboyError):
            _log.error("%s: %s", name, error)
        else:
            _log.error("%s failed and will be tried again", name, exc_info=error)

    async def guarded(self, work: Awaitable[None]) -> None:
        """Do `work`; an error in it ends the run."""
        try:
            await work
        except Stopped:
            return
        except Exception as error:
            self._end(error)

    def _end(self, error: Exception) -> None:
        """End the run for `error`; one that follows an earlier error is only logged."""
        self.stop.set()
        if self._error is None:
            self._error = error
        elif repr(error) != repr(self._error):
            self._log_later(error)

    def _log_later(self, error: Exception) -> None:
        if isinstance(error, PaperboyError):
            _log.error("while stopping: %s", error)
        else:
            _log.error("failed while stopping", exc_info=error)
