"""When two texts are one, or one is a correction of the other. Pure; knows no article."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from bot.domain import plain_text
from bot.domain.titles import is_without_spaces

#: Per cent of two titles' letters that agree where one is a correction of the other.
ALIKE = 90
#: Characters of two texts that are compared; readers are shown less of an excerpt.
_COMPARED = 1_000
_NUMBER = re.compile(r"\d+")
# What one version takes for markup and another for words: tags, and the marks of a CDATA section.
_MARKUP = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>")


def agree(one: str, other: str) -> bool:
    """Return True if one text contains the other, or they are 90 % alike.

    A number is never a slip: "Letter 41" and "Letter 42" do not agree.
    """
    shorter, longer = sorted((compared(one), compared(other)), key=len)
    if _contains(longer, shorter):
        return True
    shorter = shorter[:_COMPARED]
    longer = longer[:_COMPARED]
    if numbers(shorter) != numbers(longer):
        return False
    return are_alike(shorter, longer)


def are_alike(one: str, other: str) -> bool:
    """Return True if one text is a correction of the other."""
    return fuzz.ratio(one, other, score_cutoff=ALIKE) > 0


def _contains(text: str, part: str) -> bool:
    """Return True if `text` contains `part` as whole words.

    In a script without spaces: anywhere.
    """
    if part not in text:
        return False
    if not part or f" {part} " in f" {text} ":
        return True
    if not is_without_spaces(part):
        return False
    return set(numbers(part)).issubset(numbers(text))


def is_within(one: str, other: str) -> bool:
    """Return True if the longer text has all words of the shorter, in order, without markup."""
    words = [_plain_words(one), _plain_words(other)]
    shorter, longer = sorted(words, key=len)
    rest = iter(longer)
    return all(word in rest for word in shorter)


def _plain_words(text: str) -> list[str]:
    """Return the words of a text without markup, as they are compared."""
    without_markup = _MARKUP.sub(" ", text)
    return compared(without_markup).split()


@lru_cache(1_024)
def compared(text: str) -> str:
    """Return a text as it is compared."""
    return plain_text.title_key(text)


@lru_cache(1_024)
def numbers(text: str) -> tuple[str, ...]:
    """Return the numbers in a text."""
    return tuple(_NUMBER.findall(text))
