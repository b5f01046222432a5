"""What Telegram finds in a text by itself: tags, commands, names, addresses. Simple; not TDLib's own finding."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.sandbox.records import Json

#: The domains taken for addresses when nothing says http; the many others need it.
_ENDINGS: Final = (
    "com|org|net|edu|gov|int|info|io|ai|app|dev|co|me|tv|uk|us|eu|de|fr|it|es|nl|be|ch|at|se|no|fi|dk|pl|cz|sk|ru|ua|by|kz|ro|bg|"
    "gr|tr|il|ir|in|cn|jp|kr|br|mx|ar|ca|au|nz|za|md|rs|hr|hu|ee|lv|lt|ge|am|az|sh|py|zip|mov|news|blog|xyz|site|online|club|рф"
)
_HOST: Final = r"(?:[\w](?:[\w-]{0,62}[\w])?\.)+"
_PATTERNS: Final = {
    "email": re.compile(r"(?<![\w@.+-])[\w.+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(?![\w-])"),
    "url": re.compile(
        rf"(?<![\w@./-])(?:https?://(?:[^\s/?#@]*@)?(?:{_HOST}[^\W\d_]{{2,}}|xn--[\w-]+|(?:\d{{1,3}}\.){{3}}\d{{1,3}})"
        rf"|{_HOST}(?:{_ENDINGS}))(?::\d{{1,5}})?(?![\w@-])(?:[/?#][^\s<>\"«»“”]*)?",
        re.I,
    ),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32}+)?(?![\w/<>])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{4,32}(?!\w)"),
    "hashtag": re.compile(r"(?<!\w)#(?=[\d_]*[^\W\d_])[\w\u200c]{1,256}+(?!#)(?:@[A-Za-z0-9_]{3,32})?"),
    "cashtag": re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?![\w$])"),
}
#: A text without any of these holds nothing to find.
_HINT: Final = re.compile(r"[#/@$.]")
_TRAILING: Final = ".,:;!?'\"…"


def find(text: str) -> list[Json]:
    """Entities in `text` in order, none overlapping; offsets in UTF-16 units."""
    if not _HINT.search(text):
        return []
    spans = [
        (match.start(), _stop(kind, match), kind) for kind, rule in _PATTERNS.items() for match in rule.finditer(text)
    ]
    offsets = None if text.isascii() else list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
    found: list[Json] = []
    past = 0
    for start, stop, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= past and stop > start:
            past = stop
            first, last = (offsets[start], offsets[stop]) if offsets else (start, stop)
            found.append({"type": kind, "offset": first, "length": last - first})
    return found


def _stop(kind: str, match: re.Match[str]) -> int:
    """Where a find ends: an address gives back the punctuation and the unopened brackets after it."""
    if kind != "url":
        return match.end()
    url = match[0]
    while url and (url[-1] in _TRAILING or (url[-1] in ")]}" and _unopened(url))):
        url = url[:-1]
    return match.start() + len(url)


def _unopened(url: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}[url[-1]]
    return url.count(url[-1]) > url.count(opening)
