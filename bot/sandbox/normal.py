"""Entities in the order and pieces Telegram keeps them in. Reads no markup and finds no entities itself.

A port of what TDLib's fix_formatted_text shows from outside: links, code and quotes stay whole, the outer one wins;
styles around them are cut at their edges, and where another style begins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.records import Json

STYLES: Final = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES: Final = ("blockquote", "expandable_blockquote")
VERBATIM: Final = ("code", "pre")
#: Parts of a text in which nothing is found by itself.
CLOSED: Final = frozenset({*VERBATIM, "text_link", "text_mention", "custom_emoji", "date_time"})
_PRIORITY: Final = (
    dict.fromkeys(QUOTES, 0)
    | {"pre": 10, "code": 20, "text_link": 49, "text_mention": 49, "custom_emoji": 99}
    | {style: 90 + number for number, style in enumerate(STYLES)}
)


def arranged(entities: Iterable[Json]) -> list[Json]:
    """The same entities as Telegram would keep them, sorted. Offsets and lengths in any one unit."""
    entities = sorted((entity for entity in entities if entity["length"] > 0), key=order)
    quotes = _outer(entity for entity in entities if entity["type"] in QUOTES)
    whole = _outer(entity for entity in entities if entity["type"] not in STYLES and entity["type"] not in QUOTES)
    styles = [entity for entity in entities if entity["type"] in STYLES]
    kept = quotes + [entity for entity in whole if not any(_sticks_out(entity, quote) for quote in quotes)]
    if styles:
        kept = kept + _cut(styles, kept)
    return sorted(kept, key=order)


def order(entity: Json) -> tuple[int, int, int]:
    """Outer entities before those inside them."""
    return entity["offset"], -entity["length"], _PRIORITY.get(entity["type"], 50)


def overlap(one: Json, other: Json) -> bool:
    """The two share a character."""
    return bool(one["offset"] < end(other) and other["offset"] < end(one))


def end(entity: Json) -> int:
    """Where an entity ends."""
    return int(entity["offset"] + entity["length"])


def _sticks_out(entity: Json, quote: Json) -> bool:
    """It is partly in a quote and partly not; Telegram then drops it."""
    inside = quote["offset"] <= entity["offset"] and end(entity) <= end(quote)
    return overlap(entity, quote) and not inside


def _outer(entities: Iterable[Json]) -> list[Json]:
    """Of those that overlap, the first in order."""
    kept: list[Json] = []
    for entity in entities:
        if not kept or entity["offset"] >= end(kept[-1]):
            kept.append(entity)
    return kept


def _cut(styles: list[Json], whole: list[Json]) -> list[Json]:
    """Styles in pieces: none in code, a new piece at every edge of a whole entity and where a style begins."""
    edges = {edge for entity in whole for edge in (entity["offset"], end(entity))}
    turns = _turns([*styles, *(entity for entity in whole if entity["type"] in VERBATIM)])
    worn: Counter[str] = Counter()
    open_since: dict[str, int] = {}
    pieces: list[Json] = []
    for point in sorted(edges | turns.keys()):
        worn.update(turns.get(point, {}))
        shown = set() if any(worn[kind] for kind in VERBATIM) else {style for style in STYLES if worn[style]}
        fresh = point in edges or not shown <= open_since.keys()
        for style in [style for style in open_since if fresh or style not in shown]:
            since = open_since.pop(style)
            pieces.append({"type": style, "offset": since, "length": point - since})
        open_since.update(dict.fromkeys(shown - open_since.keys(), point))
    return pieces


def _turns(entities: list[Json]) -> dict[int, Counter[str]]:
    """At each offset, how many more (or fewer) entities of a type there are from there on."""
    turns: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for entity in entities:
        turns[entity["offset"]][entity["type"]] += 1
        turns[end(entity)][entity["type"]] -= 1
    return turns
