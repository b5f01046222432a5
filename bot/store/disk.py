"""Whether the disk under the database lasts, by its file system or the host. Knows no table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.store import links

#: Where Linux tells what is mounted.
MOUNTS = Path("/proc/mounts")
#: File systems that end with the machine or the container.
_FLEETING = {
    "tmpfs": "lies in the machine's memory",
    "ramfs": "lies in the machine's memory",
    "overlay": "is inside a container, whose files do not outlive it",
    "aufs": "is inside a container, whose files do not outlive it",
}
#: A variable that a host sets → the host's name, and whether it has volumes, which show as mounts
#: of their own.
_HOSTS = {
    "DYNO": ("Heroku", False),
    "K_SERVICE": ("Cloud Run", False),
    "VCAP_APPLICATION": ("Cloud Foundry", False),
    "RENDER": ("Render", True),
    "RAILWAY_ENVIRONMENT": ("Railway", True),
    "RAILWAY_PROJECT_ID": ("Railway", True),
    "FLY_APP_NAME": ("Fly.io", True),
    "KOYEB_APP_NAME": ("Koyeb", True),
}
_OCTAL = re.compile(r"\\([0-7]{3})")


def temporary(
    database: Path, environ: Mapping[str, str], mounts: str | None = None
) -> str | None:
    """Return why a database at this path gets lost, as words that follow "it"; None: it lasts.

    environ: the process's variables. mounts: what /proc/mounts says, read where it is None; where
    the system has no such file, only the host can tell.
    """
    place = links.real(database.absolute())
    point, kind = _mount(place, _read() if mounts is None else mounts)
    if kind in _FLEETING:
        return _FLEETING[kind]
    is_mounted = point not in ("", "/")
    for variable, (host, has_volumes) in _HOSTS.items():
        is_volume = has_volumes and is_mounted
        if environ.get(variable) and not is_volume:
            return f"is on {host}, which empties its disk at every restart"
    return None


def _mount(place: Path, mounts: str) -> tuple[str, str]:
    """Return mount point and type of the file system of `place`; empty if they are unknown."""
    nearest, type_there = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _OCTAL.sub(_character, fields[1])
        is_above = bool(point) and place.is_relative_to(point)
        if is_above and len(point) >= len(nearest):  # the last of equals lies on top
            nearest, type_there = point, fields[2]
    return nearest, type_there


def _character(octal: re.Match[str]) -> str:
    return chr(int(octal[1], 8))


def _read() -> str:
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
