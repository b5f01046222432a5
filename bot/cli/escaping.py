"""Escapes control characters, so that other people's words are safe on a terminal. Prints nothing.

A file name may hold any character: an escape sequence that clears the screen, a C1 control that
some terminals obey, a bidirectional override that makes `gpj.exe` look like another name.
"""

from __future__ import annotations

import re

#: Controls (C0, DEL, C1), line and paragraph separators, and what reorders text.
_REORDERING = "\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff"
_UNSAFE = re.compile(rf"[\x00-\x1f\x7f-\x9f{_REORDERING}\ud800-\udfff]")
#: The same in a JSON text, where a line end can only stand between values.
_UNSAFE_IN_JSON = re.compile(rf"[\x7f-\x9f{_REORDERING}]")


def visible(text: str) -> str:
    """Return `text` on one line, each control character as an escape like `\\\\x1b`."""
    return _UNSAFE.sub(_escaped, text)


def lines(text: str) -> str:
    """Return `text` with its line ends kept and every other control character escaped."""
    return "\n".join(map(visible, text.split("\n")))


def json(text: str) -> str:
    """Return a JSON text that means the same and holds no control character."""
    return _UNSAFE_IN_JSON.sub(_escaped_in_json, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}"


def _escaped_in_json(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}"
