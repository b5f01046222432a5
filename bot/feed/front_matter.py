"""Front matter → plain values: text, None, lists and dicts with text keys.

Knows no field but `secured`. python-frontmatter splits a document; its YAML is read here event by
event, not constructed: no value is given a type (`no`, `2024` and dates stay as they were written),
no tag is obeyed, nothing is copied by an alias, and depth and number of the values are bounded. A
merge key (`<<: *defaults`) adds the fields it names. `secured`, the source's encrypted payload, is
dropped at every depth as it is met.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import yaml
from frontmatter.default_handlers import YAMLHandler

from bot.errors import ArticleError
from bot.feed import plain

#: libyaml's parser where PyYAML was built with it; both give the same events.
LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: A real document nests four deep and holds some 150 values.
DEEPEST = 50
MOST_VALUES = 20_000

#: What a value is here; kept loose because only `fields` looks inside.
Value = object

_OPENING = re.compile(r"-{3,}[ \t]*(?:\n|$)")
# Sought from the line's beginning before it: a search for `^` would try every character of the
# document.
_CLOSING = re.compile(r"\n((?:-{3,}|\.{3})[ \t]*)(?=\n|\Z)")
_MERGE = "<<"
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}
# What YAML forbids in a stream. C1 controls are what double encoding makes of quotation marks, so
# they pass the parser in a private plane and come out for the repair; so do the characters that
# YAML alone takes for line ends, which would make its line numbers differ from an editor's. The
# others are never meant.
_FORBIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_CARRIED = {code: 0xF0000 + code for code in (*range(0x80, 0xA0), 0x2028, 0x2029)}
_BROUGHT = {private: code for code, private in _CARRIED.items()}
_TO_CARRY = re.compile("[\x80-\x9f\u2028\u2029]")
# What both parsers say → what an author can mend, and whether the line where the broken thing began
# tells more.
_STATEMENTS: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("mapping values",), "a value with a colon in it needs quotes", False),
    (("could not find expected",), "this is not a field: a colon is missing", True),
    (("end of stream",), "a quotation mark that is never closed", True),
    (
        ("tab character", "cannot start any token"),
        "a tab, or a character that a value can't begin with",
        False,
    ),
    (("unknown escape",), "a backslash inside quotation marks needs a second one", False),
    (("' or '",), "a bracket that is never closed, or a comma missing inside it", True),
    (
        ("expected key", "block end", "'-' indicator"),
        "indented unlike the lines around it, or a stray mark",
        False,
    ),
)


class FrontMatter(YAMLHandler):
    """python-frontmatter's YAML handler with our own split and load.

    Raises ArticleError, never YAMLError. `lines_before` is the number of lines of the file before
    the text that is parsed.
    """

    def __init__(self, path: str, lines_before: int = 0) -> None:
        super().__init__()
        self._path = path
        self._offset = lines_before + 2  # the `---` line, and counting from one

    def split(self, text: str) -> tuple[str, str]:
        """Return front matter and body.

        A rule further down in a file without front matter is no front matter.
        """
        opening = _OPENING.match(text)
        if opening is None:
            begun = text in ("-", "--")
            raise ArticleError(
                self._path,
                "has no front matter: it does not begin with a line of ---",
                unfinished=begun,
            )
        closing = _CLOSING.search(text, opening.end() - 1)
        if closing is None:
            raise ArticleError(
                self._path,
                "its front matter is not closed: a second line of --- is missing",
                unfinished=True,
            )
        return text[opening.end() : closing.start(1)], text[closing.end() :]

    def load(self, fm: str, **kwargs: object) -> dict[str, Value]:
        """Return the fields of the front matter `fm`: by `plain` where it can, else by PyYAML."""
        found = plain.fields(fm)
        return self.judged(fm) if found is None else found

    def judged(self, fm: str) -> dict[str, Value]:
        """Return the fields of the front matter `fm`, whatever of YAML it holds."""
        fm = _FORBIDDEN.sub("", fm)
        carried = _TO_CARRY.search(fm) is not None
        builder = _Builder(self._refuse, _BROUGHT if carried else {})
        fm = fm.translate(_CARRIED) if carried else fm
        try:
            for event in yaml.parse(fm, Loader=LOADER):
                builder.take(event)
        except yaml.MarkedYAMLError as error:
            self._refuse(*_blame(error))
        except (yaml.YAMLError, UnicodeError, RecursionError, MemoryError) as error:
            raise ArticleError(
                self._path, "its front matter is not YAML", unfinished=True
            ) from error
        if isinstance(builder.root, dict):
            return builder.root
        if builder.root is None:
            return {}
        raise ArticleError(self._path, "its front matter holds no fields, such as title: …")

    def _refuse(self, reason: str, line: int) -> NoReturn:
        """Raise for a problem in the front matter's line `line`, counted from zero.

        `reason` quotes nothing of it.
        """
        line += self._offset
        # The cause is dropped: its text quotes the file.
        raise ArticleError(
            self._path, f"bad YAML in line {line}: {reason}", unfinished=True, line=line
        ) from None


@dataclass(slots=True)
class _Open:
    """A list or dict whose end has not come yet."""

    node: dict[str, Value] | list[Value]
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


class _Builder:
    """Takes the events of one YAML document and builds `root`, iteratively."""

    def __init__(self, refuse: Callable[[str, int], NoReturn], brought: dict[int, int]) -> None:
        self.root: Value = None
        self._refuse = refuse
        self._brought = brought
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
                    self._refuse("a second document begins inside the front matter", self._line)
            case _:
                pass  # the ends of document and stream

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check_tag(event.tag)
        plain = bool(event.implicit[0]) and event.tag is None
        text = event.value.translate(self._brought) if self._brought else event.value
        value = None if plain and text in _NOTHING else text
        self._count(1)
        if event.anchor and not self._is_secret():
            self._anchored[event.anchor] = (value, 1)
        self._place(value, merges=text == _MERGE and event.implicit[0])

    def _alias(self, anchor: str | None) -> None:
        if any(one.anchor == anchor for one in self._open):
            self._refuse("an alias stands inside what it stands for", self._line)
        if anchor is None or anchor not in self._anchored:
            self._refuse("an alias stands for nothing that was said before", self._line)
        value, size = self._anchored[anchor]
        self._count(size)
        self._place(value)

    def _begin(
        self, node: dict[str, Value] | list[Value], event: yaml.CollectionStartEvent
    ) -> None:
        self._check_tag(event.tag)
        if len(self._open) >= DEEPEST:
            self._refuse(f"nested more than {DEEPEST} deep", self._line)
        self._open.append(_Open(node, event.anchor, self._values, self._is_secret()))
        self._count(1)

    def _end(self) -> None:
        closed = self._open.pop()
        if isinstance(closed.node, dict) and closed.merged:
            own = dict(closed.node)
            for more in closed.merged:
                closed.node.update(more)
            closed.node.update(own)
        if closed.anchor and not closed.secret:
            self._anchored[closed.anchor] = (closed.node, self._values - closed.before)
        self._place(closed.node)

    def _place(self, value: Value, *, merges: bool = False) -> None:
        """Put a value where it belongs. merges: as a key, it would be a merge key."""
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if isinstance(parent.node, list):
            if not parent.secret:
                parent.node.append(value)
        elif parent.key is None:
            parent.key = value if isinstance(value, str) else ""  # no field of ours has such a key
            parent.merging = merges
        else:
            if self._is_secret():
                pass
            elif parent.merging:
                parent.merged += self._to_merge(value)
            else:
                parent.node[parent.key] = value  # of two equal keys the last one wins
            parent.key, parent.merging = None, False

    def _to_merge(self, value: Value) -> list[dict[str, Value]]:
        """Return the fields that a merge key adds, those of a list's last entry first."""
        found = value[::-1] if isinstance(value, list) else [value]
        fields = [one for one in found if isinstance(one, dict)]
        if len(fields) < len(found):
            self._refuse(
                "<< takes an alias that stands for fields (<<: *name), or a list of such aliases",
                self._line,
            )
        return fields

    def _is_secret(self) -> bool:
        """Say whether the value that comes now belongs to `secured`."""
        if not self._open:
            return False
        parent = self._open[-1]
        return parent.secret or (parent.key or "").strip().lower() == "secured"

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


def _blame(error: yaml.MarkedYAMLError) -> tuple[str, int]:
    """Return what is wrong in an author's words and the line, from zero.

    PyYAML's own words may quote the file.
    """
    problem = error.problem or ""
    known = (
        (text, began)
        for fragments, text, began in _STATEMENTS
        if any(one in problem for one in fragments)
    )
    statement, where_it_began = next(known, ("it does not parse", False))
    mark = (
        (error.context_mark if where_it_began else None) or error.problem_mark or error.context_mark
    )
    return statement, mark.line if mark else 0
