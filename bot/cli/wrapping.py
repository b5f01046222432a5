"""Breaks a line between words, never within a word that fits on a line. Pure; prints nothing."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

#: Columns left for words beside an indent, however narrow the terminal is.
_LEAST = 12
#: A word longer than a line, such as a path or an address, may be broken behind these.
_JOINTS = frozenset("/\\?&=-_.,")
#: Letters of scripts that put no spaces between words: a line may end behind any of them.
_IDEOGRAPHS = ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO")
#: Unicode categories: a line does not begin with a closing mark, nor end with an opening one.
_CLOSING = ("Pe", "Po", "Pf")
_OPENING = ("Ps", "Pi")
#: Makes one picture of two emoji.
_JOINER = "\u200d"


def wrapped(text: str, width: int, first: int = 0, rest: int = 2) -> list[str]:
    """Return `text`, which has no line ends, as indented lines of at most `width` columns.

    first, rest: indent of the first line and of the others; less where the terminal is too narrow.
    """
    most = max(0, width - _LEAST)
    indent = min(first, most)
    rest = min(rest, most)
    whole = max(1, width - rest)
    lines: list[str] = []
    text = text.strip(" ")
    while cell_len(text) > width - indent:
        end = _end(text, width - indent, whole)
        line = text[:end].rstrip(" ")
        lines.append(" " * indent + line)
        text = text[end:].lstrip(" ")
        indent = rest
    lines.append(" " * indent + text)
    return lines


def _end(text: str, room: int, line: int) -> int:
    """Return where to break `text`, of which `room` columns fit. line: columns of a whole line."""
    fits = _fitting(text, room)
    gap = _last_gap(text, fits)
    next_gap = _next_gap(text, fits + 1)
    word = text[gap:next_gap].strip(" ")
    if gap and cell_len(word) <= line:
        return gap
    return _last_joint(text, fits, gap) or gap or fits


def _last_gap(text: str, at: int) -> int:
    """Return the last gap between words up to `at`; 0: there is none."""
    while at > 0 and not _is_gap(text, at):
        at -= 1
    return at


def _next_gap(text: str, at: int) -> int:
    """Return the first gap between words from `at` on, or the end."""
    while at < len(text) and not _is_gap(text, at):
        at += 1
    return at


def _last_joint(text: str, at: int, after: int) -> int:
    """Return the last place up to `at` where a long word may be broken; 0: there is none."""
    while at > after:
        if text[at - 1] in _JOINTS and text[at] != " ":
            return at
        at -= 1
    return 0


def _fitting(text: str, room: int) -> int:
    """Return how many characters fit, at least one. Combining marks stay with their letter."""
    columns = 0
    for at, one in enumerate(text):
        columns += cell_len(one)
        if columns > room:
            return _last_whole(text, at)
    return len(text)


def _last_whole(text: str, at: int) -> int:
    """Return the last place from 1 up to `at` that parts no letter from its marks."""
    while at > 1 and not _can_part(text, at):
        at -= 1
    return max(1, at)


def _is_gap(text: str, at: int) -> bool:
    """Return True if a word ends before `at`."""
    before, behind = text[at - 1], text[at]
    if behind == " ":
        return True
    if before == " " or not _can_part(text, at):
        return False
    if unicodedata.category(behind) in _CLOSING:
        return False
    if unicodedata.category(before) in _OPENING:
        return False
    return _is_ideograph(before) or _is_ideograph(behind)


def _can_part(text: str, at: int) -> bool:
    """Return False before a mark or a joiner, and behind a joiner."""
    columns = cell_len(text[at])
    return columns > 0 and text[at - 1] != _JOINER


def _is_ideograph(one: str) -> bool:
    if unicodedata.category(one) != "Lo":
        return False
    name = unicodedata.name(one, "")
    return name.startswith(_IDEOGRAPHS)
