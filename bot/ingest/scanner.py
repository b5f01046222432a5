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
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.clock import Clock
from bot.domain.arrival import is_emptied
from bot.domain.notices import Alert, Notice
from bot.feed import folder, reading
from bot.feed.reading import ParsedFile
from bot.ingest import recorder, whole_scans
from bot.ingest.scan_report import ScanReport
from bot.planning.rules import Mark, Read, Recorded, Rules
from bot.settings import Feed
from bot.store import files, missing_files, notices
from bot.store.files import Stamp
from bot.store.thread import Store

#: Files whose stamps are compared in one step.
SHARE = 1_000
#: Files read between two commits: few enough that a command is answered meanwhile.
BATCH = 200
_log = logging.getLogger(__name__)

T = TypeVar("T")
#: Where more than one file in so many is gone at once, the folder is at fault
#: (docs/architecture.md).
MANY = 10
#: Keys of the notices about the folder.
MISSING_ALERT, EMPTY_ALERT, GONE_ALERT = "folder:missing", "folder:empty", "folder:many"
FOLDER_ALERTS = (MISSING_ALERT, EMPTY_ALERT, GONE_ALERT)

#: Called as a long scan goes on, with how many of how many files are done.
Progress = Callable[[int, int], None]


class Scanner:
    """Scans one folder for one store."""

    def __init__(
        self, store: Store, settings: Feed, rules: Callable[[], Rules], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._rules = rules
        self._clock = clock
        self._whole_scan, self._file_scan = asyncio.Lock(), asyncio.Lock()
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
            await self._record_missing(gone - self._scanned, known, report)
            over = set(FOLDER_ALERTS).difference(one.key for one in report.notices)
            await self._store(notices.all_clear, sorted(over), self._clock())
            if not report.emptied:
                await self._store(whole_scans.record_end, self._clock())
            return report

    async def _compare(self, listed: set[Stamp]) -> tuple[int, set[str]]:
        """Remove the unchanged files from those listed.

        Return how many files were known, and the paths of those that are gone. Compares sets, so
        that no file costs a step of its own; a share at a time, so that commands are answered.
        """
        count, last, gone = 0, "", set[Stamp]()
        while share := await self._store(files.known, last, SHARE):
            known, before = set(share), len(listed)
            count, last = count + len(known), share[-1][0]
            listed ^= known
            if before - len(listed) < len(
                known
            ):  # some are changed or gone: they are in it now
                gone |= listed & known
                listed -= known
        if not gone:
            return count, set()
        changed = (path for path, *_ in listed)
        return count, {path for path, *_ in gone}.difference(changed)

    async def scan_files(self, paths: Iterable[str]) -> ScanReport:
        """Scan only some files, also in the middle of a whole scan.

        What is gone is left to the next whole scan.
        """
        async with self._file_scan:
            listed = sorted(set(paths))
            self._scanned.update(listed)
            stamps = await asyncio.to_thread(self._stamps, listed)
            known = await self._store(files.some, listed)
            changed = [stamp for stamp in stamps if known.get(stamp[0]) != stamp[1:]]
            report = ScanReport(files=len(listed), unchanged=len(listed) - len(changed))
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
        async with aclosing(self._parsed(changed)) as batches:
            async for parsed, marks in batches:
                ours = [one for one in parsed if one.path not in skipped]
                whole = self._without_unfinished(ours, marks, report)
                await self._record(whole, marks, report)
                done += len(parsed)
                progress(done, len(changed))
        if report.unfinished:
            await asyncio.sleep(self._settings.settle_seconds)
            again = [path for path in report.unfinished if path not in skipped]
            report.unfinished = []
            async for parsed, marks in self._parsed(self._stamps(again)):
                await self._record(parsed, marks, report)

    async def _parsed(
        self, stamps: Sequence[Stamp]
    ) -> AsyncGenerator[tuple[list[ParsedFile], dict[str, Mark]], None]:
        """Read files; yield them in batches with their marks."""
        folder, max_bytes = self._settings.folder, self._settings.max_file_bytes
        batches = list(_batches(stamps))
        paths = [[path for path, *_ in batch] for batch in batches]
        async with aclosing(reading.read_all(paths, folder, max_bytes)) as parsed:
            for batch in batches:
                marks = {
                    path: (size, mtime, inode) for path, size, mtime, inode in batch
                }
                yield await anext(parsed), marks

    def _without_unfinished(
        self,
        parsed: Sequence[ParsedFile],
        marks: Mapping[str, Mark],
        report: ScanReport,
    ) -> list[ParsedFile]:
        """Return the files that are not still being written; note the others in the report."""
        at = self._clock()
        whole = []
        for one in parsed:
            if one.unfinished and self._is_fresh(marks[one.path], at):
                report.unfinished.append(one.path)
            else:
                whole.append(one)
        return whole

    async def _record(
        self,
        parsed: Sequence[ParsedFile],
        marks: Mapping[str, Mark],
        report: ScanReport,
    ) -> None:
        if not parsed:
            return
        read = [
            Read(one.path, marks[one.path], one.record, one.reason, one.warning)
            for one in parsed
        ]
        recorded: list[Recorded] = await self._store(
            recorder.record, read, self._rules(), self._clock(), self._is_on_disk
        )
        report.add(read, recorded)
        problems = [(one.path, one.reason) for one in recorded]
        problems += [(one.path, one.warning) for one in read]
        for path, problem in problems:
            if problem:
                _log.warning("%s: %s", path, problem)

    async def _record_missing(
        self, gone: set[str], known: int, report: ScanReport
    ) -> None:
        """Record which files are not there, or tell the editors where many are gone at once.

        Below a folder that could not be read nothing is known to be gone.
        """
        missing = await self._missing(gone)
        report.missing = len(missing)
        if missing and is_emptied(known, report.files):
            notice = self._files_gone(len(missing), known, is_empty=report.files == 0)
            report.emptied = notice.reason
            report.notices.append(notice)
            return
        withdraws = self._settings.on_file_removed == "withdraw"
        lost = len(missing)
        if (
            lost * MANY > known
        ):  # a folder that was renamed has all of its files elsewhere
            lost -= await self._store(missing_files.count_moved, missing)
        if lost * MANY > known and (withdraws or lost >= MANY):
            withdraws = False
            if await self._store(missing_files.count_missed, missing) * 2 < len(
                missing
            ):
                report.notices.append(self._files_gone(lost, known))
            else:  # they are forgotten now: nobody is told that they are back
                await self._store(notices.close, GONE_ALERT)
        withdraw_at = self._clock() if withdraws else None
        for batch in _batches(missing):
            left = await self._store(recorder.miss, batch, withdraw_at=withdraw_at)
            report.withdrawn += len(left) if withdraws else 0

    async def _missing(self, gone: set[str]) -> list[str]:
        """Return the files that are certainly gone; forget the folders that can be read again."""
        if not gone:
            return []
        unread = tuple(set(await self._store(files.folders)) - gone)
        certain = sorted(path for path in gone if not path.startswith(unread))
        for path in filter(_is_folder, certain):
            await self._store(files.forget, path)
        return [path for path in certain if not _is_folder(path)]

    def _files_gone(
        self, missing: int, known: int, *, is_empty: bool = False
    ) -> Notice:
        key, alert = GONE_ALERT, Alert.FILES_GONE
        if is_empty:
            key, alert = EMPTY_ALERT, Alert.FOLDER_EMPTY
        reason = f"{missing} of {known} files are gone at once"
        return Notice(
            key=key, alert=alert, about=str(self._settings.folder), reason=reason
        )

    def _listing(self) -> set[Stamp]:
        return set(folder.listing(self._settings.folder, self._settings.patterns))

    def _stamps(self, paths: Iterable[str]) -> list[Stamp]:
        """Return the stamps of the files that are there."""
        stamps = []
        for path in paths:
            try:
                status = Path(self._settings.folder, path).stat()
            except OSError:
                continue
            stamps.append((path, status.st_size, status.st_mtime_ns, status.st_ino))
        return stamps

    def _is_on_disk(self, path: str) -> bool:
        """Return True unless a file is certainly gone: one that can't be reached may be there."""
        try:
            Path(self._settings.folder, path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (OSError, ValueError):
            return True
        return True

    def _is_fresh(self, mark: Mark, at: datetime) -> bool:
        """Return True if a file changed so lately that its writer may not have finished."""
        age = timedelta(seconds=at.timestamp() - mark[1] / 1e9)
        return age < timedelta(seconds=max(self._settings.settle_seconds, 0.001) * 4)


def _is_folder(path: str) -> bool:
    """Return True for the path of a folder that could not be read (see `folder.listing`)."""
    return path.endswith("/")


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
