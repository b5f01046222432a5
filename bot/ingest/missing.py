"""The files that a whole scan finds gone: recorded, or reported to the editors if they are many.

Scans nothing. Below a folder that could not be read nothing is known to be gone.
"""

from __future__ import annotations

from bot.clock import Clock
from bot.domain.arrival import is_emptied
from bot.domain.notices import Alert, Notice
from bot.ingest import recorder
from bot.ingest.scan_report import ScanReport
from bot.settings import Feed
from bot.store import files, missing_files, notices
from bot.store.thread import Store

#: If more than one file in MANY is gone at once, the folder is at fault
#: (docs/architecture.md, Change).
MANY = 10
#: Keys of the notices about files that are gone.
EMPTY_ALERT, GONE_ALERT = "folder:empty", "folder:many"
#: Files that are recorded in one commit: few enough that a command is answered meanwhile.
_BATCH = 200


class MissingFiles:
    """Records what is gone of one folder."""

    def __init__(self, store: Store, settings: Feed, clock: Clock) -> None:
        self._store = store
        self._folder = settings.folder
        self._withdraws = settings.on_file_removed == "withdraw"
        self._clock = clock

    async def record(self, gone: set[str], known: int, report: ScanReport) -> None:
        """Record which files are gone, or tell the editors where many are gone at once."""
        missing = await self._certain(gone)
        report.missing = len(missing)
        if missing and is_emptied(known, report.files):
            alert = Alert.FILES_GONE
            if report.files == 0:
                alert = Alert.FOLDER_EMPTY
            notice = self._notice(alert, len(missing), known)
            report.emptied = notice.reason
            report.notices.append(notice)
            return
        withdraws = self._withdraws
        lost = await self._count_lost(missing, known)
        are_many = lost * MANY > known
        if are_many and (withdraws or lost >= MANY):
            withdraws = False
            await self._report_many(missing, lost, known, report)
        await self._record(missing, report, withdraws=withdraws)

    async def _certain(self, gone: set[str]) -> list[str]:
        """Return the files that are certainly gone; forget the folders that can be read again."""
        if not gone:
            return []
        folders = await self._store(files.folders)
        unread = tuple(path for path in folders if path not in gone)
        missing = []
        for path in sorted(gone):
            if path.startswith(unread):
                continue
            if path.endswith("/"):  # a folder, see `folder.listing`
                await self._store(files.forget, path)
            else:
                missing.append(path)
        return missing

    async def _count_lost(self, missing: list[str], known: int) -> int:
        """Return how many files are gone, without those that were only moved.

        A folder that was renamed has all of its files elsewhere. That is asked only where many are
        gone.
        """
        lost = len(missing)
        if lost * MANY <= known:
            return lost
        moved = await self._store(missing_files.count_moved, missing)
        return lost - moved

    async def _report_many(
        self, missing: list[str], lost: int, known: int, report: ScanReport
    ) -> None:
        """Notify the editors that many files are gone, unless most were missed before."""
        missed = await self._store(missing_files.count_missed, missing)
        if missed * 2 < len(missing):
            notice = self._notice(Alert.FILES_GONE, lost, known)
            report.notices.append(notice)
        else:  # they are forgotten now: nobody is told that they are back
            await self._store(notices.close, GONE_ALERT)

    async def _record(
        self, missing: list[str], report: ScanReport, *, withdraws: bool
    ) -> None:
        """Count one more whole scan without these files."""
        withdraw_at = self._clock() if withdraws else None
        for start in range(0, len(missing), _BATCH):
            end = start + _BATCH
            paths = missing[start:end]
            left = await self._store(
                recorder.record_missing, paths, withdraw_at=withdraw_at
            )
            if withdraws:
                report.withdrawn += len(left)

    def _notice(self, alert: Alert, missing: int, known: int) -> Notice:
        key = GONE_ALERT
        if alert is Alert.FOLDER_EMPTY:
            key = EMPTY_ALERT
        reason = f"{missing} of {known} files are gone at once"
        about = str(self._folder)
        return Notice(key=key, alert=alert, about=about, reason=reason)
