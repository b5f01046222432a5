"""Telegram's HTML mode read without TDLib: a strict subset, with TDLib's error texts.

Knows every tag but `tg-time`. Reads no Markdown and arranges no entities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.sandbox import links
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.records import Json
    from bot.sandbox.refusals import Refusal

_STYLES: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAGS: Final = frozenset({*_STYLES, "a", "code", "pre", "blockquote", "tg-emoji"})
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE: Final = re.compile(
    r"&(?:#x(?P<hex>[0-9a-fA-F]{1,7})"  # &#x1F600;
    r"|#(?P<dec>[0-9]{1,8})"  # &#65;
    r"|(?P<name>[A-Za-z]+));?"  # &amp;
)
_NAME: Final = re.compile(r"[^\s>]*")
_ATTRIBUTE: Final = re.compile(r"[^\s=>]+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9.\-]*")
_MENTION: Final = re.compile(r"tg://user/?\?id=(\d+)", re.I)
_SPACE: Final = re.compile(r"\s*")


@dataclass(slots=True)
class _Tag:
    name: str
    #: Where its text begins: in UTF-16 units, and as an index of `_Reader.pieces`.
    offset: int
    piece: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse(html: str) -> tuple[str, list[Json]]:
    """Return the text and its entities in source order; offsets in UTF-16 units.

    Raises Refusal 400.
    """
    return _Reader(html).read()


def unescaped(text: str) -> str:
    """Decode character references: the four names Telegram knows, and numbers."""
    return _REFERENCE.sub(_decoded, text) if "&" in text else text


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return (
        len(text)
        if text.isascii()
        else len(text.encode("utf-16-le", "surrogatepass")) // 2
    )


def _decoded(reference: re.Match[str]) -> str:
    if reference["name"]:
        return _NAMED.get(reference["name"], reference[0])
    number = int(reference["hex"], 16) if reference["hex"] else int(reference["dec"])
    return (
        chr(number)
        if 0 < number < 0x10FFFF and not 0xD800 <= number < 0xE000
        else reference[0]
    )


class _Reader:
    """Reads once from left to right; `at` is the next character."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.at = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Tag] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.html):
            tag = self.html.find("<", self.at)
            self._take(self.html[self.at : tag if tag >= 0 else None])
            if tag < 0:
                break
            self.at = tag + 1
            self._end(tag) if self.html.startswith("/", self.at) else self._start(tag)
        if self.open:
            problem = "Can't find end tag corresponding to start tag"
            raise bad(f'can\'t parse entities: {problem} "{self.open[-1].name}"')
        return "".join(self.pieces), self.entities

    def _take(self, text: str) -> None:
        text = unescaped(text)
        self.pieces.append(text)
        self.offset += units(text)

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.html, self.at)
        text = match[0] if match else ""
        self.at += len(text)
        return text

    def _peek(self) -> str:
        return self.html[self.at : self.at + 1]

    def _mistake(self, what: str, at: int, after: str = "") -> Refusal:
        offset = len(self.html[:at].encode())
        return bad(f"can't parse entities: {what} at byte offset {offset}{after}")

    def _start(self, begin: int) -> None:
        name = self._match(_NAME).lower()
        if not self._peek():
            raise self._mistake("Unclosed start tag", begin)
        if name not in _TAGS:
            raise self._mistake(f'Unsupported start tag "{name}"', begin)
        tag = _Tag(name, self.offset, len(self.pieces))
        self._match(_SPACE)
        while self._peek() != ">":
            self._attribute(tag, begin)
            self._match(_SPACE)
        self.at += 1
        if name == "span" and tag.attributes.get("class") != "tg-spoiler":
            raise self._mistake('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(tag)

    def _attribute(self, tag: _Tag, begin: int) -> None:
        name = self._match(_ATTRIBUTE)
        if not self._peek():
            raise self._mistake(f'Unclosed start tag "{tag.name}"', begin)
        if not name:
            raise self._mistake(f'Empty attribute name in the tag "{tag.name}"', begin)
        self._match(_SPACE)
        value = ""
        if self._peek() == "=":
            self.at += 1
            self._match(_SPACE)
            value = self._value(tag, begin)
        tag.attributes.setdefault(name, value)

    def _value(self, tag: _Tag, begin: int) -> str:
        quote = self._peek()
        if not quote:
            raise self._mistake(f'Unclosed start tag "{tag.name}"', begin)
        if quote not in "'\"":
            value_at = self.at
            value = self._match(_TOKEN).lower()
            if self._peek() and self._peek() != ">" and not self._peek().isspace():
                raise self._mistake("Unexpected end of name token", value_at)
            return value
        close = self.html.find(quote, self.at + 1)
        if close < 0 or close + 1 >= len(self.html):
            raise self._mistake("Unclosed start tag", begin)
        value = unescaped(self.html[self.at + 1 : close])
        self.at = close + 1
        return value

    def _end(self, begin: int) -> None:
        self.at += 1
        name = self._match(_NAME).lower()
        self._match(_SPACE)
        if not self.open:
            raise self._mistake("Unexpected end tag", begin)
        if self._peek() != ">":
            raise self._mistake("Unclosed end tag", begin)
        tag = self.open.pop()
        if name and name != tag.name:
            after = f', expected "</{tag.name}>", found "</{name}>"'
            raise self._mistake("Unmatched end tag", begin, after)
        self.at += 1
        self._close(tag)

    def _close(self, tag: _Tag) -> None:
        length = self.offset - tag.offset
        kind = _KINDS.get(tag.name, _style)(tag, "".join(self.pieces[tag.piece :]))
        if kind is None or not length:
            return
        entity = {"offset": tag.offset, "length": length} | kind
        if tag.name == "pre":
            entity |= self._language(entity)
        self.entities.append(entity)

    def _language(self, block: Json) -> Json:
        """Return the language of a code entity that fills a pre, and drop that entity."""
        last = self.entities[-1] if self.entities else {}
        if "language" not in last:
            return {}
        if (last["offset"], last["length"]) != (block["offset"], block["length"]):
            return {}
        return {"language": self.entities.pop()["language"]}


def _style(tag: _Tag, _text: str) -> Json | None:
    return {"type": _STYLES[tag.name]}


def _link(tag: _Tag, text: str) -> Json | None:
    address = tag.attributes.get("href") or text
    if mention := _MENTION.fullmatch(address):
        user = {"id": int(mention[1]), "is_bot": False, "first_name": text}
        return {"type": "text_mention", "user": user}
    try:
        return {"type": "text_link", "url": links.checked(address)}
    except links.WrongAddress:
        return None


def _code(tag: _Tag, _text: str) -> Json:
    prefix, _, language = tag.attributes.get("class", "").partition("-")
    if prefix == "language" and language:
        return {"type": "code", "language": language}
    return {"type": "code"}


def _quote(tag: _Tag, _text: str) -> Json:
    return {
        "type": "expandable_blockquote"
        if "expandable" in tag.attributes
        else "blockquote"
    }


def _emoji(tag: _Tag, _text: str) -> Json:
    number = tag.attributes.get("emoji-id", "")
    if not number.isdecimal():
        raise bad("can't parse entities: Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": number}


_KINDS: Final = {
    "a": _link,
    "code": _code,
    "pre": lambda _tag, _text: {"type": "pre"},
    "blockquote": _quote,
    "tg-emoji": _emoji,
}
