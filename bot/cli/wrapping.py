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


def wrapped(text: str, width: int, first: int = 0, rest: int = 2) -> list[str]:
    """Return `text`, which has no line ends, as indented lines of at most `width` columns.

    first, rest: indent of the first line and of the others; less where the terminal is too narrow.
    """
    first, rest = (max(0, min(indent, width - _LEAST)) for indent in (first, rest))
    lines: list[str] = []
    indent, text = first, text.strip(" ")
    while cell_len(text) > width - indent:
        end = _end(text, width - indent, max(1, width - rest))
        lines.append(" " * indent + text[:end].rstrip(" "))
        indent, text = rest, text[end:].lstrip(" ")
    return [*lines, " " * indent + text]


def _end(text: str, room: int, line: int) -> int:
    """Return where to break `text`, of which `room` columns fit. line: columns of a whole line."""
    fits = _fitting(text, room)
    last_gap = next((at for at in range(fits, 0, -1) if _is_gap(text, at)), 0)
    next_gap = next(
        (at for at in range(fits + 1, len(text)) if _is_gap(text, at)), len(text)
    )
    next_word = text[last_gap:next_gap].strip(" ")
    if last_gap and cell_len(next_word) <= line:
        return last_gap
    return _last_joint(text, fits, last_gap) or last_gap or fits


def _last_joint(text: str, fits: int, after: int) -> int:
    """Return the last place up to `fits` where a long word may be broken; 0: there is none."""
    for at in range(fits, after, -1):
        if text[at - 1] in _JOINTS and text[at] != " ":
            return at
    return 0


def _fitting(text: str, room: int) -> int:
    """Return how many characters fit, at least one. Combining marks stay with their letter."""
    columns = 0
    for at, one in enumerate(text):
        columns += cell_len(one)
        if columns > room:
            while at > 1 and not _can_part(text, at):
                at -= 1
            return max(1, at)
    return len(text)


def _is_gap(text: str, at: int) -> bool:
    """Return True if a word ends before `at`."""
    before, behind = text[at - 1], text[at]
    if behind == " " or before == " ":
        return behind == " "
    if not (_is_ideograph(before) or _is_ideograph(behind)) or not _can_part(text, at):
        return False
    closes = unicodedata.category(behind) in ("Pe", "Po", "Pf")
    opens = unicodedata.category(before) in ("Ps", "Pi")
    return not closes and not opens


def _can_part(text: str, at: int) -> bool:
    """Return False before a mark or a joiner, and behind a joiner."""
    return cell_len(text[at]) > 0 and text[at - 1] != "\u200d"


def _is_ideograph(one: str) -> bool:
    return unicodedata.category(one) == "Lo" and unicodedata.name(one, "").startswith(
        _IDEOGRAPHS
    )
