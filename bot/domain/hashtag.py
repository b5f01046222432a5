"""The hashtag of a topic, as Telegram recognises it. Pure; knows no topic."""

from __future__ import annotations

import unicodedata

from bot.domain import plain_text

LONGEST_TAG = 64


def hashtag(text: str) -> str:
    """Return `text` as Telegram would recognise it after `#`.

    Words are joined in camel case, by `_` in scripts without.

    Empty when Telegram would see nothing or less than was meant: `C++` would be the tag C, and a
    Hindi word would end at its first vowel sign. What a tag may hold: letters, decimal digits, `_`,
    ZWNJ and the Sinhala block (TDLib).
    """
    text = plain_text.repair(text).lstrip("#")
    if any(not _in_tag(character) and _is_of_a_word(character) for character in text):
        return ""
    kept = "".join(character if _in_tag(character) else " " for character in text)
    parts = [part for part in (part.strip("\u200c") for part in kept.split()) if part]
    tag = (
        "".join(parts)
        if len(parts) < 2
        else "".join(map(_joined, parts)).removeprefix("_")
    )
    return (
        tag
        if any(character.isalpha() for character in tag) and len(tag) <= LONGEST_TAG
        else ""
    )


def _joined(part: str) -> str:
    """Return a word of several as it stands in a tag: `Vision`.

    In a script without capitals: `_` and the word.
    """
    capital = part[0].upper()
    if (
        len(capital) > 1
    ):  # `ß`, `ΰ`: a capital of several characters, some of them marks that end a tag
        return "_" + part
    caseless = part[0].isalpha() and capital == part[0].lower()
    return "_" + part if caseless else capital + part[1:]


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
