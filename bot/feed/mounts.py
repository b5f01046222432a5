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
#: How mountinfo writes some characters of a path.
_OCTALS = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


def reports_everything(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Return True if only this kernel writes to `folder` and to what is mounted below it."""
    try:
        text = os.fsdecode(mounts.read_bytes())
    except OSError:  # another system than Linux
        return False
    place = os.path.realpath(folder)
    kinds = _kinds(text, place)
    return bool(kinds) and LOCAL.issuperset(kinds)


def _kinds(text: str, folder: str) -> list[str]:
    """Return the kind of the file system that holds `folder`, and those of the mounts below it."""
    holder = ""
    kinds: list[str] = []
    below = []
    for point, kind in _mounts(text):
        if _is_within(folder, point):
            # The last of several at one place covers the others.
            if len(point) >= len(holder):
                holder = point
                kinds = [kind]
        elif _is_within(point, folder):
            below.append(kind)
    if not kinds:
        return []
    return kinds + below


def _mounts(text: str) -> Iterator[tuple[str, str]]:
    """Yield mount points and kinds of file systems; see proc_pid_mountinfo(5).

    Spaces are written there as octal numbers.
    """
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        has_point = len(fields) > 4
        if not dash or not has_point:
            continue
        point = fields[4]
        for octal, character in _OCTALS.items():
            point = point.replace(octal, character)
        kind, _, _ = after.partition(" ")
        yield point, kind


def _is_within(path: str, folder: str) -> bool:
    if path == folder:
        return True
    below = folder.rstrip("/") + "/"
    return path.startswith(below)
