"""Text as it is indexed, and a reader's words as what they mean to find in it.

Pure; knows no SQL and no article. The index splits text at what is neither letter nor digit, which
finds nothing inside a script without spaces: there, each character is indexed as a word and a run
of them is a phrase. Text and query are folded alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.domain import plain_text
from bot.domain.variants import FOLDED

#: Words and phrases of one query.
MOST_TERMS = 12
#: A longer or shorter word is not looked for with a letter changed.
TYPO_LETTERS = range(4, 21)
#: So much of a text is looked at for a snippet.
LOOKED_AT = 1_500
#: Characters of a snippet, and words that are marked in it.
SNIPPET, MARKED = 120, 3

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
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_OWNER = re.compile(r"['’]s$", re.IGNORECASE)
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґў",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگ",
    "אבגדהוזחטיכלמנסעפצקרשתםןףץ",
)
#: Endings of plurals and what stands in their place in the singular, or the other way round.
_ENDINGS = (
    *(
        ("ies", ("y", "ie")),
        ("y", ("ies",)),
        ("aux", ("al", "au")),
        ("al", ("aux",)),
        ("es", ("e", "")),
        ("s", ("",)),
    ),
    ("en", ("e",)),
)
_RUSSIAN_ENDING = re.compile(
    "(?<=[а-я]{4})(?:ами|ями|ого|его|ому|ему|ыми|ими|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|ам|ям|ах|ях|ом|ем|ую|юю|"
    "[ыиаяоеуюь])"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a query, folded."""

    text: str
    #: The beginning of a word is enough.
    begins: bool = True
    #: Other forms of the word, each meant whole.
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
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).translate(FOLDED)
    if (
        not text.isprintable()
    ):  # SQLite takes characters that Unicode has not assigned for letters
        text = "".join(
            " " if unicodedata.category(one) == "Cn" else one for one in text
        )
    return _ALONE.sub(r" \g<0> ", text)


def parsed(words: str) -> Query:
    """Parse a search: `-word`, `"a phrase"`, `one OR other`; all other words must be there.

    An OR that stands between no two words means nothing. Without `groups` there is nothing to
    search for.
    """
    pieces = list(_PIECE.finditer(plain_text.repair(words).translate(_QUOTES)))
    groups: list[list[Term]] = []
    without: list[Term] = []
    joins = False
    for place, piece in enumerate(pieces):
        term = _term(piece)
        if piece[0] == "OR":
            joins = bool(groups) and any(map(_term, pieces[place + 1 : place + 2]))
        elif term is None:
            continue
        elif piece["without"]:
            without.append(term)
        elif joins:
            groups[-1].append(term)
            joins = False
        else:
            groups.append([term])
        if sum(map(len, groups)) + len(without) >= MOST_TERMS:
            break
    return Query(tuple(map(tuple, groups)), tuple(without))


def misspelt(word: str) -> list[str]:
    """Return every word that `word` may be with one letter wrong, missing, doubled or swapped."""
    alphabet = next(
        (letters for letters in _ALPHABETS if any(one in letters for one in word)), ""
    )
    if len(word) not in TYPO_LETTERS or not alphabet:
        return []
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    missing, swapped, wrong, doubled = [], [], [], []
    for left, right in halves:
        doubled += [left + letter + right for letter in alphabet]
        if right:
            missing.append(left + right[1:])
            wrong += [left + letter + right[1:] for letter in alphabet]
        if len(right) > 1:
            swapped.append(left + right[1] + right[0] + right[2:])
    return list(dict.fromkeys([*missing, *swapped, *wrong, *doubled]))


