"""The hashtag of a topic, as Telegram recognises it. Pure; knows no topic."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from bot.domain import plain_text

LONGEST_TAG = 64


def hashtag(text: str) -> str:
    """Return `text` as Telegram would recognise it after `#`.

    Words are joined in camel case, by `_` in scripts without.

    Empty when Telegram would see nothing or only a part: `C++` would be the tag C, and a
    Hindi word would end at its first vowel sign. What a tag may hold: letters, decimal digits, `_`,
    ZWNJ and the Sinhala block (TDLib).
    """
    text = plain_text.repair(text).lstrip("#")
    kept = ""
    for character in text:
        if _in_tag(character):
            kept += character
        elif _is_of_a_word(character):
            return ""
        else:
            kept += " "
    tag = _joined(kept.split())
    has_letter = any(map(str.isalpha, tag))
    return tag if has_letter and len(tag) <= LONGEST_TAG else ""


def _joined(words: Iterable[str]) -> str:
    """Return a tag of words; a ZWNJ at either end of a word joins nothing."""
    parts = [word.strip("\u200c") for word in words]
    parts = list(filter(None, parts))
    if len(parts) < 2:
        return "".join(parts)
    return "".join(map(_of_several, parts)).removeprefix("_")


def _of_several(part: str) -> str:
    """Return a word of several as it stands in a tag: `Vision`.

    In a script without capitals: `_` and the word.
    """
    first, rest = part[0], part[1:]
    capital = first.upper()
    # The capital of `ß` or `ΰ` has several characters, some of them marks that end a tag.
    has_no_capital = first.isalpha() and capital == first.lower()
    if has_no_capital or len(capital) > 1:
        return f"_{part}"
    return f"{capital}{rest}"


def _in_tag(character: str) -> bool:
    return (
        character in "_\u200c"
        or character.isalpha()
        or character.isdecimal()
        or "\u0d80" <= character <= "\u0dff"
    )


def _is_of_a_word(character: str) -> bool:
    """Return True if a word needs `character`: marks, ² or Ⅷ, the signs of C++ and C#."""
    return character in "+#" or unicodedata.category(character)[0] in "MN"
