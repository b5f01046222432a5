"""Events of a YAML parser → plain values: text, None, lists and dicts with text keys.

Parses no text; `front_matter` does. No value is given a type (`no`, `2024` and dates stay as they
were written), no tag is obeyed, nothing is copied by an alias, and depth and number of the values
are bounded. A merge key (`<<: *defaults`) adds the fields it names. `secured`, the source's
encrypted payload, is dropped at every depth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

#: A real document nests four deep and holds some 150 values.
DEEPEST = 50
MOST_VALUES = 20_000

#: What a value is here; kept loose because only `fields` looks inside.
Value = object
_Node = dict[str, Value] | list[Value]

_MERGE = "<<"
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}


@dataclass(slots=True)
class _Open:
    """A list or dict whose end has not come yet."""

    node: _Node
    anchor: str | None
    #: How many values had come before it.
    before: int
    #: Inside `secured`: nothing of it is kept.
    secret: bool
    #: The key that waits for its value; None where a key comes next.
    key: str | None = None
    #: The key that waits is a merge key.
    merging: bool = False
    #: What merge keys add, the first to be overridden by those after it, and all by the fields that
    #: stand here.
    merged: list[dict[str, Value]] = field(default_factory=list)


class Builder:
    """Takes the events of one YAML document and builds `root`, iteratively."""

    def __init__(
        self, refuse: Callable[[str, int], NoReturn], replaced: dict[int, int]
    ) -> None:
        self.root: Value = None
        self._refuse = refuse
        #: Characters that were hidden from the parser, by those in their place.
        self._replaced = replaced
        self._open: list[_Open] = []
        self._anchored: dict[str, tuple[Value, int]] = {}
        self._values = 0
        self._line = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take one event. Raises ArticleError when the document exceeds a limit."""
        self._line = event.start_mark.line if event.start_mark else 0
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._alias(event.anchor)
            case yaml.MappingStartEvent():
                self._begin({}, event)
            case yaml.SequenceStartEvent():
                self._begin([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._refuse(
                        "a second document begins inside the front matter", self._line
                    )
            case _:
                pass  # the ends of document and stream

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check_tag(event.tag)
        self._count(1)
        text = event.value
        if self._replaced:
            text = text.translate(self._replaced)
        is_plain = bool(event.implicit[0])
        is_nothing = text in _NOTHING and is_plain and event.tag is None
        value = None if is_nothing else text
        if event.anchor and not self._is_secret():
            self._anchored[event.anchor] = (value, 1)
        is_merge_key = is_plain and text == _MERGE
        self._place(value, is_merge_key=is_merge_key)

    def _alias(self, anchor: str | None) -> None:
        for collection in self._open:
            if collection.anchor == anchor:
                self._refuse("an alias stands inside what it stands for", self._line)
        if anchor is None or anchor not in self._anchored:
            self._refuse("an alias stands for nothing that was said before", self._line)
        value, size = self._anchored[anchor]
        self._count(size)
        self._place(value)

    def _begin(self, node: _Node, event: yaml.CollectionStartEvent) -> None:
        self._check_tag(event.tag)
        if len(self._open) >= DEEPEST:
            self._refuse(f"nested more than {DEEPEST} deep", self._line)
        is_secret = self._is_secret()
        collection = _Open(node, event.anchor, self._values, is_secret)
        self._open.append(collection)
        self._count(1)

    def _end(self) -> None:
        closed = self._open.pop()
        node = closed.node
        if isinstance(node, dict) and closed.merged:
            own = dict(node)
            for fields in closed.merged:
                node.update(fields)
            node.update(own)
        if closed.anchor and not closed.secret:
            size = self._values - closed.before
            self._anchored[closed.anchor] = (node, size)
        self._place(node)

    def _place(self, value: Value, *, is_merge_key: bool = False) -> None:
        """Put a value where it belongs.

        is_merge_key: as a key, it adds fields.
        """
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if isinstance(parent.node, list):
            if not parent.secret:
                parent.node.append(value)
            return
        if parent.key is None:
            # Of other types are no keys of ours.
            parent.key = value if isinstance(value, str) else ""
            parent.merging = is_merge_key
            return
        if self._is_secret():
            pass
        elif parent.merging:
            parent.merged += self._to_merge(value)
        else:
            parent.node[parent.key] = value  # of two equal keys the last one wins
        parent.key = None
        parent.merging = False

    def _to_merge(self, value: Value) -> list[dict[str, Value]]:
        """Return the fields that a merge key adds, those of a list's last entry first."""
        if not isinstance(value, list):
            value = [value]
        fields = []
        for entry in reversed(value):
            if not isinstance(entry, dict):
                self._refuse(
                    "<< takes an alias that stands for fields (<<: *name), "
                    "or a list of such aliases",
                    self._line,
                )
            fields.append(entry)
        return fields

    def _is_secret(self) -> bool:
        """Return True if the next value belongs to `secured`."""
        if not self._open:
            return False
        parent = self._open[-1]
        if parent.secret:
            return True
        key = parent.key or ""
        return key.strip().lower() == "secured"

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            self._refuse(
                f"more than {MOST_VALUES:,} values, aliases counted as what they stand for",
                self._line,
            )

    def _check_tag(self, tag: str | None) -> None:
        if tag is not None and tag not in _PLAIN_TAGS:
            self._refuse("a tag (!…) has no meaning here", self._line)
