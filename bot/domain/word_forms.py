"""Other forms of a word that is searched for: singular and plural, its base, misspellings. Pure.

Knows no dictionary, only letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

#: A longer or shorter word is not searched for with a letter changed.
TYPO_LETTERS = range(4, 21)
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґў",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگ",
    "אבגדהוזחטיכלמנסעפצקרשתםןףץ",
)
#: Endings that are added to a base: `running` of `run`.
_VERB_ENDINGS = ("ing", "ed")
#: Endings of plurals and what stands in their place in the singular, or the other way round.
_NOUN_ENDINGS = (
    ("ies", ("y", "ie")),
    ("y", ("ies",)),
    ("aux", ("al", "au")),
    ("al", ("aux",)),
    ("es", ("e", "")),
    ("s", ("",)),
    ("en", ("e",)),
)
#: Words that end so are no plurals.
_SINGULAR = ("ss", "us", "is")
_RUSSIAN_ENDING = re.compile(
    "(?<=[а-я]{4})(?:ами|ями|ого|его|ому|ему|ыми|ими|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|ам|ям|ах|ях|ом|ем|ую|юю|"
    "[ыиаяоеуюь])"
)


def stem(word: str) -> str:
    """Return a Russian word without its ending; empty where it has none."""
    ending = _RUSSIAN_ENDING.search(word)
    if ending is None or ending.end() != len(word):
        return ""
    return _RUSSIAN_ENDING.sub("", word)


def forms(word: str) -> tuple[str, ...]:
    """Return other forms of a word in a Latin script.

    Its singular or plural, or what an ending was added to.
    """
    if not word.isascii() or len(word) < 4 or word.endswith(_SINGULAR):
        return ()
    for ending in _VERB_ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) > 2:
            return _verb_forms(base)
    for ending, others in _NOUN_ENDINGS:
        base = word.removesuffix(ending)
        if base != word:
            return _with_endings(base, others)
    return ()


def _verb_forms(base: str) -> tuple[str, ...]:
    """Return forms of a word whose -ing or -ed was removed.

    `run` of `runn`, `make` of `mak`, `lands` of `land`.
    """
    has_double_letter = len(base) > 3 and base[-1] == base[-2]
    if not has_double_letter:
        return _with_endings(base, ("", "e", "s", "es", "ing", "ed"))
    single = base[:-1]
    with_single = _with_endings(single, ("", "s"))
    with_double = _with_endings(base, ("", "ing", "ed"))
    return with_single + with_double


def _with_endings(base: str, endings: Sequence[str]) -> tuple[str, ...]:
    return tuple(base + ending for ending in endings)


def misspelt(word: str) -> list[str]:
    """Return every word that `word` may be with one letter wrong, missing, doubled or swapped."""
    alphabet = _alphabet_of(word)
    if len(word) not in TYPO_LETTERS or not alphabet:
        return []
    words = chain(
        _with_letter_missing(word),
        _with_letters_swapped(word),
        _with_letter_wrong(word, alphabet),
        _with_letter_added(word, alphabet),
    )
    return list(dict.fromkeys(words))


def _alphabet_of(word: str) -> str:
    """Return the alphabet that a letter of the word belongs to; empty where none is known."""
    for alphabet in _ALPHABETS:
        if not set(alphabet).isdisjoint(word):
            return alphabet
    return ""


def _with_letter_missing(word: str) -> Iterator[str]:
    for place in range(len(word)):
        after = word[place + 1 :]
        yield word[:place] + after


def _with_letters_swapped(word: str) -> Iterator[str]:
    for place in range(len(word) - 1):
        first = word[place]
        second = word[place + 1]
        after = word[place + 2 :]
        yield word[:place] + second + first + after


def _with_letter_wrong(word: str, alphabet: str) -> Iterator[str]:
    for place in range(len(word)):
        before = word[:place]
        after = word[place + 1 :]
        for letter in alphabet:
            yield before + letter + after


def _with_letter_added(word: str, alphabet: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before = word[:place]
        after = word[place:]
        for letter in alphabet:
            yield before + letter + after
