"""Changes of the folder that the operating system reports (watchfiles). Reads no file.

They are hints, not records: events get lost, and the scan every `interval_seconds` finds the rest.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import watchfiles

from bot.errors import PaperboyError
from bot.feed import patterns as globs
from bot.feed.folder import shown

#: Milliseconds without a change after which a batch ends. Also how often the thread of watchfiles
#: wakes: at 10 it takes twice the processor's time, and saves some milliseconds of waiting.
_PAUSE = 20
#: Milliseconds after which a batch ends at the latest.
_LONGEST = 100
#: Milliseconds between two checks whether the folder was replaced, which the system does not
#: report.
_CHECK = 2_000
#: Seconds between two checks for a folder that is not there.
_ABSENT = 1.0

#: As `changes`.
Changes = Callable[[Path, Sequence[str], asyncio.Event], AsyncIterator[set[str]]]


class WatchUnavailable(PaperboyError):
    """The system can't watch the folder: it has no such feature, or no watches left.

    The scan in each interval still finds everything.
    """

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"{folder}: can't be watched ({reason}); "
            "new files are found by the scan every few seconds"
        )


async def changes(
    folder: Path, patterns: Sequence[str], stop: asyncio.Event
) -> AsyncIterator[set[str]]:
    """Yield the paths that were added, changed or deleted, until `stop` is set.

    They are relative to `folder`, with `/`. An empty set means: scan everything. A folder was
    added, the watch started again, or the folder is missing at the second check (at the first it
    may be about to be replaced). A missing folder is waited for. Raises WatchUnavailable.
    """
    chosen = globs.compiled(patterns)
    again, missed = False, 0
    while not stop.is_set():
        root, identity = _identity(folder)
        missed = missed + 1 if identity is None else 0
        if identity is None:
            again = True
            if missed == 2:
                yield set()
            await _pause(stop)
            continue
        if again:
            yield set()
        again = True
        async for paths in _watched(folder, root, chosen, stop):
            if paths is not None:
                yield paths
            if _identity(folder) != (root, identity):
                break


async def _watched(
    folder: Path, root: str, chosen: globs.Test, stop: asyncio.Event
) -> AsyncIterator[set[str] | None]:
    """Yield batches of relevant paths, and None now and then when nothing happens."""
    try:
        async for batch in watchfiles.awatch(
            root,
            watch_filter=None,
            debounce=_LONGEST,
            step=_PAUSE,
            rust_timeout=_CHECK,
            yield_on_timeout=True,
            stop_event=_Stop(stop),
            ignore_permission_denied=True,
        ):
            yield _relevant(batch, root, chosen)
    except ExceptionGroup as group:
        reasons = [str(error) for error in group.exceptions]
        if not any("decode path" in reason for reason in reasons):
            raise WatchUnavailable(folder, reasons[0]) from group
        await _pause(stop)  # ended at a name that is not UTF-8: `changes` starts again
    except (OSError, RuntimeError) as error:
        if _identity(folder)[1] is not None:
            raise WatchUnavailable(folder, str(error)) from error


class _Stop:
    """An event for watchfiles, which sets it when it is cancelled: our own must stay as it is."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._cancelled = False

    def is_set(self) -> bool:
        return self._cancelled or self._stop.is_set()

    def set(self) -> None:
        self._cancelled = True


def _relevant(
    batch: set[tuple[watchfiles.Change, str]],
    root: str,
    chosen: globs.Test,
) -> set[str] | None:
    """Return the paths of articles in `batch`; None: it holds none.

    Empty: everything is to be scanned.
    """
    relevant = set()
    for change, reported in batch:
        parent, name = os.path.split(reported)
        parent = os.path.realpath(parent)
        place = f"{parent}{os.sep}{name}"
        if not place.startswith(f"{root}{os.sep}"):
            continue  # beyond a link that leads out of the folder, where no listing goes either
        path = os.path.relpath(place, root)
        path = path.replace(os.sep, "/")
        if any(map(globs.skipped, path.split("/"))):
            continue
        is_added = change is watchfiles.Change.added
        if is_added and Path(place).is_dir():
            return set()
        start = path.rfind("/") + 1
        name = path[start:]
        folder = path.removesuffix(name)
        if not chosen(folder, name):
            continue
        if shown(path) != path:
            return set()  # only a listing gives the name that it is stored under
        relevant.add(path)
    return relevant or None


def _identity(folder: Path) -> tuple[str, tuple[int, int] | None]:
    """Return a folder's real path, and its device and inode: None when there is no such folder."""
    root = os.path.realpath(folder)
    try:
        status = Path(root).stat()
    except OSError:
        return root, None
    return root, (status.st_dev, status.st_ino)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), _ABSENT)
    except TimeoutError:
        return
