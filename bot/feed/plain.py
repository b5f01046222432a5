"""A fast parser for the plain subset of YAML that the feed is written in.

Gives the values that `front_matter` gives, in a tenth of the time.

Not a YAML parser: it returns fields only where it is sure, and leaves every other document to
PyYAML (`front_matter`). It is sure of lines of `key: value`, `- value` and `- key: value`, nested
by indent, each value plain or quoted on its own line. After one line of another kind (a comment, an
anchor, a tag, a block, a bracket, a value of several lines) it returns None.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

# Longer or deeper documents may exceed the limits of `yaml_values`, which counts values: a line has
# four at most.
_MOST_LINES = 4_000
_DEEPEST = 40
# Sure is all of ASCII but controls; beyond ASCII, all but what YAML forbids and what `front_matter`
# hides from YAML.
_SURE = bytes([*b"\n", *range(0x20, 0x7F)])
_UNSURE = re.compile("[\0-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
#: Documents have most of their lines up to this length in common: `    type: article`.
_SHORT = 36
_LONGEST_HEAD = 100
_HEAD = re.compile(r"( *(?:- )?)([A-Za-z_][A-Za-z0-9_-]*)")
_ITEM = re.compile(r"( *- )(.+)")
_DROPPED = "secured"
_NOTHING = frozenset({"~", "null", "Null", "NULL"})
#: What no plain value begins with. A lone `-` and what follows a space is none either.
_MARKS = frozenset(" ?:,[]{}#&*!|>'\"%@`-")
_DOUBLE = re.compile(r'"([^"\\]*(?:\\["\\][^"\\]*)*)" *')
_SINGLE = re.compile(r"'([^']*(?:''[^']*)*)' *")
_ESCAPED = re.compile(r'\\(["\\])')

Fields = dict[str, object]
_Node = Fields | list[object]
#: What stands before the key or the value of a line, the key (empty before a list's value), the
#: value (None: none).
_Line = tuple[str, str, str | None]
_Frames = list[tuple[str, _Node]]
#: In the place of what stands before a key: the line is blank; the last line was a list's value.
_NO_LINE, _IN_LIST = "#", "-"
_BLANK: _Line = (_NO_LINE, "", None)


class _NotSureError(Exception):
    """The document is PyYAML's to judge."""


def fields(text: str) -> Fields | None:
    """Return the fields of the front matter `text` without `secured`.

    None where `front_matter` has to parse it.
    """
    data = text.encode("utf-8", "surrogatepass")
    rest = data.translate(None, _SURE)
    if rest and _UNSURE.search(rest.decode("utf-8", "surrogatepass")):
        return None
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        return None
    try:
        return _fields(lines)
    except _NotSureError:
        return None


def _fields(lines: list[str]) -> Fields:
    root: Fields = {}
    frames: _Frames = [("", root)]
    node = root
    open_lead = last_key = ""
    for line in lines:
        if len(line) <= _SHORT:
            lead, key, value = _known(line)
        else:
            lead, key, value = _read(line)
        if lead != open_lead:
            if lead == _NO_LINE:
                continue
            waiting = ""
            if node.get(last_key) is None:
                waiting = last_key
            if not key:
                items = _reached(frames, lead, waiting)
                if isinstance(items, list):
                    items.append(value)
                last_key = ""
                open_lead = _IN_LIST
                continue
            node, open_lead = _entered(frames, lead, waiting)
        if key != _DROPPED:
            node[key] = value
        last_key = key
    return root


def _entered(frames: _Frames, lead: str, waiting: str) -> tuple[Fields, str]:
    """Return the fields that a line with a key after `lead` belongs to.

    And what stands before the others of them.
    """
    node = _reached(frames, lead, waiting)
    if not isinstance(node, list):
        return node, lead
    entry: Fields = {}
    node.append(entry)
    lead = lead.replace("-", " ")
    frames.append((lead, entry))
    return entry, lead


def _reached(frames: _Frames, lead: str, waiting: str) -> _Node:
    """Return the collection whose lines begin with `lead`.

    That is the one that `waiting` waits for, or one that is open already.
    """
    before, node = frames[-1]
    is_list = lead.endswith("- ")
    # Below its key, fields begin further in; a list may begin where the key does.
    is_inner = len(lead) > len(before) + is_list
    if waiting and is_inner and isinstance(node, dict):
        if waiting == _DROPPED:
            _refuse()
        if len(frames) >= _DEEPEST:
            _refuse()
        inner: _Node = [] if is_list else {}
        node[waiting] = inner
        frames.append((lead, inner))
        return inner
    while frames[-1][0] != lead:
        frames.pop()
        if not frames:
            _refuse()
    return frames[-1][1]


def _read(line: str) -> _Line:
    head, colon, raw = line.partition(": ")
    if not colon:
        if not line.strip(" "):
            return _BLANK
        if line[-1] != ":":
            lead, raw = _match(_ITEM, line).groups()
            return lead, "", _value(raw)
        head = line[:-1]
    if len(head) > _LONGEST_HEAD:
        _refuse()
    lead, key = _known_head(head)
    if key == _DROPPED and len(line) <= _SHORT:
        _refuse()  # what is remembered must not be a secret; real ones are long
    value = _value(raw) if raw else None
    return lead, key, value


@lru_cache(1024)
def _known_head(head: str) -> tuple[str, str]:
    """Return what stands before a key, and the key."""
    lead, key = _match(_HEAD, head).groups()
    if key in _NOTHING:
        _refuse()
    if key.lower() == _DROPPED:
        return lead, _DROPPED
    return lead, key


_known = lru_cache(4096)(_read)


def _value(raw: str) -> str:
    """Return the value written `raw`, which is all of a line from there on."""
    mark = raw[:1]
    if mark == '"':
        is_simple = raw.count('"') == 2 and "\\" not in raw
        if is_simple and raw[-1] == '"':
            return raw[1:-1]
        text = _match(_DOUBLE, raw)[1]
        return _ESCAPED.sub(r"\1", text)
    if mark == "'":
        text = _match(_SINGLE, raw)[1]
        return text.replace("''", "'")
    if mark in _MARKS:
        is_negative = mark == "-" and raw[1:2].isalnum()
        if not is_negative:
            _refuse()
    if ": " in raw or " #" in raw:
        _refuse()
    if raw[-1] in " :" or raw in _NOTHING:
        _refuse()
    return raw


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """Return the match of all of `text`. Without one we are not sure."""
    return pattern.fullmatch(text) or _refuse()


def _refuse() -> NoReturn:
    raise _NotSureError
