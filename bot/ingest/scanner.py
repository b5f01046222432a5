"""One look at the folder: what is new or changed is read and recorded, what is bad is rejected with its reason.

Sends nothing. Files are parsed off the event loop; a bad one never stops the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.clock import Clock
from bot.domain.arrival import is_emptied
from bot.domain.identity import Relation
from bot.domain.notices import Alert, Notice
from bot.feed import folder, reading
from bot.feed.reading import Told
from bot.ingest import recorder, whole_scans
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

T = TypeVar("T")
#: Where more than one file in so many is gone at once, the folder is at fault
#: (docs/architecture.md, Change).
MANY = 10
#: What the editors were told of the folder.
FOLDER_ALERTS = MISSING_ALERT, EMPTY_ALERT, GONE_ALERT = ("folder:missing", "folder:empty", "folder:many")

#: Told as a long scan goes on: how many of how many files are done.
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class ScanReport:
    """What a scan found, by number of files; `rejected` names each file refused in this scan and why."""

    files: int = 0
    unchanged: int = 0
    verdicts: Counter[Relation] = field(default_factory=Counter)
    edits: int = 0
    rejected: dict[str, str] = field(default_factory=dict)
    missing: int = 0
    #: Articles taken back because their last file is gone.
    withdrawn: int = 0
    #: How many files are gone of a folder that is empty, or nearly so: it is probably not the folder that it was.
    emptied: str = ""
    #: What the editors are told.
    notices: list[Notice] = field(default_factory=list)
    #: Files that tell a story we have, recorded and not posted; `Recorded.repeats` is the article that told it first.
    repeated: list[Recorded] = field(default_factory=list)
    #: Files that look half written and will be read again.
    unfinished: list[str] = field(default_factory=list)

    @property
    def news(self) -> bool:
        """Whether there may be something to send."""
        return bool(self.verdicts or self.withdrawn)


class Scanner:
    """Looks at one folder for one store."""

    def __init__(self, store: Store, settings: Feed, rules: Callable[[], Rules], clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._rules = rules
        self._clock = clock
        self._one_whole, self._one_look = asyncio.Lock(), asyncio.Lock()
        #: What was looked at by itself since the last whole scan began, which knows less of it.
        self._looked: set[str] = set()

    async def scan(self, progress: Progress = lambda done, of: None) -> ScanReport:
        """Look at every file. Raises FolderMissing, in which case nothing is known to be gone."""
        async with self._one_whole:
            self._looked.clear()
            found = await asyncio.to_thread(self._listing)
            report = ScanReport(files=len(found))
            known, gone = await self._set_apart(found)
            report.unchanged = report.files - len(found)
            await self._read_all(sorted(found), report, progress, self._looked)
            await self._miss(gone - self._looked, known, report)
            over = set(FOLDER_ALERTS).difference(one.key for one in report.notices)
            await self._store(notices.all_clear, sorted(over), self._clock())
            if not report.emptied:
                await self._store(whole_scans.record_end, self._clock())
            return report

    async def _set_apart(self, found: set[Stamp]) -> tuple[int, set[str]]:
        """Take what is unchanged out of what was found; return how many files were known, and the paths of those gone.

        Set against set, so that no file costs a step of its own; a share at a time, so that commands are answered.
        """
        count, last, gone = 0, "", set[Stamp]()
        while share := await self._store(files.known, last, SHARE):
            known, before = set(share), len(found)
            count, last = count + len(known), share[-1][0]
            found ^= known
            if before - len(found) < len(known):  # not all of them were found as they were: the others are in it now
                gone |= found & known
                found -= known
        return count, {path for path, *_ in gone}.difference(path for path, *_ in found) if gone else set()

    async def look(self, paths: Iterable[str]) -> ScanReport:
        """Look at some files only: those the system told us of, also in the middle of a whole scan.

        What is gone is left to the next whole scan.
        """
        async with self._one_look:
            paths = set(paths)
            self._looked |= paths
            marks = await asyncio.to_thread(lambda: [(path, self._mark(path)) for path in sorted(paths)])
            known = await self._store(files.some, [path for path, _ in marks])
            changed = [(path, *mark) for path, mark in marks if mark is not None and known.get(path) != mark]
            report = ScanReport(files=len(marks), unchanged=len(marks) - len(changed))
            await self._read_all(changed, report, lambda done, of: None)
            return report

    async def _read_all(
        self, changed: Sequence[Stamp], report: ScanReport, progress: Progress, but: Collection[str] = ()
    ) -> None:
        """Read and record files, but for those that are in `but` by then: somebody else reads them, later than we."""
        done = 0
        async with aclosing(self._told(changed)) as whole:
            async for told, marks in whole:
                ours = [one for one in told if one.path not in but]
                await self._record(self._read(ours, marks, self._clock()), report)
                done += len(told)
                progress(done, len(changed))
        if report.unfinished:
            await asyncio.sleep(self._settings.settle_seconds)
            again = [(path, self._mark(path)) for path in report.unfinished if path not in but]
            report.unfinished = []
            async for told, marks in self._told([(path, *mark) for path, mark in again if mark is not None]):
                await self._record(self._read(told, marks, None), report)

    async def _told(self, stamps: Sequence[Stamp]) -> AsyncGenerator[tuple[list[Told], dict[str, Mark]], None]:
        """Yield what a batch of files tells, with their marks."""
        batches = list(_batches(stamps))
        paths = [[path for path, *_ in batch] for batch in batches]
        async with aclosing(reading.read_all(paths, self._settings.folder, self._settings.max_file_bytes)) as whole:
            for batch in batches:
                yield await anext(whole), {path: (size, mtime, inode) for path, size, mtime, inode in batch}

    def _read(self, told: Sequence[Told], marks: Mapping[str, Mark], at: datetime | None) -> list[Read | str]:
        """Return what is to be recorded; a path alone: by its age at `at` the file may still be being written."""
        return [
            one.path
            if one.unfinished and at is not None and self._is_fresh(marks[one.path], at)
            else Read(one.path, marks[one.path], one.record, one.reason, one.warning)
            for one in told
        ]

    async def _record(self, read: Sequence[Read | str], report: ScanReport) -> None:
        report.unfinished += [one for one in read if isinstance(one, str)]
        whole = [one for one in read if isinstance(one, Read)]
        if not whole:
            return
        recorded: list[Recorded] = await self._store(
            recorder.record, whole, self._rules(), self._clock(), self._is_on_disk
        )
        report.repeated += [one for one in recorded if one.repeats is not None]
        for one in recorded:
            if one.relation is not None:
                report.verdicts[one.relation] += 1
                report.edits += one.changed and one.relation not in (Relation.NEW, Relation.COPY)
            if one.reason:
                _log.warning("%s: %s", one.path, one.reason)
        for read_ in whole:
            if read_.warning:
                _log.warning("%s: %s", read_.path, read_.warning)
        report.rejected |= {one.path: one.reason for one in whole if one.record is None}

    async def _miss(self, gone: set[str], known: int, report: ScanReport) -> None:
        """Count the files that are not there; below a folder that could not be read nothing is known to be gone."""
        unread = tuple(set(await self._store(files.folders)) - gone) if gone else ()
        gone = {path for path in gone if not path.startswith(unread)}
        for path in filter(_is_folder, gone):
            await self._store(files.forget, path)  # it can be read again, or is not there any more
        missing = [path for path in sorted(gone) if not _is_folder(path)]
        report.missing = len(missing)
        if missing and is_emptied(known, report.files):
            told = self._concern(len(missing), known, empty=report.files == 0)
            report.emptied = told.reason
            report.notices += [told]
            return
        withdraws = self._settings.on_file_removed == "withdraw"
        lost = len(missing)
        if lost * MANY > known:  # a folder that was renamed has all of its files elsewhere
            lost -= await self._store(files.count_moved, missing)
        if lost * MANY > known and (withdraws or lost >= MANY):
            withdraws = False
            if await self._store(files.count_missed, missing) * 2 < len(missing):
                report.notices += [self._concern(lost, known)]
            else:  # they are forgotten now: nobody is told that they are back
                await self._store(notices.close, GONE_ALERT)
        for batch in _batches(missing):
            left = await self._store(recorder.miss, batch, withdraw_at=self._clock() if withdraws else None)
            report.withdrawn += len(left) if withdraws else 0

    def _concern(self, missing: int, known: int, *, empty: bool = False) -> Notice:
        key, alert = (EMPTY_ALERT, Alert.FOLDER_EMPTY) if empty else (GONE_ALERT, Alert.FILES_GONE)
        reason = f"{missing} of {known} files are gone at once"
        return Notice(key=key, alert=alert, about=str(self._settings.folder), reason=reason)

    def _listing(self) -> set[Stamp]:
        return set(folder.listing(self._settings.folder, self._settings.patterns))

    def _mark(self, path: str) -> Mark | None:
        try:
            status = Path(self._settings.folder, path).stat()
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns, status.st_ino)

    def _is_on_disk(self, path: str) -> bool:
        """Return True unless a file is certainly gone: one that can't be looked at may be there."""
        try:
            Path(self._settings.folder, path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (OSError, ValueError):
            return True
        return True

    def _is_fresh(self, mark: Mark, at: datetime) -> bool:
        """Say whether a file changed so lately that its writer may not have finished."""
        age = timedelta(seconds=at.timestamp() - mark[1] / 1e9)
        return age < timedelta(seconds=max(self._settings.settle_seconds, 0.001) * 4)


def _is_folder(path: str) -> bool:
    """Say whether a path is that of a folder that could not be read (see `folder.listing`)."""
    return path.endswith("/")


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
