"""When the folder is looked at: at once where the system tells of a file, and as a whole once in each interval.

A very large folder is looked at as a whole less often, so that an idle bot stays idle, but only while the system is
known to tell of everything: the kind of the file systems says so, and no whole look has found what it did not tell of.
Reads no file itself; see `scan`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.notices import Alert, Notice
from bot.errors import PaperboyError
from bot.feed import mounts, watch
from bot.feed.folder import FolderMissing
from bot.feed.watch import WatchUnavailable
from bot.ingest.scanner import MISSING_ALERT, Progress, Scanner, ScanReport
from bot.settings import Feed

#: Seconds between two whole scans of a large folder at most.
WIDEST = 600.0
#: Seconds: a whole look that takes less is taken in each interval, whatever the watch is worth.
LARGE = 0.2
#: The part of the time that whole looks at a large folder may take where the system tells of everything.
SHARE = 0.004
#: A whole look begins this part of its time early, and as much as the last one lasted, so that a file is recorded one
#: interval after it landed at the latest; but this part of the time is left between two.
_EARLY, _REST = 0.1, 0.1
_log = logging.getLogger(__name__)


class Poller:
    """Looks after one folder."""

    def __init__(self, scanner: Scanner, settings: Feed, clock: Clock) -> None:
        self._scanner = scanner
        self._settings = settings
        self._clock = clock
        self._hints: set[str] = set()
        #: The system told of a file since the last whole scan began.
        self._told = False
        #: The last whole look found a change that the watch has told nothing of yet.
        self._untold = False
        #: The watch missed a change: it is not relied on again.
        self._missed = False
        #: Seconds that the last whole look took which found nothing changed.
        self._lasts = 0.0
        #: Somebody asked for a whole scan: a folder arrived, or nothing is known yet.
        self._asked = True
        #: Monotonic time of the next whole look.
        self._whole_at: float | None = None
        #: Whether the system tells of changes.
        self.watched = False
        #: When the last whole scan ended.
        self.scanned: datetime | None = None
        #: Why the folder can't be looked at, or empty.
        self.problem = ""
        #: How many files the last whole scan found gone of a folder that is empty now, in words; or "".
        self.emptied = ""
        #: The last whole scan found no file.
        self._empty = False

    def standing(self) -> dict[str, Any]:
        """Return what the status says of the folder."""
        folder = str(self._settings.folder)
        told = {"folder": folder, "problem": self.problem, "watched": self.watched, "scanned": self.scanned}
        return told | {"drafts": self._settings.drafts == "hold"}

    async def watch(self, stop: asyncio.Event, nudge: Callable[[], None]) -> None:
        """Take note of what the system tells until `stop` is set; `nudge` is called when a turn is due."""
        try:
            self.watched = True
            async for paths in watch.changes(self._settings.folder, self._settings.patterns, stop):
                if paths:
                    self._told, self._untold = True, False
                    self._hints |= paths
                else:
                    self._asked = True
                nudge()
        except WatchUnavailable as error:
            _log.warning("%s", error)
        except Exception:  # whatever ends the watch, the net below it goes on
            _log.exception("%s is no longer watched", self._settings.folder)
        finally:
            self.watched = False
            self._asked = True  # what the watch would have told of is not waited for
            nudge()

    async def look(self) -> ScanReport | None:
        """Look at the files told of, whatever else goes on; None when there are none, or the first scan is to come."""
        if not self._hints or self.scanned is None:
            return None
        hints, self._hints = self._hints, set()
        try:
            report = await self._scanner.look(hints)
        except BaseException:
            self._hints |= hints
            raise
        if self._empty and report.news:  # it is filling: what it holds as a whole is a channel's start
            self._empty, self._asked = False, True
        return report

    @property
    def next(self) -> float | None:
        """In how many seconds the next whole look is due."""
        return None if self._whole_at is None else max(self._whole_at - self._clock.monotonic(), 0.0)

    def shift(self, by: timedelta) -> None:
        """Move what is shown by as much as the wall clock was set."""
        self.scanned = self.scanned + by if self.scanned else None

    async def turn(self, progress: Progress = lambda done, of: None) -> ScanReport | None:
        """Look at the whole folder when that is due; None when it is not."""
        due = self._asked or self._whole_at is None or self._clock.monotonic() >= self._whole_at
        return await self.scan(progress) if due else None

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Look at the whole folder. A missing one is logged once and gives an empty report."""
        expected, began = self._asked or bool(self._hints), self._clock.monotonic()
        self._missed = self._missed or self._untold
        # Taken down before the look: what is told meanwhile may come too late for this one.
        self._asked = self._told = False
        if self.scanned is None:
            self._hints = set()
        try:
            report = await self._scanner.scan(progress)
        except FolderMissing as error:
            self._complain(error)
            self._plan_next(self._settings.interval_seconds, began)
            folder = str(self._settings.folder)
            told = Notice(key=MISSING_ALERT, alert=Alert.FOLDER, about=folder, reason=str(error))
            return ScanReport(notices=[told])
        except BaseException:
            self._asked = True
            raise
        if self.problem:
            _log.warning("%s: the folder is back", self._settings.folder)
            self.problem = ""
        emptied = "" if report.files else report.emptied
        if emptied and not self.emptied:
            _log.error("%s: is empty: %s. Is its disk mounted?", self._settings.folder, emptied)
        elif self.emptied and not emptied:
            _log.warning("%s: has files again", self._settings.folder)
        self.emptied = emptied
        self._untold = report.news and not (expected or self._told)
        if report.unchanged == report.files:
            self._lasts = self._clock.monotonic() - began
        self._plan_next(self._interval(), began)
        self.scanned = self._clock()
        self._empty = report.files == 0
        return report

    def _interval(self) -> float:
        """Return how many seconds lie between two whole looks."""
        seconds = self._settings.interval_seconds
        if self._lasts < LARGE or not self.watched or self._missed or self._untold:
            return seconds
        return max(seconds, min(self._lasts / SHARE, WIDEST)) if mounts.tells_all(self._settings.folder) else seconds

    def _plan_next(self, seconds: float, began: float) -> None:
        now = self._clock.monotonic()
        self._whole_at = max(began + seconds * (1 - _EARLY) - (now - began), now + seconds * _REST)

    def _complain(self, error: PaperboyError) -> None:
        if self.problem != str(error):
            _log.error("%s", error)
        self.problem = str(error)
