"""What lies in the feed's folder: paths, and stamps that change with a file.

Opens no file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.errors import PaperboyError
from bot.feed import patterns as globs

#: Path, bytes, nanoseconds since 1970 of the last change, inode: what a scan trusts to know that a
#: file is unchanged.
Stamp = tuple[str, int, int, int]

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F)}


class FolderMissing(PaperboyError):
    """The feed's folder is not there or can't be listed: nothing is known of its files."""

    def __init__(self, folder: Path, error: OSError) -> None:
        reason = _REASONS.get(type(error)) or error.strerror
        super().__init__(f"{folder}: {reason}. Fix this, or set [feed] folder.")


_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "there is no such folder",
    NotADirectoryError: "this is not a folder",
    PermissionError: "this folder can't be read, permission denied",
}


def problem(folder: Path) -> str:
    """Return why there is no folder at a path, or an empty string if there is one.

    It may still be one that can't be listed.
    """
    try:
        found = folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "there is no such folder"
    except OSError as error:  # Path.is_dir would raise it, too
        reason = error.strerror or str(error)
        return f"can't be reached: {reason.lower()}"
    return "" if stat.S_ISDIR(found.st_mode) else "is not a folder"


def listing(folder: Path, patterns: Sequence[str]) -> Iterator[Stamp]:
    """Yield the stamp of every file that `patterns` choose, in no order.

    Paths are relative, with `/`.

    Hidden and temporary files and folders are left out. Links to files are listed, with the stamp
    of what they point to; links to folders are not followed. A link out of `folder` is listed
    itself, so that `document.read` can say why it is no article. A folder that can't be read is
    listed with a `/` at its end: then the listing is not whole, and a file that is not in it may
    still be there. Raises FolderMissing, at the first step.
    """
    root = os.path.realpath(folder)
    chosen = globs.compiled(patterns)
    below = [""]
    while below:
        path = below.pop()
        place = os.path.join(root, path)  # noqa: PTH118 - Path would normalise what the listing must give as it is
        try:
            stamps, folders = _within(place, path, root, chosen)
        except OSError as error:
            if not path:
                raise FolderMissing(folder, error) from error
            if isinstance(error, FileNotFoundError):
                continue  # gone since its parent was read
            yield from _unread(place, path)
            continue
        yield from stamps
        below += folders


def _within(
    place: str, path: str, root: str, chosen: globs.Test
) -> tuple[list[Stamp], list[str]]:
    """Return the files and the paths of the folders in the folder `path`."""
    stamps: list[Stamp] = []
    folders: list[str] = []
    with _entries(place) as entries:
        for entry in entries:
            name = entry.name
            is_chosen = chosen(path, name)
            if not is_chosen and globs.skipped(name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{path}{name}/")
                continue
            try:
                if entry.is_symlink():
                    status = _linked(entry, place + name, root, is_chosen)
                elif is_chosen:
                    status = entry.stat(follow_symlinks=False)
                else:
                    continue
            except OSError:
                continue  # gone since the folder was read
            if status:
                stamps.append(_stamp(path + name, status))
    return stamps, folders


def _unread(place: str, path: str) -> list[Stamp]:
    """Return a folder that can't be read itself, unless it is gone meanwhile."""
    try:
        status = os.lstat(place.rstrip(os.sep))
    except OSError:
        return []
    return [_stamp(path, status)]


@contextmanager
def _entries(place: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """Return the entries of a folder.

    By a handle where the system allows it, so that no `stat` walks the path again.
    """
    if os.scandir not in os.supports_fd:
        with os.scandir(place) as entries:
            yield entries
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    handle = os.open(place, flags)
    try:
        with os.scandir(handle) as entries:
            yield entries
    finally:
        os.close(handle)


def _linked(
    entry: os.DirEntry[str], place: str, root: str, is_chosen: bool
) -> os.stat_result | None:
    """Return the status of a link's target; None where the target is listed anyway."""
    target = os.path.realpath(place)
    below_root = root.rstrip(os.sep) + os.sep
    is_inside = target == root or target.startswith(below_root)
    try:
        if entry.is_dir():
            return None if is_inside else entry.stat(follow_symlinks=False)
        return entry.stat(follow_symlinks=is_inside) if is_chosen else None
    except OSError:  # it leads nowhere, or in a circle
        return entry.stat(follow_symlinks=False) if is_chosen else None


def _stamp(path: str, status: os.stat_result) -> Stamp:
    return shown(path), status.st_size, status.st_mtime_ns, status.st_ino


def shown(path: str) -> str:
    """Return a path as it can be stored and shown.

    One with control characters or broken UTF-8 can't be opened by it.
    """
    if path.isprintable():
        return path
    data = path.encode("utf-8", "surrogateescape")
    text = data.decode("utf-8", "backslashreplace")
    return text.translate(_CONTROLS)
