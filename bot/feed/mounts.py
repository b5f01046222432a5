"""Whether the system reports every change below a folder, by the kind of its file systems.

Watches nothing. inotify reports changes made through this machine's kernel. It does not report what
another machine writes to a network folder, a host to a folder that it shares with a virtual
machine, or somebody to a lower layer of an overlay.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

#: File systems that only this kernel writes to. A folder on another is scanned in each interval.
LOCAL = frozenset(
    (
        "bcachefs",
        "btrfs",
        "ext2",
        "ext3",
        "ext4",
        "f2fs",
        "jfs",
        "ramfs",
        "reiserfs",
        "tmpfs",
        "xfs",
        "zfs",
    )
)
MOUNTS = Path("/proc/self/mountinfo")


def reports_everything(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Return True if only this kernel writes to `folder` and to what is mounted below it."""
    try:
        text = os.fsdecode(mounts.read_bytes())
    except OSError:  # another system than Linux
        return False
    kinds = _kinds(text, os.path.realpath(folder))
    return bool(kinds) and all(kind in LOCAL for kind in kinds)


def _kinds(text: str, folder: str) -> list[str]:
    """Return the kind of the file system that holds `folder`, and those of the mounts below it."""
    holding, kind_of_it, below = "", "", []
    for point, kind in _mounts(text):
        if _is_within(folder, point) and len(point) >= len(holding):
            holding, kind_of_it = (
                point,
                kind,
            )  # the last of several at one place covers the others
        elif _is_within(point, folder):
            below.append(kind)
    return [kind_of_it, *below] if holding else []


def _mounts(text: str) -> Iterator[tuple[str, str]]:
    """Yield mount points and kinds of file systems; see proc_pid_mountinfo(5).

    Spaces are written there as octal numbers.
    """
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if dash and len(fields) > 4:
            point = fields[4]
            for octal, character in (
                ("\\040", " "),
                ("\\011", "\t"),
                ("\\012", "\n"),
                ("\\134", "\\"),
            ):
                point = point.replace(octal, character)
            yield point, after.partition(" ")[0]


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
