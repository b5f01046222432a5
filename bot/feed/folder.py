"""What lies in the feed's folder: paths, and stamps that tell a changed file from an unchanged one. Opens no file."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from bot.errors import PaperboyError
from bot.feed import patterns as globs


class FolderMissing(PaperboyError):
    """The feed's folder is not there or can't be listed: nothing can be said about any of its files."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"{folder}: {_REASONS.get(type(error)) or error.strerror}. Mend it, or set [feed] folder.")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a scan trusts to know that a file is unchanged."""

    #: Bytes.
    size: int
    #: Nanoseconds since 1970.
    mtime_ns: int
    inode: int


_Found = tuple[str, Stamp]
_Entries = Iterator[os.DirEntry[str]]
_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "there is no such folder",
    NotADirectoryError: "this is no folder",
    PermissionError: "this folder can't be read, permission denied",
}


def listing(folder: Path, patterns: Sequence[str]) -> Iterator[_Found]:
    """Yield path and stamp of every file that `patterns` choose, in a fixed order; paths are relative, parted by `/`.

    Hidden and temporary files and folders are left out. Links to files are listed, with the stamp of what they point
    to; links to folders are not followed. A link out of `folder` is listed itself, so that `document.read` can say why
    it is no article. A folder that can't be read is listed with a `/` at its end: then the listing is not whole, and a
    file that is not in it may still be there. Raises FolderMissing, at the first step.
    """
    root = os.path.realpath(folder)
    chosen = globs.compiled(patterns)
    try:
        stack = [("", _entries(root))]
    except OSError as error:
        raise FolderMissing(folder, error) from error
    while stack:
        path, entries = stack[-1]
        below = yield from _files(entries, path, root, chosen)
        if below is None:
            stack.pop()
            continue
        try:
            stack.append((f"{path}{below.name}/", _entries(below.path)))
        except FileNotFoundError:
            continue  # gone since its parent was read
        except OSError:
            yield shown(f"{path}{below.name}/"), _stamp(below.stat(follow_symlinks=False))


def _entries(folder: str) -> _Entries:
    """Return what lies in a folder, by name; all of it is read at once, so that no handle stays open."""
    with os.scandir(folder) as found:
        return iter(sorted(found, key=attrgetter("name")))


def _files(
    entries: _Entries, path: str, root: str, chosen: Callable[[str, str], bool]
) -> Generator[_Found, None, os.DirEntry[str] | None]:
    """Yield the files up to the next sub-folder, and return that, or None at the end."""
    for entry in entries:
        name = entry.name
        if globs.skipped(name):
            continue
        if entry.is_dir(follow_symlinks=False):
            return entry
        if not chosen(path, name) and not entry.is_symlink():
            continue
        try:
            status = entry.stat() if not entry.is_symlink() else _linked(entry, root, chosen(path, name))
        except OSError:
            continue  # gone since the folder was read
        if status:
            yield shown(path + name), _stamp(status)
    return None


def _linked(entry: os.DirEntry[str], root: str, is_chosen: bool) -> os.stat_result | None:
    """Return the status to go by for a link, or None when it is to be left out: it leads to what is listed anyway."""
    target = os.path.realpath(entry.path)
    inside = target == root or target.startswith(root.rstrip(os.sep) + os.sep)
    try:
        if entry.is_dir():
            return None if inside else entry.stat(follow_symlinks=False)
        return entry.stat(follow_symlinks=inside) if is_chosen else None
    except OSError:
        return entry.stat(follow_symlinks=False) if is_chosen else None  # it leads nowhere, or in a circle


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


def shown(path: str) -> str:
    """Return a path as it can be stored and shown; one with control characters or broken UTF-8 no longer opens."""
    if path.isprintable():
        return path
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(one if one > "\x1f" and one != "\x7f" else f"\\x{ord(one):02x}" for one in text)
