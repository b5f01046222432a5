"""Decides when the folder is scanned.

Files that the system reports as changed are scanned at once, the whole folder once in each
interval. A very large folder is scanned less often, so that an idle bot stays idle, but only while
the system is known to report everything: the kind of the file systems says so, and no whole scan
has found what was not reported. Reads no file itself; see `scanner`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.notices import Alert, Notice
from bot.feed import mounts, watch
from bot.feed.folder import FolderMissing
from bot.feed.watch import Changes, WatchUnavailable
from bot.ingest.scan_report import ScanReport
from bot.ingest.scanner import MISSING_ALERT, Progress, Scanner
from bot.settings import Feed

#: Seconds between two whole scans of a large folder at most.
WIDEST = 600.0
#: Seconds: a whole scan that takes less is made in each interval, whatever the watch is worth.
LARGE = 0.2
#: The part of the time that whole scans of a large folder take where everything is reported.
SHARE = 0.004
#: A whole scan begins this part of its interval early, and as much as the last one took, so that a
#: file is recorded one interval after it landed at the latest.
_EARLY = 0.1
#: This part of an interval is left between two whole scans.
_REST = 0.1
_log = logging.getLogger(__name__)


class Poller:
    """Decides when one folder is scanned."""

    def __init__(
        self,
        scanner: Scanner,
        settings: Feed,
        clock: Clock,
        changes: Changes | None = None,
    ) -> None:
        self._scanner = scanner
        self._settings = settings
        self._clock = clock
        self._changes = changes
        #: Paths of files that the system reported and that were not scanned since.
        self._reported: set[str] = set()
        #: A file was reported since the last whole scan began.
        self._was_reported = False
        #: The last whole scan found a change of which nothing was reported yet.
        self._is_report_due = False
        #: The watch missed a change: it is not relied on again.
        self._has_missed = False
        #: Seconds that the last whole scan took which found nothing changed.
        self._duration = 0.0
        #: A whole scan is due now: a folder arrived, or nothing is known yet.
        self._is_due = True
        #: Monotonic time of the next whole scan.
        self._whole_at: float | None = None
        #: Whether the system reports changes.
        self.watched = False
        #: When the last whole scan ended.
        self.scanned: datetime | None = None
        #: Why the folder can't be scanned, or empty.
        self.problem = ""
        #: How many files the last whole scan found gone of a folder that is empty now; or "".
        self.emptied = ""
        #: The last whole scan found no file.
        self._is_empty = False

    def folder_status(self) -> dict[str, Any]:
        """Return what the status shows of the folder."""
        return {
            "folder": str(self._settings.folder),
            "problem": self.problem,
            "watched": self.watched,
            "scanned": self.scanned,
            "drafts": self._settings.drafts == "hold",
        }

    async def watch(self, stop: asyncio.Event, nudge: Callable[[], None]) -> None:
        """Note what the system reports until `stop` is set; call `nudge` when a scan is due."""
        folder, patterns = self._settings.folder, self._settings.patterns
        try:
            self.watched = True
            changes = self._changes or watch.changes
            async for paths in changes(folder, patterns, stop):
                self._note(paths)
                nudge()
        except WatchUnavailable as error:
            _log.warning("%s", error)
        except Exception:  # whatever ends the watch, the interval's scans go on
            _log.exception("%s is no longer watched", folder)
        finally:
            self.watched = False
            self._is_due = True  # finds what the watch would have reported by now
            nudge()

    def _note(self, paths: set[str]) -> None:
        """Note reported paths; none: the whole folder is to be scanned."""
        if not paths:
            self._is_due = True
            return
        self._was_reported, self._is_report_due = True, False
        self._reported |= paths

    async def scan_reported(self) -> ScanReport | None:
        """Scan the reported files, also during a whole scan.

        Return None when there are none, or before the first whole scan.
        """
        if not self._reported or self.scanned is None:
            return None
        paths, self._reported = self._reported, set()
        try:
            report = await self._scanner.scan_files(paths)
        except BaseException:
            self._reported |= paths
            raise
        if self._is_empty and report.news:
            # It is filling: all that it holds is a channel's start.
            self._is_empty = False
            self._is_due = True
        return report

    @property
    def next(self) -> float | None:
        """The number of seconds until the next whole scan."""
        if self._whole_at is None:
            return None
        return max(self._whole_at - self._clock.monotonic(), 0.0)

    def shift(self, by: timedelta) -> None:
        """Move the time of the last scan by as much as the wall clock was set."""
        if self.scanned is not None:
            self.scanned += by

    async def scan_if_due(
        self, progress: Progress = lambda done, of: None
    ) -> ScanReport | None:
        """Scan the whole folder when that is due; return None when it is not."""
        if self._is_due or not self.next:
            return await self.scan(progress)
        return None

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Scan the whole folder. A missing one is logged once and gives an empty report."""
        began = self._clock.monotonic()
        was_expected = self._is_due or bool(self._reported)
        self._has_missed = self._has_missed or self._is_report_due
        # Before the scan: what is reported during it may come too late for it.
        self._is_due = self._was_reported = False
        if self.scanned is None:
            self._reported = set()
        try:
            report = await self._scanner.scan(progress)
        except FolderMissing as error:
            self._plan_next(self._settings.interval_seconds, began)
            return self._missing(error)
        except BaseException:
            self._is_due = True
            raise
        self._note_folder(report)
        self._is_report_due = report.news and not (was_expected or self._was_reported)
        if report.unchanged == report.files:
            self._duration = self._clock.monotonic() - began
        self._plan_next(self._interval(), began)
        self.scanned = self._clock()
        return report

    def _missing(self, error: FolderMissing) -> ScanReport:
        """Note that the folder is missing; return a report that says only that."""
        reason = str(error)
        if self.problem != reason:
            _log.error("%s", reason)
        self.problem = reason
        about = str(self._settings.folder)
        notice = Notice(
            key=MISSING_ALERT, alert=Alert.FOLDER, about=about, reason=reason
        )
        return ScanReport(notices=[notice])

    def _note_folder(self, report: ScanReport) -> None:
        """Note and log whether the folder is back, empty or filled."""
        folder = self._settings.folder
        if self.problem:
            _log.warning("%s: the folder is back", folder)
            self.problem = ""
        emptied = "" if report.files else report.emptied
        if emptied and not self.emptied:
            _log.error("%s: is empty: %s. Is its disk mounted?", folder, emptied)
        elif self.emptied and not emptied:
            _log.warning("%s: has files again", folder)
        self.emptied = emptied
        self._is_empty = report.files == 0

    def _interval(self) -> float:
        """Return how many seconds lie between two whole scans."""
        seconds = self._settings.interval_seconds
        is_watch_reliable = (
            self.watched and not self._has_missed and not self._is_report_due
        )
        if self._duration < LARGE or not is_watch_reliable:
            return seconds
        if not mounts.reports_everything(self._settings.folder):
            return seconds
        return max(seconds, min(self._duration / SHARE, WIDEST))

    def _plan_next(self, seconds: float, began: float) -> None:
        now = self._clock.monotonic()
        duration = now - began
        early = began + seconds * (1 - _EARLY) - duration
        earliest = now + seconds * _REST
        self._whole_at = max(early, earliest)
