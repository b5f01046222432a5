"""Unmarked entities in a text: tags, commands, names, addresses. Simpler than TDLib."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.records import Json

#: Top-level domains that make an address without http; all others need it.
_ENDINGS: Final = (
    "com|org|net|edu|gov|int|info|io|ai|app|dev|co|me|tv|uk|us|eu|de|fr|it|es|nl|be|ch|at|se|no|"
    "fi|dk|pl|cz|sk|ru|ua|by|kz|ro|bg|gr|tr|il|ir|in|cn|jp|kr|br|mx|ar|ca|au|nz|za|md|rs|hr|hu|"
    "ee|lv|lt|ge|am|az|sh|py|zip|mov|news|blog|xyz|site|online|club|рф"
)
_HOST: Final = r"(?:[\w](?:[\w-]{0,62}[\w])?\.)+"
_PATTERNS: Final = {
    "email": re.compile(
        r"(?<![\w@.+-])[\w.+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(?![\w-])"
    ),
    "url": re.compile(
        r"(?<![\w@./-])(?:https?://(?:[^\s/?#@]*@)?"
        rf"(?:{_HOST}[^\W\d_]{{2,}}|xn--[\w-]+|(?:\d{{1,3}}\.){{3}}\d{{1,3}})"
        rf"|{_HOST}(?:{_ENDINGS}))(?::\d{{1,5}})?(?![\w@-])(?:[/?#][^\s<>\"«»“”]*)?",
        re.I,
    ),
    "bot_command": re.compile(
        r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}"  # the command
        r"(?:@[A-Za-z0-9_]{3,32}+)?(?![\w/<>])"  # the bot it is for
    ),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{4,32}(?!\w)"),
    "hashtag": re.compile(
        r"(?<!\w)#(?=[\d_]*[^\W\d_])[\w\u200c]{1,256}+"  # the tag
        r"(?!#)(?:@[A-Za-z0-9_]{3,32})?"  # the chat it is for
    ),
    "cashtag": re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?![\w$])"),
}
#: A text without any of these has no such entity.
_HINT: Final = re.compile(r"[#/@$.]")
_TRAILING: Final = ".,:;!?'\"…"


def find(text: str) -> list[Json]:
    """Return the entities in `text` in order, none overlapping; offsets in UTF-16 units."""
    if not _HINT.search(text):
        return []
    offsets = _utf16_offsets(text)
    entities: list[Json] = []
    past = 0
    for start, stop, kind in _spans(text):
        if start >= past and stop > start:
            past = stop
            first, last = offsets[start], offsets[stop]
            entities.append({"type": kind, "offset": first, "length": last - first})
    return entities


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Return all matches by start, the longest first; they may overlap."""
    spans: list[tuple[int, int, str]] = []
    for kind, pattern in _PATTERNS.items():
        matches = pattern.finditer(text)
        spans.extend((match.start(), _stop(kind, match), kind) for match in matches)
    return sorted(spans, key=lambda span: (span[0], -span[1]))


def _utf16_offsets(text: str) -> Sequence[int]:
    """Return the UTF-16 offset of each character, and of the end."""
    if text.isascii():
        return range(len(text) + 1)
    return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))


def _stop(kind: str, match: re.Match[str]) -> int:
    """Return where a match ends: an address without final punctuation and unopened brackets."""
    if kind != "url":
        return match.end()
    url = match[0]
    while url and (url[-1] in _TRAILING or (url[-1] in ")]}" and _unopened(url))):
        url = url[:-1]
    return match.start() + len(url)


def _unopened(url: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}[url[-1]]
    return url.count(url[-1]) > url.count(opening)
