"""The piece of a text that shows why a search found it. Pure; knows no article and no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from bot.domain.fulltext import Query, Term, folded, is_without_spaces

#: So much of a text is searched for matches.
SEARCHED = 1_500
#: Characters of a snippet, and words that are marked in it.
SNIPPET, MARKED = 120, 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

#: Start and end of a match in a line.
Span = tuple[int, int]
#: A piece of a snippet, and True if it is a match.
Part = tuple[str, bool]


def marked(text: str, query: Query, most: int = SNIPPET) -> list[Part]:
    """Return a snippet of `text` around the first match, as parts.

    Empty if nothing in `text` matches.
    """
    words = text[:SEARCHED].split()
    line = " ".join(words)
    terms = chain.from_iterable(query.groups)
    matches = _matches(line, terms)
    if not matches:
        return []
    first = matches[0]
    start = _start(line, first, most)
    end = _end(line, first, start + most)
    parts = _parts(line, start, end, matches[:MARKED])
    return [part for part in parts if part[0]]


def _start(line: str, match: Span, most: int) -> int:
    """Return where the snippet starts: at a word a little before the match."""
    begin, _ = match
    if begin < most // 2:
        return 0
    earliest = begin - most // 3
    space = line.find(" ", earliest, begin)
    return begin if space < 0 else space + 1


def _end(line: str, match: Span, latest: int) -> int:
    """Return where the snippet ends: before a word, not within the match."""
    begin, end = match
    if latest >= len(line):
        return len(line)
    last_space = line.rfind(" ", begin, latest)
    return max(last_space, end)


def _parts(line: str, start: int, end: int, matches: Iterable[Span]) -> Iterator[Part]:
    """Yield the parts of a line from `start` to `end`, with `…` where it goes on."""
    if start:
        yield "…", False
    place = start
    for begin, stop in matches:
        if begin < place or stop > end:
            continue
        yield line[place:begin], False
        yield line[begin:stop], True
        place = stop
    yield line[place:end], False
    if end < len(line):
        yield "…", False


def _matches(line: str, terms: Iterable[Term]) -> list[Span]:
    """Return the start and end of each match, in order."""
    runs: set[str] = set()
    words: set[str] = set()
    beginnings: set[str] = set()
    for term in terms:
        parts = term.text.split()
        if is_without_spaces(term.text):
            runs.add("".join(parts))
            continue
        words.update(term.forms)
        whole_or_begun = beginnings if term.begins else words
        whole_or_begun.update(parts)
        if term.stem:
            beginnings.add(term.stem)
    matches = _runs_in(line, runs)
    matches += _words_in(line, words, tuple(beginnings))
    return sorted(matches)


def _words_in(line: str, words: set[str], beginnings: tuple[str, ...]) -> list[Span]:
    """Return where a line has one of the words, or a word with one of the beginnings."""
    spans = []
    for word in _WORD.finditer(line):
        folded_word = folded(word[0])
        if folded_word in words or folded_word.startswith(beginnings):
            spans.append(word.span())
    return spans


def _runs_in(line: str, runs: Iterable[str]) -> list[Span]:
    """Return where runs of characters of a script without spaces stand in a line."""
    if not runs:
        return []
    folded_line, places = _folded_with_places(line)
    spans = []
    for run in runs:
        for match in re.finditer(re.escape(run), folded_line):
            begin = places[match.start()]
            last = places[match.end() - 1]
            spans.append((begin, last + 1))
    return spans


def _folded_with_places(line: str) -> tuple[str, list[int]]:
    """Return a line folded, and for each of its characters the place in the line as it was."""
    folded_line = ""
    places: list[int] = []
    for place, character in enumerate(line):
        folded_character = folded(character).strip()
        folded_line += folded_character
        places += [place] * len(folded_character)
    return folded_line, places
