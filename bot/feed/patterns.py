"""Which files are articles: the setting's patterns, compiled. Touches no disk."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence

#: What editors and downloads leave beside a file while they write it.
_UNFINISHED = ("~", ".swp", ".swx", ".tmp", ".temp", ".part", ".partial", ".crdownload")
_HIDDEN = (".", "~$")
_ANY_FOLDER = "**/*"
_GLOB = re.compile(r"(\*|\?|\[!?\]?[^]/]*\])")


def compiled(patterns: Sequence[str]) -> Callable[[str, str], bool]:
    """Return a test of (folder, name): the folder's path as `''` or `'a/b/'`, and a file's name in it.

    Patterns are globs over the path below the feed's folder, without regard to case: `*` stays inside one folder, `**`
    crosses folders. What is `skipped` is not chosen.
    """
    endings = tuple(pattern[len(_ANY_FOLDER) :].lower() for pattern in patterns if _is_ending(pattern))
    others = [_expression(pattern) for pattern in patterns if not _is_ending(pattern)]
    if not others and not any(map(_may_be_unfinished, endings)):  # as by default: a scan asks this for every file
        return lambda folder, name: name.lower().endswith(endings) and not name.startswith(_HIDDEN)
    expression = re.compile("|".join(others or ["(?!)"]), re.IGNORECASE | re.DOTALL)
    return lambda folder, name: (
        not skipped(name) and (name.lower().endswith(endings) or expression.fullmatch(folder + name) is not None)
    )


def skipped(name: str) -> bool:
    """Say whether a file or folder is hidden, or the temporary file of an editor or a download."""
    return name.startswith(_HIDDEN) or name.endswith(_UNFINISHED)


def _may_be_unfinished(ending: str) -> bool:
    """Say whether a name may have this ending and that of an unfinished file."""
    return any(one.endswith(ending) or ending.endswith(one) for one in _UNFINISHED)


def _is_ending(pattern: str) -> bool:
    """Say whether `pattern` is `**/*` and literal characters, which needs no expression."""
    rest = pattern[len(_ANY_FOLDER) :]
    return pattern.startswith(_ANY_FOLDER) and not any(character in rest for character in "*?[/")


def _expression(pattern: str) -> str:
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    folders = "".join(r"(?:[^/]+/)*" if part == "**" else _part(part) + "/" for part in parts[:-1])
    return folders + (r".+" if parts[-1:] == ["**"] else "".join(map(_part, parts[-1:])))


def _part(part: str) -> str:
    return "".join(map(_piece, _GLOB.split(part)))


def _piece(piece: str) -> str:
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 2 and piece.startswith("[") and piece.endswith("]"):
        return "(?!/)" + fnmatch.translate(piece)[len("(?s:") : -len(r")\Z")]
    return re.escape(piece)
