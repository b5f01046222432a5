"""How near words are in spelling: without accents, by beginnings and misspellings too. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

#: What was typed is near a name from this likeness on, 0 to 100.
NEAR = 72.0
#: How many near names are offered.
NEAREST = 6
#: Letters from which on the beginning of a word, or a misspelling, stands for it.
SHORTEST_WORD = 4
# The likeness of two names that have a word in common, of which one has the beginning of a word of
# the other, and how much a misspelt word counts.
_SAME_WORD, _BEGINNING, _MISSPELT = 90.0, 85.0, 0.9
_ACCENTS = re.compile("[\u0300-\u036f]")
#: Letters that Unicode does not take apart into a letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"}
)


def unaccented(word: str) -> str:
    """Return a word in lower case without the accents of Latin, Greek and Cyrillic letters.

    Vowel signs of other scripts stay.
    """
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word.translate(_PLAIN_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def nearest(typed: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names whose keys are nearest to any of `typed`, best first, at most NEAREST.

    names: key → name. Keys and `typed` are compared as they are.
    """
    scores = _scores(typed, names)
    near = [name for name, score in scores.items() if score >= NEAR]
    near.sort(key=scores.__getitem__, reverse=True)
    return tuple(near[:NEAREST])


def _scores(typed: Sequence[str], names: Mapping[str, str]) -> dict[str, float]:
    """Return name → the likeness of that key of it which is nearest to any of `typed`."""
    scores = dict.fromkeys(names.values(), 0.0)
    for key, name in names.items():
        for words in typed:
            score = _likeness(words, key)
            if score > scores[name]:
                scores[name] = score
    return scores


def _likeness(typed: str, name: str) -> float:
    """Return how much of `name` was typed, 0 to 100: as a whole, or a word of it misspelt or begun.

    Letters that two words have in common here and there don't count: `pickleball` is no `language
    models`.
    """
    best = fuzz.ratio(typed, name, score_cutoff=NEAR)
    for typed_word in typed.split():
        for word in name.split():
            best = max(best, _word_likeness(typed_word, word))
    return best


def _word_likeness(typed: str, word: str) -> float:
    """Return how alike two words are, 0 to 100."""
    if typed == word:
        is_latin_letter = len(word) == 1 and word.isascii()
        return 0.0 if is_latin_letter else _SAME_WORD
    shorter, longer = sorted((typed, word), key=len)
    if len(shorter) < SHORTEST_WORD and shorter.isascii():
        return 0.0
    if longer.startswith(shorter):
        return _BEGINNING
    return _MISSPELT * fuzz.ratio(typed, word, score_cutoff=NEAR)
