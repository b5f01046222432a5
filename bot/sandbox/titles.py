"""The title line of an article file, read and changed as text.

Parses no YAML: it knows the spellings of a title (plain, quoted, folded over lines) well enough to
show it and to add a word to it without changing the rest of the file.
"""

from __future__ import annotations

import json
import re
from typing import Final

_OPENING: Final = re.compile(r"\ufeff?---[ \t]*\r?\n")
_CLOSING: Final = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
# A key at the margin and everything below it that is indented or blank belong together.
_TITLE: Final = re.compile(
    r"^title:[^\n]*"
    r"(?:\n[ \t]+[^\s][^\n]*"  # an indented line
    r"|\n[ \t\r]*(?=\n[ \t]))*",  # a blank line before one
    re.MULTILINE,
)
_REMOVED: Final = re.compile(r"^removed:[^\r\n]*", re.MULTILINE)
_TRUE: Final = re.compile(
    r"^removed:[ \t]*[\"']?(?:true|yes|on|1)[\"']?[ \t]*(?:#|\r?$)",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTED: Final = re.compile(
    r"(?P<words>.*)(?P<end>[\"'][ \t]*(?:#[^\n]*)?\r?)\Z", re.DOTALL
)
_PLAIN: Final = re.compile(
    r"(?P<words>.*?)(?P<end>(?:[ \t]+#[^\n]*)?[ \t]*\r?)\Z", re.DOTALL
)
_LITERAL: Final = re.compile(r"(?P<words>.*?)(?P<end>[ \t]*\r?)\Z", re.DOTALL)
_MARK: Final = re.compile(r" \(updated(?: (?P<times>\d+))?\)\Z")
_BLOCK: Final = ("|", ">")


class NoTitle(ValueError):
    """The text has no front matter, or none with a title at its margin."""


def title_of(text: str) -> str | None:
    """Return the title as a reader would see it, on one line; None if there is none."""
    try:
        start, end = _title_span(text)
    except NoTitle:
        return None
    value = text[start:end].partition(":")[2].strip()
    if value.startswith(_BLOCK):
        return " ".join(value.split()[1:]) or None
    pattern = _QUOTED if value[:1] in {'"', "'"} else _PLAIN
    match = pattern.match(value)
    return _scalar_text(match["words"] if match else value) or None


def with_title_updated(text: str) -> str:
    """Return the file with " (updated)", then " (updated 2)" and so on, after its title.

    Raises NoTitle.
    """
    start, end = _title_span(text)
    words, rest = _split(text[start:end])
    mark = _MARK.search(words)
    times = int(mark["times"] or 1) + 1 if mark else 1
    kept = words[: mark.start()] if mark else words
    added = " (updated)" if times == 1 else f" (updated {times})"
    return f"{text[:start]}{kept}{added}{rest}{text[end:]}"


def with_removed(text: str) -> str:
    """Return the file with `removed: true` in its front matter. Raises NoTitle."""
    start, end = _matter(text)
    matter = text[start:end]
    if _REMOVED.search(matter):
        changed = _REMOVED.sub("removed: true", matter, count=1)
    else:
        newline = "\r\n" if "\r\n" in matter else "\n"
        changed = f"{matter}removed: true{newline}"
    return text[:start] + changed + text[end:]


def is_removed(text: str) -> bool:
    """Return True if its front matter has `removed: true` at the margin."""
    try:
        start, end = _matter(text)
    except NoTitle:
        return False
    return _TRUE.search(text[start:end]) is not None


def _matter(text: str) -> tuple[int, int]:
    """Return start and end of the front matter, without its fences. Raises NoTitle."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        raise NoTitle("This file has no front matter to change.")
    return opening.end(), closing.start()


def _title_span(text: str) -> tuple[int, int]:
    start, end = _matter(text)
    match = _TITLE.search(text[start:end])
    if match is None or not match.group().partition(":")[2].strip():
        raise NoTitle("This file has no title to change.")
    return start + match.start(), start + match.end()


def _split(entry: str) -> tuple[str, str]:
    """Split a title's entry behind its last word: a quote, a comment or the line end follows."""
    value = entry.partition(":")[2].lstrip()
    if value[:1] in {'"', "'"}:
        pattern = _QUOTED
    elif value.startswith(_BLOCK):
        pattern = _LITERAL
    else:
        pattern = _PLAIN
    match = pattern.match(entry)
    if match is None:
        raise NoTitle("This file's title isn't closed, so it can't be changed.")
    return match["words"], match["end"]


def _scalar_text(words: str) -> str:
    """Return the text of a YAML scalar from its source, given without the closing quote."""
    if words.startswith("'"):
        return " ".join(words[1:].replace("''", "'").split())
    if words.startswith('"'):
        source = " ".join(words[1:].split())
        try:
            return str(json.loads(f'"{source}"'))
        except ValueError:
            return source
    return " ".join(words.split())
