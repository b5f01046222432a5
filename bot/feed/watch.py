"""When to look at the folder again: what the operating system tells of it (watchfiles). Reads no file.

It is a hint, not a record: events get lost, and the scan every `interval_seconds` is the net below.
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

# Milliseconds. A batch ends after a pause of the first, at the latest after the second; the third is how often a folder
# that was replaced, which the system does not tell of, is looked for. The first is also how often watchfiles' thread
# wakes, which at 10 costs twice the processor's time for some milliseconds less of waiting.
_PAUSE = 20
_LONGEST = 100
_LOOK_AGAIN = 2_000
#: Seconds between two looks for a folder that is not there.
_ABSENT = 1.0


class WatchUnavailable(PaperboyError):
    """The system can't watch the folder (no such feature, or no watches left); the interval still finds everything."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: can't be watched ({reason}); new files are found by the scan every few seconds")


async def changes(folder: Path, patterns: Sequence[str], stop: asyncio.Event) -> AsyncIterator[set[str]]:
    """Yield the paths that came, changed or went, relative to `folder` and with `/`, until `stop` is set.

    An empty set says: look at everything, since a folder arrived or the watch began anew, or since there is none at the
    second look (at the first it may be about to be replaced). A folder that is missing is waited for. Raises
    WatchUnavailable.
    """
    chosen = globs.compiled(patterns)
    again, missed = False, 0
    while not stop.is_set():
        root, identity = _standing(folder)
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
            if _standing(folder) != (root, identity):
                break


async def _watched(
    folder: Path, root: str, chosen: Callable[[str, str], bool], stop: asyncio.Event
) -> AsyncIterator[set[str] | None]:
    """Yield batches of relevant paths, and None now and then when nothing happens."""
    try:
        async for batch in watchfiles.awatch(
            root,
            watch_filter=None,
            debounce=_LONGEST,
            step=_PAUSE,
            rust_timeout=_LOOK_AGAIN,
            yield_on_timeout=True,
            stop_event=_Stop(stop),
            ignore_permission_denied=True,
        ):
            yield _relevant(batch, root, chosen)
    except ExceptionGroup as group:
        if not any("decode path" in str(error) for error in group.exceptions):
            raise WatchUnavailable(folder, str(group.exceptions[0])) from group
        await _pause(stop)  # watchfiles ends at a name that is not UTF-8; `changes` begins anew with a whole look
    except (OSError, RuntimeError) as error:
        if _standing(folder)[1] is not None:
            raise WatchUnavailable(folder, str(error)) from error


class _Stop:
    """An event for watchfiles, which sets it itself when it is cancelled; ours is not its to set."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._cancelled = False

    def is_set(self) -> bool:
        return self._cancelled or self._stop.is_set()

    def set(self) -> None:
        self._cancelled = True


def _relevant(
    batch: set[tuple[watchfiles.Change, str]], root: str, chosen: Callable[[str, str], bool]
) -> set[str] | None:
    """Return the paths of articles in `batch`; empty when everything is to be looked at: a folder came, say."""
    found = set()
    for change, told in batch:
        above, name = os.path.split(told)
        place = f"{os.path.realpath(above)}{os.sep}{name}"
        if not place.startswith(f"{root}{os.sep}"):
            continue  # beyond a link that leads out of the folder, where no listing goes either
        path = os.path.relpath(place, root).replace(os.sep, "/")
        *folders, name = path.split("/")
        if any(map(globs.skipped, (*folders, name))):
            continue
        if change is watchfiles.Change.added and Path(place).is_dir():
            return set()
        if chosen("".join(f"{one}/" for one in folders), name):
            if shown(path) != path:
                return set()  # only a listing knows it by the name it is told under
            found.add(path)
    return found or None


def _standing(folder: Path) -> tuple[str, tuple[int, int] | None]:
    """Return where a folder really is, and what tells it from another in its place: None when there is none."""
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
