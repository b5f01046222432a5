"""Telegram's HTML, measured the way Telegram's parser counts it. Cuts no HTML.

Telegram counts a message after parsing: UTF-16 units of the text that is left, and entities after
overlapping ones were split. What it finds by itself (#tags, addresses, @names, /commands) counts
too, so `measure` gives upper bounds. Tags and character references: Bot API, "HTML style".
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.domain import plain_text
from bot.rendering import fitting, inert, labels

#: Limits of a message: UTF-16 units of a text, of a caption; entities; bytes of HTML.
TEXT_UNITS = 4096
CAPTION_UNITS = 1024
ENTITIES = 100
RAW_BYTES = 32_768

_STYLES = frozenset(
    ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "span")
)
_TAGS = _STYLES | {"a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}
_TOKEN = re.compile(
    r'<(/?)([A-Za-z][\w-]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>|([^<]+)|<'
)
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
# Each entity that Telegram finds by itself holds one of these: tag, cashtag, name, command,
# address, media time; or it is a card number (digits in groups) or a TON address (48 letters).
# A sign before U+2060 begins nothing (`inert`).
_FOUND = re.compile(r"[#$@/](?!\u2060)\S|[^\s.]\.[^\s.]|://|\d:\d\d")
_DIGITS = re.compile(r"\d[\d -]{11,}\d")
_CARD_DIGITS = 13
_LETTERS = re.compile(r"[\w-]{48}")
_OPAQUE = frozenset(("a", "code", "pre"))
_LAST_CHARACTER = 0x10FFFF


class MarkupError(ValueError):
    """HTML that Telegram would refuse. `tag`: the wrong tag, or empty."""

    def __init__(self, reason: str, tag: str = "") -> None:
        self.tag = tag
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Marked:
    """HTML and what Telegram makes of it."""

    html: str
    #: What people read: without tags, references decoded.
    text: str
    #: UTF-16 units of `text`.
    units: int
    #: Upper bound of the entities that Telegram counts.
    entities: int

    def fits(self, units: int = TEXT_UNITS) -> bool:
        """Return True if it fits a message of `units` UTF-16 units."""
        if self.units > units or self.entities > ENTITIES:
            return False
        return len(self.html.encode()) <= RAW_BYTES


def escape(value: object) -> str:
    """Return a value as text in HTML: `& < > "` escaped, the apostrophe left as it is."""
    escaped = html.escape(str(value), quote=False)
    return escaped.replace('"', "&quot;")


def shown(words: object) -> Markup:
    """Return other people's words, escaped, with no command, mention or tag in them."""
    return trusted(inert.inert(str(words)))


def bold(words: str) -> Markup:
    """Return other people's words in bold."""
    return Markup(f"<b>{shown(words)}</b>")  # noqa: S704 - escaped just here


def code(words: str) -> Markup:
    """Return other people's words as code, in which Telegram finds no entities."""
    return Markup(f"<code>{escape(words)}</code>")  # noqa: S704 - escaped just here


def trusted(words: str) -> Markup:
    """Return the bot's own words, escaped. Commands in them can be tapped."""
    return Markup(escape(words))  # noqa: S704 - escaped just here


def enumerated(names: Sequence[str], most: int) -> Markup:
    """Return names, escaped before, as a sentence lists them: “A, B and 3 more”.

    most: how many names; the others are counted.
    """
    listed = list(names[:most])
    others = len(names) - len(listed)
    if others:
        listed.append(trusted(labels.MORE.format(others)))
    if len(listed) < 2:
        return Markup("").join(listed)
    last = listed.pop()
    beginning = trusted(labels.COMMA).join(listed)
    return beginning + trusted(labels.AND) + last


def measure(source: str) -> Marked:
    """Return `source` measured. Raises MarkupError for what Telegram would refuse to parse."""
    texts: list[str] = []
    entities = 0
    for text, tags in _segments(source):
        texts.append(text)
        entities += len(tags)
        if _OPAQUE.isdisjoint(tags):
            styles = len(_STYLES.intersection(tags))
            parts = 1 + 2 * styles  # each splits the styles around it
            entities += parts * _found(text)
    whole = "".join(texts)
    units = plain_text.units(whole)
    return Marked(source, whole, units, entities)


def _found(text: str) -> int:
    """Return an upper bound of the entities that Telegram finds in `text` by itself."""
    found = len(_FOUND.findall(text)) + len(_LETTERS.findall(text))
    for digits in _DIGITS.findall(text):
        found += len(digits) // _CARD_DIGITS
    return found


def _segments(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each run of text with the tags it stands in, outermost first."""
    inside: list[str] = []
    for token in _TOKEN.finditer(source):
        closing, tag, attributes, text = token.groups()
        if text is not None:
            yield _decoded(text), tuple(inside)
        elif tag is None:
            raise MarkupError("a < that opens no tag is written &lt;")
        elif closing:
            _close(inside, tag.lower())
        else:
            inside.append(_opened(tag.lower(), attributes))
    if inside:
        raise MarkupError(f"<{inside[-1]}> is never closed", inside[-1])


def _opened(tag: str, attributes: str) -> str:
    if tag not in _TAGS:
        raise MarkupError(f"<{tag}> is not a tag that Telegram knows", tag)
    if tag == "span" and 'class="tg-spoiler"' not in attributes:
        raise MarkupError('<span> needs class="tg-spoiler"', tag)
    if tag == "a" and "href=" not in attributes:
        raise MarkupError("<a> needs a href", tag)
    return tag


def _close(inside: list[str], tag: str) -> None:
    if not inside:
        raise MarkupError(f"</{tag}> closes nothing", tag)
    if inside[-1] != tag:
        raise MarkupError(
            f"</{tag}> stands where <{inside[-1]}> must be closed first", tag
        )
    inside.pop()


def _decoded(text: str) -> str:
    if "&" not in text:
        return text
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    if 0xD800 <= number < 0xE000:
        raise MarkupError(f"{found[0]} is half a character")
    if number == 0 or number > _LAST_CHARACTER:
        return found[0]
    return chr(number)


def plain(text: str) -> Marked:
    """Return words without markup, measured and escaped."""
    return measure(escape(text))


def plain_within(text: str, units: int = TEXT_UNITS) -> Marked:
    """Return words without markup, cut to fit a message of `units`, measured and escaped."""

    def shortened(room: int) -> Marked:
        return plain(plain_text.shorten(text, room))

    def fits(room: int) -> bool:
        return shortened(room).fits(units)

    return shortened(fitting.largest(fits, units))
