"""Names of chats and files, and reasons, as replies and notices show them. Knows no template."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup

from bot.domain import plain_text
from bot.rendering import layout, markup

#: A chat's name in the database: title with the @name behind it, or one of the two.
_CHAT = re.compile(r"(.*?)(\(?@[A-Za-z][A-Za-z0-9_]{3,31}\)?)", re.DOTALL)
#: A file's name in a sentence. Not marked as code, `a.md` would be an address in Moldova.
_FILE = re.compile(r"[^\s()“”\"'`]+\.(?:md|markdown|txt)\b")
#: Names in one sentence; of more, only their number is shown.
NAMED = 4


def enumerated(names: Iterable[str]) -> Markup:
    """Return names, escaped before, as a sentence lists them, each once: “A, B and 3 more”."""
    distinct = dict.fromkeys(filter(None, names))
    return markup.enumerated(list(distinct), NAMED)


def chats(names: Iterable[str]) -> Markup:
    """Return the names of chats as a sentence lists them."""
    return enumerated(map(chat, names))


def chat(name: str) -> Markup:
    """Return a chat's name. Its @name is a link; words in its title are not."""
    name = short(name)
    parts = _CHAT.fullmatch(name)
    if parts is None:
        return markup.shown(name)
    title, username = parts.groups()
    return markup.shown(title) + markup.trusted(username)


def reason(words: str, units: int = layout.REASON_UNITS) -> Markup:
    """Return a reason. Names of files in it are shown as code, so that they are no addresses."""
    words = plain_text.shorten(short(words), units)
    shown = Markup("")
    end = 0
    for file in _FILE.finditer(words):
        before = words[end : file.start()]
        end = file.end()
        shown += markup.shown(before)
        shown += markup.code(file[0])
    rest = words[end:]
    return shown + markup.shown(rest)


def short(words: str) -> str:
    """Return a path or a reason on one line, at most as long as a reason may be."""
    repaired = plain_text.repair(words)
    return plain_text.shorten(repaired, layout.REASON_UNITS)
