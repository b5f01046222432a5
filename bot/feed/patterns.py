"""Which files are articles: the setting's patterns, compiled. Touches no disk."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence

#: What editors and downloads leave beside a file while they write it.
_UNFINISHED = ("~", ".swp", ".swx", ".tmp", ".temp", ".part", ".partial", ".crdownload")
_HIDDEN = (".", "~$")
_ANY_FOLDER = "**/*"
#: What has a meaning in a pattern: `*`, `?` and a set of characters.
_WILDCARD = re.compile(r"(\*|\?|\[!?\]?[^]/]*\])")
#: Any number of folders, and a name of any length.
_FOLDERS, _NAME = r"(?:[^/]+/)*", r".+"

#: Returns True for a file, by its folder's path (`''` or `'a/b/'`) and its name.
Test = Callable[[str, str], bool]


def compiled(patterns: Sequence[str]) -> Test:
    """Return a test of whether a file is chosen.

    Patterns are globs over the path below the feed's folder, without regard to case: `*` stays
    inside one folder, `**` crosses folders. What is `skipped` is not chosen.
    """
    endings: list[str] = []
    expressions: list[str] = []
    for pattern in patterns:
        if _is_ending(pattern):
            endings.append(pattern.removeprefix(_ANY_FOLDER).lower())
        else:
            expressions.append(_expression(pattern))
    if expressions or any(map(_may_be_unfinished, endings)):
        return _any_test(tuple(endings), expressions)
    return _ending_test(tuple(endings))


def skipped(name: str) -> bool:
    """Return True if a file or folder is hidden, or a temporary file of an editor or a download."""
    return name.startswith(_HIDDEN) or name.endswith(_UNFINISHED)


def _ending_test(endings: tuple[str, ...]) -> Test:
    """Return the test for the default patterns, which a scan calls for every file."""

    def is_chosen(folder: str, name: str) -> bool:
        if name.startswith(_HIDDEN):
            return False
        return name.lower().endswith(endings)

    return is_chosen


def _any_test(endings: tuple[str, ...], expressions: Sequence[str]) -> Test:
    """Return the test for patterns of any form."""
    alternatives = "|".join(expressions)
    expression = re.compile(alternatives, re.IGNORECASE | re.DOTALL)

    def is_chosen(folder: str, name: str) -> bool:
        if skipped(name):
            return False
        if name.lower().endswith(endings):
            return True
        path = folder + name
        return bool(expressions) and expression.fullmatch(path) is not None

    return is_chosen


def _may_be_unfinished(ending: str) -> bool:
    """Return True if a name may have this ending and that of an unfinished file."""
    for unfinished in _UNFINISHED:
        if unfinished.endswith(ending) or ending.endswith(unfinished):
            return True
    return False


def _is_ending(pattern: str) -> bool:
    """Return True if `pattern` is `**/*` and literal characters, which need no expression."""
    if not pattern.startswith(_ANY_FOLDER):
        return False
    ending = pattern.removeprefix(_ANY_FOLDER)
    return not set(ending).intersection("*?[/")


def _expression(pattern: str) -> str:
    """Return the regular expression of a pattern."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if not parts:
        return ""
    *folders, name = parts
    expression = ""
    for folder in folders:
        if folder == "**":
            expression += _FOLDERS
        else:
            expression += _part(folder) + "/"
    if name == "**":
        return expression + _NAME
    return expression + _part(name)


def _part(part: str) -> str:
    """Return the expression of a folder's or file's name in a pattern."""
    pieces = _WILDCARD.split(part)
    return "".join(map(_piece, pieces))


def _piece(piece: str) -> str:
    """Return the expression of a wildcard, or of the text between two."""
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    is_bracketed = piece.startswith("[") and piece.endswith("]")
    if not is_bracketed or len(piece) <= 2:
        return re.escape(piece)
    expression = fnmatch.translate(piece)
    inner = expression[len("(?s:") : -len(r")\Z")]
    return f"(?!/){inner}"
