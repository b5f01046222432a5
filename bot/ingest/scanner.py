"""One scan of the folder: new and changed files are read and recorded, or rejected with a reason.

Sends nothing. Files are parsed off the event loop; a bad one never stops the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Sequence,
)
from contextlib import aclosing
from datetime import datetime
from pathlib import Path

from bot.clock import Clock
from bot.feed import folder, reading
from bot.feed.reading import ParsedFile, StartReaders, start_readers
from bot.ingest import recorder, whole_scans
from bot.ingest.missing import EMPTY_ALERT, GONE_ALERT, MissingFiles
from bot.ingest.scan_report import ScanReport
from bot.planning.rules import Mark, Read, Recorded, Rules
from bot.settings import Feed
from bot.store import files, notices
from bot.store.files import Stamp
from bot.store.thread import Store

#: Files whose stamps are compared in one step.
SHARE = 1_000
#: Files read between two commits: few enough that a command is answered meanwhile.
BATCH = 200
_log = logging.getLogger(__name__)

#: Keys of the notices about the folder; MISSING_ALERT: it is not there.
MISSING_ALERT = "folder:missing"
FOLDER_ALERTS = frozenset((MISSING_ALERT, EMPTY_ALERT, GONE_ALERT))

#: Called as a long scan goes on, with how many of how many files are done.
Progress = Callable[[int, int], None]


class Scanner:
    """Scans one folder for one store."""

    def __init__(
        self,
        store: Store,
        settings: Feed,
        rules: Callable[[], Rules],
        clock: Clock,
        readers: StartReaders = start_readers,
    ) -> None:
        self._store = store
        self._settings = settings
        self._folder = settings.folder
        self._rules = rules
        self._clock = clock
        self._readers = readers
        self._missing = MissingFiles(store, settings, clock)
        self._whole_scan = asyncio.Lock()
        self._file_scan = asyncio.Lock()
        #: Files that were scanned by themselves since the last whole scan began: what that listed
        #: of them is older.
        self._scanned: set[str] = set()

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Scan every file. Raises FolderMissing, in which case nothing is known to be gone."""
        async with self._whole_scan:
            self._scanned.clear()
            changed = await asyncio.to_thread(self._listing)
            report = ScanReport(files=len(changed))
            known, gone = await self._compare(changed)
            report.unchanged = report.files - len(changed)
            await self._read_all(sorted(changed), report, progress, self._scanned)
            await self._missing.record(gone - self._scanned, known, report)
            await self._record_end(report)
            return report

    async def _record_end(self, report: ScanReport) -> None:
        """Record that a whole scan has ended, and which alerts about the folder are over."""
        at = self._clock()
        open_alerts = {notice.key for notice in report.notices}
        cleared = FOLDER_ALERTS - open_alerts
        await self._store(notices.all_clear, sorted(cleared), at)
        if not report.emptied:
            await self._store(whole_scans.record_end, at)

    async def _compare(self, listed: set[Stamp]) -> tuple[int, set[str]]:
        """Remove the unchanged files from those listed.

        Return how many files were known, and the paths of those that are gone. Compares sets, so
        that no file costs a step of its own; a share at a time, so that commands are answered.
        """
        count = 0
        last = ""
        differing: set[Stamp] = set()
        while share := await self._store(files.known, last, SHARE):
            known = set(share)
            count += len(known)
            last = share[-1][0]
            expected = len(listed) - len(known)
            listed ^= known
            if len(listed) > expected:  # what is changed or gone is in it now
                differing |= listed & known
                listed -= known
        if not differing:
            return count, set()
        gone = {path for path, *_ in differing}
        gone.difference_update(path for path, *_ in listed)
        return count, gone

    async def scan_files(self, paths: Iterable[str]) -> ScanReport:
        """Scan only some files, also in the middle of a whole scan.

        What is gone is left to the next whole scan.
        """
        async with self._file_scan:
            listed = sorted(set(paths))
            self._scanned.update(listed)
            stamps = await asyncio.to_thread(self._stamps, listed)
            known = await self._store(files.some, listed)
            changed = []
            for stamp in stamps:
                mark = stamp[1:]
                if known.get(stamp[0]) != mark:
                    changed.append(stamp)
            report = ScanReport(files=len(listed))
            report.unchanged = report.files - len(changed)
            await self._read_all(changed, report, lambda done, of: None)
            return report

    async def _read_all(
        self,
        changed: Sequence[Stamp],
        report: ScanReport,
        progress: Progress,
        skipped: Collection[str] = (),
    ) -> None:
        """Read and record files.

        Left out are those that are in `skipped` by then: they were scanned later.
        """
        done = 0
        async with aclosing(self._read(changed)) as batches:
            async for batch in batches:
                finished = self._finished(batch, report, skipped)
                await self._record(finished, report)
                done += len(batch)
                progress(done, len(changed))
        if not report.unfinished:
            return
        await asyncio.sleep(self._settings.settle_seconds)
        again = [path for path in report.unfinished if path not in skipped]
        report.unfinished = []
        async for batch in self._read(self._stamps(again)):
            await self._record(batch, report)

    async def _read(self, stamps: Sequence[Stamp]) -> AsyncGenerator[list[Read], None]:
        """Read files; yield them in batches."""
        batches = []
        paths = []
        for start in range(0, len(stamps), BATCH):
            end = start + BATCH
            batch = stamps[start:end]
            batches.append(batch)
            paths.append([path for path, *_ in batch])
        parsed_batches = reading.read_all(
            paths, self._folder, self._settings.max_file_bytes, self._readers
        )
        async with aclosing(parsed_batches):
            for batch in batches:
                parsed = await anext(parsed_batches)
                yield list(map(_with_mark, parsed, batch))

    def _finished(
        self, read: Sequence[Read], report: ScanReport, skipped: Collection[str]
    ) -> list[Read]:
        """Return the files that are not still being written; note those in the report."""
        at = self._clock()
        finished = []
        for file in read:
            if file.path in skipped:
                continue
            if file.unfinished and self._is_fresh(file.mark, at):
                report.unfinished.append(file.path)
            else:
                finished.append(file)
        return finished

    async def _record(self, read: Sequence[Read], report: ScanReport) -> None:
        if not read:
            return
        recorded: list[Recorded] = await self._store(
            recorder.record, read, self._rules(), self._clock(), self.is_on_disk
        )
        report.add(read, recorded)
        for result in recorded:
            if result.reason:
                _log.warning("%s: %s", result.path, result.reason)
        for file in read:
            if file.warning:
                _log.warning("%s: %s", file.path, file.warning)

    def _listing(self) -> set[Stamp]:
        patterns = self._settings.patterns
        stamps = folder.listing(self._folder, patterns)
        return set(stamps)

    def _stamps(self, paths: Iterable[str]) -> list[Stamp]:
        """Return the stamps of the files that are there."""
        stamps = []
        for path in paths:
            try:
                status = Path(self._folder, path).stat()
            except OSError:
                continue
            stamp = path, status.st_size, status.st_mtime_ns, status.st_ino
            stamps.append(stamp)
        return stamps

    def is_on_disk(self, path: str) -> bool:
        """Return True unless a file is certainly gone: one that can't be reached may be there."""
        try:
            Path(self._folder, path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (OSError, ValueError):
            return True
        return True

    def _is_fresh(self, mark: Mark, at: datetime) -> bool:
        """Return True if a file changed so lately that its writer may not have finished."""
        _, changed, _ = mark
        age = at.timestamp() - changed / 1e9
        settle = max(self._settings.settle_seconds, 0.001)
        return age < 4 * settle


def _with_mark(parsed: ParsedFile, stamp: Stamp) -> Read:
    """Return a file as it was read, with the mark that it had when it was listed."""
    return Read(
        parsed.path,
        stamp[1:],
        parsed.record,
        parsed.reason,
        parsed.warning,
        parsed.unfinished,
    )
