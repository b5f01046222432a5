"""Who decides what a text is: TDLib where `tdjson` is installed, our strict subset elsewhere. Checks no limits.

Both go the same way: read the markup, arrange the entities, find those nobody marked, arrange again, trim, keep 100.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

from bot.sandbox import detect, markup, normal
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.records import Json

#: More are dropped without a word (Bot API).
MOST_ENTITIES: Final = 100
_GONE: Final = dict.fromkeys([0x0D, *range(0x2028, 0x202F), 0x030A, 0x0333, 0x033F])
_SPACED: Final = dict.fromkeys([n for n in range(0x20) if n not in (0x0A, 0x0D)], " ")
_CLEANING: Final = _GONE | _SPACED
_DIRTY: Final = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u030a\u0333\u033f]")
#: What counts as nothing to read.
_BLANK: Final = " \n\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


@dataclass(frozen=True, slots=True)
class Judged:
    """A text as Telegram keeps it. The entities are shared: never change one."""

    text: str
    entities: tuple[Json, ...] = ()


class Engine(Protocol):
    """What reads markup; texts and entities are the Bot API's, offsets in UTF-16 units."""

    name: str

    def parse(self, text: str, mode: str) -> tuple[str, list[Json]]:
        """The text without its markup, and what was marked. Raises Refusal 400."""

    def arrange(self, text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
        """Text and entities cleaned and in Telegram's order."""

    def find(self, text: str) -> list[Json]:
        """What is recognised without having been marked."""


class Judge:
    """Reads every text that is sent; remembers the last few thousand, as fan-out repeats itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self._remembered = lru_cache(maxsize=4096)(self._judged)

    def read(self, text: str, mode: str | None) -> Judged:
        """What Telegram makes of `text` in a parse mode (None: as it is). Raises Refusal 400."""
        return self._remembered(text, mode)

    def plain(self, text: str) -> Judged:
        """What Telegram makes of a text as somebody types it."""
        return self._remembered(text, None)

    def marked(self, text: str, entities: Sequence[Json]) -> Judged:
        """What Telegram makes of a text whose entities are given instead of marked."""
        return self._finished(text, entities)

    def _judged(self, text: str, mode: str | None) -> Judged:
        entities: list[Json] = []
        if mode:
            text, entities = self._engine.parse(text, mode)
        return self._finished(text, entities)

    def _finished(self, text: str, entities: Sequence[Json]) -> Judged:
        text, kept = self._engine.arrange(text, entities)
        closed = [entity for entity in kept if entity["type"] in normal.CLOSED]
        free = [e for e in self._engine.find(text) if not any(normal.overlap(e, other) for other in closed)]
        if free:
            text, kept = self._engine.arrange(text, [*kept, *free])
        return _trimmed(text, kept)


def _trimmed(text: str, entities: list[Json]) -> Judged:
    """Without the space around it; before the first entity only, as TDLib does."""
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
    """The engine that needs nothing: HTML only."""

    name = "subset"

    def parse(self, text: str, mode: str) -> tuple[str, list[Json]]:
        """As Engine.parse; of the parse modes it knows HTML."""
        if mode.lower() != "html":
            raise bad("unsupported parse_mode")
        return markup.parse(text)

    def arrange(self, text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
        """As Engine.arrange."""
        if _DIRTY.search(text):
            text, entities = _cleaned(text, entities)
        if not text.strip(_BLANK):
            return "", []
        kept = normal.arranged(entities)
        for entity in kept:
            if entity["type"] == "code":
                entity.pop("language", None)
        return text, kept

    def find(self, text: str) -> list[Json]:
        """As Engine.find."""
        return detect.find(text)


def _cleaned(text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
    """Control characters made spaces, line and direction marks removed, entities moved along."""
    kept = [0 if ord(char) in _GONE else 1 for char in text for _ in range(2 if char > "\uffff" else 1)]
    new = list(accumulate(kept, initial=0))
    moved = [
        entity | {"offset": new[entity["offset"]], "length": new[normal.end(entity)] - new[entity["offset"]]}
        for entity in entities
    ]
    return text.translate(_CLEANING), moved


def best() -> Judge:
    """TDLib if it can be had, else the subset."""
    try:
        from bot.sandbox.tdlib import Tdlib  # 50 MB that the product runs without
    except ImportError:
        return Judge(Subset())
    return Judge(Tdlib())
