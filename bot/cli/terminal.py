"""Other people's words on a terminal: what could move the cursor or reorder a line becomes an escape. Prints nothing.

A file name may hold any character: an escape sequence that clears the screen, a C1 control that some terminals obey, a
bidirectional override that makes `gpj.exe` look like another name.
"""

from __future__ import annotations

import re

#: Controls (C0, DEL, C1), line and paragraph separators, and what reorders text.
_UNSAFE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]"
)
#: The same in a JSON text, where a line end can only stand between values.
_UNSAFE_IN_JSON = re.compile("[\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff]")


def visible(text: str) -> str:
    """Return `text` in one line in which every control is an escape such as `\\\\x1b` or `\\\\u202e`."""
    return _UNSAFE.sub(lambda found: _escape(found[0]), text)


def lines(text: str) -> str:
    """Return `text` with its line ends, every other control an escape."""
    return "\n".join(map(visible, text.split("\n")))


def json(text: str) -> str:
    """Return a JSON text that means the same and holds no control."""
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
