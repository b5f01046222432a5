"""How a text is read: by TDLib if `tdjson` is installed, else by a subset. Checks no limit.

Both take the same steps: parse the markup, arrange the entities, find the unmarked ones, arrange
again, trim, keep 100.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

from bot.sandbox import detect, entity_order, markup
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.records import Json

#: Further ones are dropped silently (Bot API).
MOST_ENTITIES: Final = 100
_GONE: Final = dict.fromkeys([0x0D, *range(0x2028, 0x202F), 0x030A, 0x0333, 0x033F])
_SPACED: Final = dict.fromkeys([n for n in range(0x20) if n not in (0x0A, 0x0D)], " ")
_CLEANING: Final = _GONE | _SPACED
_DIRTY: Final = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u030a\u0333\u033f]")
_SPACES: Final = "".join(map(chr, range(0x2000, 0x200B)))
#: Characters that count as empty.
_BLANK: Final = f" \n\t\xa0\u1680{_SPACES}\u202f\u205f\u3000"


@dataclass(frozen=True, slots=True)
class Judged:
    """A text as Telegram stores it. Entities are shared between results: never change one."""

    text: str
    entities: tuple[Json, ...] = ()


class Engine(Protocol):
    """Reads texts and entities of the Bot API; offsets are in UTF-16 units."""

    name: str

    def parse(self, text: str, mode: str) -> tuple[str, list[Json]]:
        """Return the text without its markup, and the entities. Raises Refusal 400."""

    def arrange(self, text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
        """Return text and entities cleaned and in Telegram's order."""

    def find(self, text: str) -> list[Json]:
        """Return the entities that are recognised without markup."""


class Judge:
    """Reads every text that is sent. Caches some thousand, as one text goes to many chats."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self._remembered = lru_cache(maxsize=4096)(self._judged)

    def read(self, text: str, mode: str | None) -> Judged:
        """Return a text as read in a parse mode, None for plain text. Raises Refusal 400."""
        return self._remembered(text, mode)

    def plain(self, text: str) -> Judged:
        """Return a text as read when a person types it."""
        return self._remembered(text, None)

    def marked(self, text: str, entities: Sequence[Json]) -> Judged:
        """Return a text as read with entities given beside it."""
        return self._finished(text, entities)

    def _judged(self, text: str, mode: str | None) -> Judged:
        entities: list[Json] = []
        if mode:
            text, entities = self._engine.parse(text, mode)
        return self._finished(text, entities)

    def _finished(self, text: str, entities: Sequence[Json]) -> Judged:
        text, kept = self._engine.arrange(text, entities)
        closed = [entity for entity in kept if entity["type"] in entity_order.CLOSED]
        unmarked = [
            one
            for one in self._engine.find(text)
            if not entity_order.overlaps_any(one, closed)
        ]
        if unmarked:
            text, kept = self._engine.arrange(text, [*kept, *unmarked])
        return _trimmed(text, kept)


def _trimmed(text: str, entities: list[Json]) -> Judged:
    """Remove the space around a text; at the start only before the first entity, as TDLib does."""
    text = text.rstrip(_BLANK)
    first = entities[0]["offset"] if entities else len(text)
    lead = min(len(text) - len(text.lstrip(_BLANK)), first)
    size = markup.units(text) - lead
    kept = []
    for entity in entities[:MOST_ENTITIES]:
        offset = entity["offset"] - lead
        length = min(entity["length"], size - offset)
        if length > 0:
            kept.append(entity | {"offset": offset, "length": length})
    return Judged(text[lead:], tuple(kept))


class Subset:
    """The engine without dependencies: HTML only."""

    name = "subset"

    def parse(self, text: str, mode: str) -> tuple[str, list[Json]]:
        """As Engine.parse, for the parse mode HTML only."""
        if mode.lower() != "html":
            raise bad("unsupported parse_mode")
        return markup.parse(text)

    def arrange(self, text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
        """As Engine.arrange."""
        if _DIRTY.search(text):
            text, entities = _cleaned(text, entities)
        if not text.strip(_BLANK):
            return "", []
        kept = entity_order.arranged(entities)
        for entity in kept:
            if entity["type"] == "code":
                entity.pop("language", None)
        return text, kept

    def find(self, text: str) -> list[Json]:
        """As Engine.find."""
        return detect.find(text)


def _cleaned(text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
    """Turn control characters into spaces, remove line and direction marks, move the entities."""
    kept: list[int] = []
    for char in text:
        kept += [0 if ord(char) in _GONE else 1] * markup.units(char)
    new_offsets = list(accumulate(kept, initial=0))
    moved = []
    for entity in entities:
        start, end = (
            new_offsets[entity["offset"]],
            new_offsets[entity_order.end(entity)],
        )
        moved.append(entity | {"offset": start, "length": end - start})
    return text.translate(_CLEANING), moved


def best() -> Judge:
    """Return a judge with TDLib if it is installed, else with the subset."""
    try:
        from bot.sandbox.tdlib import Tdlib  # 50 MB that the product runs without
    except ImportError:
        return Judge(Subset())
    return Judge(Tdlib())