def marked(text: str, query: Query, most: int = SNIPPET) -> list[tuple[str, bool]]:
    """Return a snippet of `text` around the first match, as parts, each with True if it is a match.

    Empty if nothing in `text` matches.
    """
    line = " ".join(text[:LOOKED_AT].split())
    hits = _hits(line, [term for group in query.groups for term in group])
    if not hits:
        return []
    start = _start(line, hits[0][0], most)
    end = min(len(line), start + most)
    if end < len(line):
        end = max(line.rfind(" ", start, end), hits[0][1])
    parts, at = [("…" if start else "", False)], start
    for begin, stop in hits[:MARKED]:
        if begin >= at and stop <= end:
            parts += [(line[at:begin], False), (line[begin:stop], True)]
            at = stop
    parts += [(line[at:end], False), ("…" if end < len(line) else "", False)]
    return [part for part in parts if part[0]]


def _start(line: str, hit: int, most: int) -> int:
    if hit < most // 2:
        return 0
    space = line.find(" ", hit - most // 3, hit)
    return space + 1 if space >= 0 else hit


def _hits(line: str, terms: list[Term]) -> list[tuple[int, int]]:
    """Return the start and end of each match, in order."""
    runs: set[str] = set()
    words: list[tuple[str, bool]] = []
    for term in terms:
        if _ALONE.search(term.text):
            runs.add("".join(term.text.split()))
        else:
            words += _beginnings(term)
    found = _runs_in(line, runs) if runs else []
    for word in _WORD.finditer(line):
        if _is_hit(folded(word[0]), words):
            found.append(word.span())
    return sorted(found)


def _runs_in(line: str, runs: Iterable[str]) -> list[tuple[int, int]]:
    """Return where runs of characters of a script without spaces stand in a line."""
    letters = ""
    places: list[int] = []
    for place, character in enumerate(line):
        of_one = folded(character).strip()
        letters += of_one
        places += [place] * len(of_one)
    found = []
    for run in runs:
        matches = re.finditer(re.escape(run), letters)
        found += [(places[one.start()], places[one.end() - 1] + 1) for one in matches]
    return found


def _is_hit(folded_word: str, words: Sequence[tuple[str, bool]]) -> bool:
    wholes = {word for word, _ in words}
    beginnings = tuple(word for word, begins in words if begins)
    return folded_word in wholes or folded_word.startswith(beginnings)


def _beginnings(term: Term) -> list[tuple[str, bool]]:
    """Return the words of a term, each with True if the beginning of a word is enough."""
    words = [(part, term.begins) for part in term.text.split()]
    words += [(form, False) for form in term.forms]
    if term.stem:
        words.append((term.stem, True))
    return words


def _term(piece: re.Match[str]) -> Term | None:
    text = piece["phrase"] if piece["phrase"] is not None else piece["word"]
    letters = [one if one.isalnum() else " " for one in folded(_OWNER.sub("", text))]
    text = " ".join("".join(letters).split())
    if not text:
        return None
    if piece["phrase"] is not None:
        return Term(text, begins=False)
    begins = (len(text) > 1 or not text.isascii()) and not _ALONE.match(text[-1])
    if begins and text.isalpha():
        return Term(text, begins, _forms(text), _stem(text))
    return Term(text, begins)


def _stem(word: str) -> str:
    """Return a Russian word without its ending; empty where it has none."""
    ending = _RUSSIAN_ENDING.search(word)
    if ending is None or ending.end() != len(word):
        return ""
    return _RUSSIAN_ENDING.sub("", word)


def _forms(word: str) -> tuple[str, ...]:
    """Return other forms of a word in a Latin script.

    Its singular or plural, or what an ending was added to.
    """
    if not word.isascii() or len(word) < 4 or word.endswith(("ss", "us", "is")):
        return ()
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return _bases(word.removesuffix(ending))
    for ending, others in _ENDINGS:
        if word.endswith(ending):
            return tuple(word.removesuffix(ending) + other for other in others)
    return ()


def _bases(base: str) -> tuple[str, ...]:
    """Return forms of a word whose -ing or -ed was removed.

    `run` of `runn`, `make` of `mak`, `lands` of `land`.
    """
    if len(base) > 3 and base[-1] == base[-2]:
        return base[:-1], f"{base[:-1]}s", base, f"{base}ing", f"{base}ed"
    return base, f"{base}e", f"{base}s", f"{base}es", f"{base}ing", f"{base}ed"
