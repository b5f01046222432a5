"""Topics that articles carry and readers follow: taxonomy, and search by a reader's words.

Pure. Does not know which articles carry a topic or who follows it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from bot.domain import plain_text
from bot.domain.hashtag import LONGEST_TAG, hashtag

#: What was typed is near a topic's name from this likeness on, 0 to 100.
NEAR = 72.0
#: Letters from which on the beginning of a word, or a misspelling, stands for it.
SHORTEST_WORD = 4
#: Parts of a list that are read, and those of them that near names are looked for, each of so many
#: words at most.
PARTS, GUESSED, GUESSED_WORDS = 60, 5, 12
#: How many near names are offered.
NEAREST = 6
#: Words in the longest name looked for; longer ones must stand between commas.
LONGEST_NAME = 12
_LIST_BREAK = re.compile(r"[,;\n،、，]")
_JOINED = re.compile(r"[,;\n،、，]|\s(?:and|or|&|\+)\s|\s(?=#)", re.IGNORECASE)
_ACCENTS = re.compile("[\u0300-\u036f]")
#: Letters that Unicode does not take apart into a letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"}
)
_JOINING = frozenset(("and", "&", "+", "or"))
_CODE_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as the taxonomy describes it."""

    name: str
    #: The name of the wider topic, or empty.
    parent: str = ""
    #: Other words people say for it.
    aliases: tuple[str, ...] = ()
    #: Without `#`; empty: made from the name.
    hashtags: tuple[str, ...] = ()
    #: Ships with Paperboy: it renames nothing, and is shown only where an article carries it.
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The topics in a reader's words; for words that are none, the nearest names."""

    topics: tuple[str, ...]
    unknown: tuple[str, ...]
    nearest: tuple[str, ...]


def key(name: str) -> str:
    """Return what names of topics are compared by; empty without a letter or digit.

    `+` and `#` tell C from C++ and C#, so they stay.
    """
    return _remembered_key(name) if len(name) <= LONGEST_TAG else _key(name)


def _key(name: str) -> str:
    kept = (
        plain_text.repair(name)
        .replace("+", " plus ")
        .replace("#", " sharp ")
        .replace("&", " and ")
    )
    return plain_text.title_key(kept)


#: Names come again and again; what a reader typed may be long and never does.
_remembered_key = lru_cache(4_096)(_key)


