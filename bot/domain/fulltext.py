"""How text is written for the index, and how a reader's search is parsed.

Pure; knows no SQL and no article. The index splits text at every character that is neither letter
nor digit. A script without spaces would be one long word; so each of its characters is indexed as a
word, and several of them in a query are a phrase. Text and query are folded alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from bot.domain import plain_text, word_forms
from bot.domain.variants import FOLDED

#: Words and phrases of one query.
MOST_TERMS = 12

# Scripts written without spaces: Thai to Khmer, kana, Han, Hangul (whose words carry endings).
_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af]"
)
# Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic; й is a letter of its own.
_ACCENTS = re.compile(
    "(?<![иИ])\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]"
)
_PIECE = re.compile(
    r'(?P<without>(?<!\S)-)?(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))'
)
#: Quotation marks that phones put in the place of the plain one.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_OWNER = re.compile(r"['’]s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a query, folded."""

    text: str
    #: The beginning of a word is enough.
    begins: bool = True
    #: Other forms of the word; each matches whole words only.
    forms: tuple[str, ...] = ()
    #: A beginning that all of its forms share, where the word itself has an ending.
    stem: str = ""

    @property
    def whole(self) -> Term:
        """The same word without prefix matches."""
        if not self.is_word:
            return self
        forms = (*self.forms, f"{self.text}s")
        return Term(self.text, begins=False, forms=forms, stem=self.stem)

    @property
    def is_word(self) -> bool:
        """Return True for one word of a script with spaces."""
        return self.begins and " " not in self.text and self.text.isalpha()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search."""

    #: Of each group one term must be there.
    groups: tuple[tuple[Term, ...], ...] = ()
    #: None of these may be there.
    without: tuple[Term, ...] = field(default=())


def folded(text: str) -> str:
    """Return `text` as it is indexed.

    One case, no accents, variants of a letter as one, lone characters as words.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
    folded = unicodedata.normalize("NFC", letters).translate(FOLDED)
    if not folded.isprintable():
        folded = _without_unassigned(folded)
    return _ALONE.sub(r" \g<0> ", folded)


def _without_unassigned(text: str) -> str:
    """Return a text without characters that Unicode has not assigned, which SQLite indexes."""
    assigned = ""
    for character in text:
        is_unassigned = unicodedata.category(character) == "Cn"
        assigned += " " if is_unassigned else character
    return assigned


def is_without_spaces(folded_text: str) -> bool:
    """Return True if a folded text holds a character that is indexed as a word."""
    return _ALONE.search(folded_text) is not None


def parsed(words: str) -> Query:
    """Parse a search: `-word`, `"a phrase"`, `one OR other`; all other words must be there.

    An OR that stands between no two words means nothing. Without `groups` there is nothing to
    search for.
    """
    pieces = list(_PIECE.finditer(plain_text.repair(words).translate(_QUOTES)))
    groups: list[list[Term]] = []
    without: list[Term] = []
    is_alternative = False
    terms = 0
    for place, piece in enumerate(pieces):
        if piece[0] == "OR":
            following = map(_term, pieces[place + 1 : place + 2])
            is_alternative = bool(groups) and any(following)
            continue
        term = _term(piece)
        if term is None:
            continue
        if piece["without"]:
            without.append(term)
        elif is_alternative:
            groups[-1].append(term)
            is_alternative = False
        else:
            groups.append([term])
        terms += 1
        if terms == MOST_TERMS:
            break
    return Query(tuple(map(tuple, groups)), tuple(without))


def _term(piece: re.Match[str]) -> Term | None:
    """Return the term of a piece of what was typed; None where it has no letter or digit."""
    phrase = piece["phrase"]
    if phrase is not None:
        text = _words(phrase)
        return Term(text, begins=False) if text else None
    text = _words(piece["word"])
    if not text:
        return None
    if not _may_begin_a_word(text):
        return Term(text, begins=False)
    if not text.isalpha():
        return Term(text)
    forms, stem = word_forms.forms(text), word_forms.stem(text)
    return Term(text, forms=forms, stem=stem)


def _words(text: str) -> str:
    """Return the words of a piece, folded, without what is neither letter nor digit."""
    words = ""
    for character in folded(_OWNER.sub("", text)):
        words += character if character.isalnum() else " "
    return " ".join(words.split())


def _may_begin_a_word(text: str) -> bool:
    """Return True if longer words that begin with `text` are matches, too."""
    if len(text) == 1 and text.isascii():
        return False
    return _ALONE.match(text[-1]) is None
