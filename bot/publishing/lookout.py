"""When the folder is looked at: at once where the system tells of a file, and as a whole now and then as the net below.

While the watch is healthy and the net catches nothing that the watch missed, the net widens by itself, to ten minutes.
Reads no file itself; see `scan`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery import Clock
from bot.errors import PaperboyError
from bot.feed import watch
from bot.feed.folder import FolderMissing
from bot.feed.watch import WatchUnavailable
from bot.notices import Alert, Notice
from bot.publishing.scan import FOLDER_ALERTS, Progress, Scanner, ScanReport
from bot.settings import Feed

#: Seconds between two whole scans at most.
WIDEST = 600.0
#: So many times longer is the next while, after one in which the watch missed nothing.
WIDENS = 4
#: A whole look begins this part of its time early, and as much as the last one lasted, so that a file is recorded one
#: interval after it landed at the latest; but this part of the time is left between two.
_EARLY, _REST = 0.1, 0.1
_log = logging.getLogger(__name__)


class Lookout:
    """Looks after one folder."""

    def __init__(self, scanner: Scanner, settings: Feed, clock: Clock) -> None:
        self._scanner = scanner
        self._settings = settings
        self._clock = clock
        self._hints: set[str] = set()
        #: The system told of a file since the last whole scan began.
        self._told = False
        #: The watch missed something, and has told of nothing new since, as on a network folder: no wide net then.
        self._deaf = False
        #: Somebody asked for a whole scan: a folder arrived, or nothing is known yet.
        self._asked = True
        self._whole_at: datetime | None = None
        self._net = settings.interval_seconds
        #: Whether the system tells of changes.
        self.watched = False
        #: When the last whole scan ended.
        self.scanned: datetime | None = None
        #: Why the folder can't be looked at, or empty.
        self.problem = ""

    async def watch(self, stop: asyncio.Event, nudge: Callable[[], None]) -> None:
        """Take note of what the system tells until `stop` is set; `nudge` is called when a turn is due."""
        try:
            self.watched = True
            async for paths in watch.changes(self._settings.folder, self._settings.patterns, stop):
                if paths:
                    self._told = True
                    self._hints |= paths
                else:
                    self._asked = True
                nudge()
        except WatchUnavailable as error:
            _log.warning("%s", error)
        except Exception:  # whatever ends the watch, the net below it goes on
            _log.exception("%s is watched no more", self._settings.folder)
        finally:
            self.watched = False
            self._net = self._settings.interval_seconds
            self._asked = True  # what the watch would have told of waits for no wide net
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
        self._deaf = self._deaf and not report.news
        return report

    @property
    def next(self) -> datetime | None:
        """When the next whole look is due, if nothing else tells of files; None: the interval's own time will do."""
        return None if self.watched else self._whole_at

    async def turn(self, progress: Progress = lambda done, of: None) -> ScanReport | None:
        """Look at the whole folder when that is due; None when it is not."""
        due = self._asked or self._whole_at is None or self._clock() >= self._whole_at
        return await self.scan(progress) if due else None

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Look at the whole folder. A missing one is logged once and gives an empty report."""
        expected, began = self._asked or bool(self._hints), self._clock()
        # Taken down before the look: what is told meanwhile may come too late for this one.
        self._asked = self._told = False
        if self.scanned is None:
            self._hints = set()
        try:
            report = await self._scanner.scan(progress)
        except FolderMissing as error:
            self._complain(error)
            self._set_net(self._settings.interval_seconds, began)
            folder = str(self._settings.folder)
            told = Notice(key=FOLDER_ALERTS[0], alert=Alert.FOLDER, about=folder, reason=str(error))
            return ScanReport(notices=[told])
        except BaseException:
            self._asked = True
            raise
        if self.problem:
            _log.warning("%s: the folder is there again", self._settings.folder)
            self.problem = ""
        self._deaf = self._deaf or (report.news and not (expected or self._told))
        wide = self.watched and not self._deaf
        self._set_net(min(self._net * WIDENS, WIDEST) if wide else self._settings.interval_seconds, began)
        self.scanned = self._clock()
        return report

    def _set_net(self, seconds: float, began: datetime) -> None:
        self._net = max(seconds, self._settings.interval_seconds)
        net, now = timedelta(seconds=self._net), self._clock()
        self._whole_at = max(began + net * (1 - _EARLY) - (now - began), now + net * _REST)

    def _complain(self, error: PaperboyError) -> None:
        if self.problem != str(error):
            _log.error("%s", error)
        self.problem = str(error)