def code(name: str) -> str:
    """Return eight letters and digits that stand for a topic in buttons and deep links.

    Made from the name alone, so that the buttons of old posts outlive a lost database.
    """
    digest = hashlib.blake2b(key(name).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[number // 36**place % 36] for place in range(_CODE_LENGTH))


class Taxonomy:
    """The topics that an operator has described (`config/topics.toml`).

    Other names are topics too.
    """

    def __init__(self, topics: Iterable[Topic] = ()) -> None:
        self._topics: Mapping[str, Topic] = {key(topic.name): topic for topic in topics}
        self._aliases = _aliases(topic for topic in self if not topic.sample)
        self._sample_aliases = _aliases(topic for topic in self if topic.sample)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics.values())

    def name(self, name: str) -> str:
        """Return the taxonomy's spelling of a topic, following the operator's aliases.

        Names that it does not know are repaired.
        """
        wanted = key(name)
        if wanted in self._topics:
            return self._topics[wanted].name
        return self._aliases.get(wanted) or plain_text.repair(name)

    def sample_behind(self, name: str) -> str:
        """Return the sample's topic that `name` is another word for, or an empty string."""
        return self._sample_aliases.get(key(name), "")

    def is_sample(self, name: str) -> bool:
        """Return True for a topic that only the shipped samples describe."""
        topic = self._topics.get(key(name))
        return topic is not None and topic.sample

    def written(self) -> list[str]:
        """Return the names of the operator's topics, also of those no article carries."""
        return [topic.name for topic in self if not topic.sample]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the wider topics of `name`, nearest first; a loop in the file ends the walk."""
        found: dict[str, str] = {}
        here = key(self.name(name))
        topic = self._topics.get(here)
        while topic is not None and topic.parent:
            wider = self.name(topic.parent)
            if key(wider) in found or key(wider) == here:
                break
            found[key(wider)] = wider
            topic = self._topics.get(key(wider))
        return tuple(found.values())

    def depth(self, name: str) -> int:
        """Return how specific a topic is: the number of wider topics above it."""
        return len(self.ancestors(name))

    def hashtags(self, name: str) -> tuple[str, ...]:
        """Return the tags of a topic that Telegram recognises, without `#`."""
        topic = self._topics.get(key(self.name(name)))
        given = topic.hashtags if topic else ()
        tags = [tag for tag in (hashtag(text) for text in given) if tag]
        return tuple(tags) or tuple(tag for tag in (hashtag(self.name(name)),) if tag)

    def find(self, words: str, known: Iterable[str]) -> Found:
        """Match what a reader typed to topics among `known` and those the operator wrote.

        `AI, Computer Vision` are two; `computer vision` one; `ai computer vision` and `ai and
        computer vision` two, but only when every word belongs to one: else all of them are unknown,
        and what they hold is nearest.
        """
        meanings = self._meanings(known)
        found: dict[str, None] = {}
        near: dict[str, None] = {}
        unknown: list[str] = []
        parts = (
            plain_text.repair(part).lstrip(" #")
            for part in _LIST_BREAK.split(words, PARTS)[:PARTS]
        )
        for part in filter(None, parts):
            named, whole = _split(part, meanings)
            (found if whole else near).update(dict.fromkeys(named))
            unknown += [] if whole else [part]
        close = [*near, *_nearest(unknown, meanings)]
        return Found(
            tuple(found),
            tuple(unknown),
            tuple(name for name in dict.fromkeys(close) if name not in found)[:NEAREST],
        )

    def named(self, words: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the topics that `words` are the names of, and nothing but their names; else none.

        Stricter than `find`: `robots on the moon` is about topics and names none.
        """
        meanings = self._meanings(known)
        parts = [words] if _meaning(words, meanings) else _JOINED.split(words, PARTS)
        found = [_meaning(part, meanings) for part in parts if key(part)]
        return tuple(dict.fromkeys(found)) if all(found) else ()

    def _meanings(self, known: Iterable[str]) -> dict[str, str]:
        """Return every key of a topic → its name.

        Names come first, then aliases and tags; last, all of these without accents.
        """
        names = dict.fromkeys((*self.written(), *map(self.name, known)))
        meanings = {key(name): name for name in names}
        for alias, name in self._aliases.items():
            meanings.setdefault(alias, name)
        for alias, name in self._sample_aliases.items():
            if name in names:
                meanings.setdefault(alias, name)
        for name in names:
            for tag in self.hashtags(name):
                meanings.setdefault(key(tag), name)
        for word, name in list(meanings.items()):
            meanings.setdefault(unaccented(word), name)
        meanings.pop("", None)
        return meanings


def nearest(
    words: Iterable[str], names: Iterable[str], most: int = NEAREST
) -> tuple[str, ...]:
    """Return up to `most` of `names` nearest in spelling to `words`, best first."""
    return _nearest(words, {key(name): name for name in names if key(name)})[:most]


def _aliases(topics: Iterable[Topic]) -> dict[str, str]:
    return {key(word): topic.name for topic in topics for word in topic.aliases}


def _meaning(words: str, meanings: Mapping[str, str]) -> str:
    """Return the topic that `words` as a whole are a name of, or an empty string."""
    wanted = key(words.strip().lstrip("#"))
    return meanings.get(wanted) or meanings.get(unaccented(wanted), "")


def unaccented(word: str) -> str:
    """Return a key without the accents of Latin, Greek and Cyrillic letters.

    Vowel signs of other scripts stay.
    """
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word.translate(_PLAIN_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def _split(part: str, meanings: Mapping[str, str]) -> tuple[list[str], bool]:
    """Return the topics in `part`, and whether every word belongs to one.

    Takes the longest run of words each time.
    """
    words = part.replace(" #", " ").split()
    found: list[str] = []
    start = 0
    while start < len(words):
        ends = range(min(len(words), start + LONGEST_NAME), start, -1)
        end = next(
            (end for end in ends if _meaning(" ".join(words[start:end]), meanings)), 0
        )
        if end:
            found.append(_meaning(" ".join(words[start:end]), meanings))
        elif not found or words[start].casefold() not in _JOINING:
            return found, False
        start = end or start + 1
    return found, True


def _nearest(words: Iterable[str], meanings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names whose keys are nearest to `words`, best first."""
    scored: dict[str, float] = {}
    typed = dict.fromkeys(
        " ".join(unaccented(key(word)).split()[:GUESSED_WORDS]) for word in words
    )
    for word in list(typed)[:GUESSED]:
        for choice, name in meanings.items():
            scored[name] = max(_likeness(word, choice), scored.get(name, 0.0))
    near = sorted(
        (name for name, score in scored.items() if score >= NEAR),
        key=lambda name: -scored[name],
    )
    return tuple(near[:NEAREST])


def _likeness(typed: str, name: str) -> float:
    """Return how much of `name` was typed, 0 to 100: as a whole, or a word of it misspelt or begun.

    Letters that two words have in common here and there don't count: `pickleball` is no `language
    models`.
    """
    whole = fuzz.ratio(typed, name, score_cutoff=NEAR)
    return max(
        [
            whole,
            *(
                _word_likeness(one, other)
                for one in typed.split()
                for other in name.split()
            ),
        ]
    )


def _word_likeness(typed: str, word: str) -> float:
    if typed == word:
        return 90.0 if len(word) > 1 or not word.isascii() else 0.0
    shorter, longer = sorted((typed, word), key=len)
    if len(shorter) < SHORTEST_WORD and shorter.isascii():
        return 0.0
    if longer.startswith(shorter):
        return 85.0
    return 0.9 * fuzz.ratio(typed, word, score_cutoff=NEAR)
