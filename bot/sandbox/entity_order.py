"""Entities in the order and pieces Telegram stores. Reads no markup and finds no entities.

Reproduces the observable behaviour of TDLib's fix_formatted_text: links, code and quotes stay
whole, and of two the outer one is kept; styles are split at their edges and where another style
begins.
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
#: Parts of a text in which unmarked entities are not recognised.
CLOSED: Final = frozenset(
    {*VERBATIM, "text_link", "text_mention", "custom_emoji", "date_time"}
)
_PRIORITY: Final = (
    dict.fromkeys(QUOTES, 0)
    | {"pre": 10, "code": 20, "text_link": 49, "text_mention": 49, "custom_emoji": 99}
    | {style: 90 + number for number, style in enumerate(STYLES)}
)


def arranged(entities: Iterable[Json]) -> list[Json]:
    """Return the entities as Telegram would store them, sorted. The unit of offsets is free."""
    entities = sorted(
        (entity for entity in entities if entity["length"] > 0), key=order
    )
    quotes = _outer(entity for entity in entities if entity["type"] in QUOTES)
    whole = _outer(
        entity for entity in entities if entity["type"] not in (*STYLES, *QUOTES)
    )
    styles = [entity for entity in entities if entity["type"] in STYLES]
    inside = [one for one in whole if not any(_crosses(one, quote) for quote in quotes)]
    kept = quotes + inside
    if styles:
        kept = kept + _cut(styles, kept)
    return sorted(kept, key=order)


def order(entity: Json) -> tuple[int, int, int]:
    """Return the sort key that puts outer entities before inner ones."""
    return entity["offset"], -entity["length"], _PRIORITY.get(entity["type"], 50)


def overlap(one: Json, other: Json) -> bool:
    """Return True if the two share a character."""
    return bool(one["offset"] < end(other) and other["offset"] < end(one))


def overlaps_any(one: Json, others: Iterable[Json]) -> bool:
    """Return True if it shares a character with any of the others."""
    return any(overlap(one, other) for other in others)


def end(entity: Json) -> int:
    """Return the offset at which an entity ends."""
    return int(entity["offset"] + entity["length"])


def _crosses(entity: Json, quote: Json) -> bool:
    """Return True if it is partly inside a quote; Telegram then drops it."""
    inside = quote["offset"] <= entity["offset"] and end(entity) <= end(quote)
    return overlap(entity, quote) and not inside


def _outer(entities: Iterable[Json]) -> list[Json]:
    """Return, of entities that overlap, the first in order."""
    kept: list[Json] = []
    for entity in entities:
        if not kept or entity["offset"] >= end(kept[-1]):
            kept.append(entity)
    return kept


def _cut(styles: list[Json], whole: list[Json]) -> list[Json]:
    """Split styles at every edge of a whole entity and where a style begins; none is in code."""
    edges = {edge for entity in whole for edge in (entity["offset"], end(entity))}
    turns = _turns(
        [*styles, *(entity for entity in whole if entity["type"] in VERBATIM)]
    )
    active: Counter[str] = Counter()
    open_since: dict[str, int] = {}
    pieces: list[Json] = []
    for point in sorted(edges | turns.keys()):
        active.update(turns.get(point, {}))
        in_code = any(active[kind] for kind in VERBATIM)
        shown = set() if in_code else {style for style in STYLES if active[style]}
        is_edge = point in edges or not shown <= open_since.keys()
        for style in [style for style in open_since if is_edge or style not in shown]:
            since = open_since.pop(style)
            pieces.append({"type": style, "offset": since, "length": point - since})
        open_since.update(dict.fromkeys(shown - open_since.keys(), point))
    return pieces


def _turns(entities: list[Json]) -> dict[int, Counter[str]]:
    """Return, by offset, how many more (or fewer) entities of a type there are from there on."""
    turns: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for entity in entities:
        turns[entity["offset"]][entity["type"]] += 1
        turns[end(entity)][entity["type"]] -= 1
    return turns
