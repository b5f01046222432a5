"""Topics that articles carry and readers follow: taxonomy, and search by a reader's words.

Pure. Does not know which articles carry a topic or who follows it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.domain import plain_text, spelling
from bot.domain.hashtag import LONGEST_TAG, hashtag
from bot.domain.spelling import NEAREST, unaccented

#: Parts of a list that are read, and those of them that near names are searched for, each of so
#: many words at most.
PARTS, GUESSED, GUESSED_WORDS = 60, 5, 12
#: Words in the longest name that is recognised; longer ones must stand between commas.
LONGEST_NAME = 12
_LIST_BREAK = re.compile(r"[,;\n،、，]")
_JOINED = re.compile(r"[,;\n،、，]|\s(?:and|or|&|\+)\s|\s(?=#)", re.IGNORECASE)
_JOINING = frozenset(("and", "&", "+", "or"))
#: `+` and `#` distinguish C from C++ and C#, so that keys have words for them.
_SIGNS = str.maketrans({"+": " plus ", "#": " sharp ", "&": " and "})
_CODE_LENGTH = 8
_CODE_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


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
class Matches:
    """The topics in a reader's words; for words that are none, the nearest names."""

    topics: tuple[str, ...]
    unknown: tuple[str, ...]
    nearest: tuple[str, ...]


def key(name: str) -> str:
    """Return what names of topics are compared by; empty without a letter or digit."""
    return _remembered_key(name) if len(name) <= LONGEST_TAG else _key(name)


def _key(name: str) -> str:
    return plain_text.title_key(plain_text.repair(name).translate(_SIGNS))


#: Names come again and again; what a reader typed may be long and never does.
_remembered_key = lru_cache(4_096)(_key)


def code(name: str) -> str:
    """Return eight letters and digits that stand for a topic in buttons and deep links.

    Made from the name alone, so that the buttons of old posts outlive a lost database.
    """
    digest = hashlib.blake2b(key(name).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    characters = ""
    for _ in range(_CODE_LENGTH):
        number, place = divmod(number, len(_CODE_CHARACTERS))
        characters += _CODE_CHARACTERS[place]
    return characters


class Taxonomy:
    """The topics that an operator has described (`config/topics.toml`).

    Other names are topics too.
    """

    def __init__(self, topics: Iterable[Topic] = ()) -> None:
        self._topics = {key(topic.name): topic for topic in topics}
        #: Key of an alias → name of its topic.
        self._aliases: dict[str, str] = {}
        self._sample_aliases: dict[str, str] = {}
        for topic in self:
            self._add_aliases_of(topic)

    def _add_aliases_of(self, topic: Topic) -> None:
        aliases = self._sample_aliases if topic.sample else self._aliases
        for word in topic.aliases:
            aliases[key(word)] = topic.name

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics.values())

    def name(self, name: str) -> str:
        """Return the taxonomy's spelling of a topic, following the operator's aliases.

        Names that it does not know are repaired.
        """
        name_key = key(name)
        if name_key in self._topics:
            return self._topics[name_key].name
        return self._aliases.get(name_key) or plain_text.repair(name)

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
        own_key = key(self.name(name))
        ancestors: dict[str, str] = {}
        topic = self._topics.get(own_key)
        while topic is not None and topic.parent:
            parent = self.name(topic.parent)
            parent_key = key(parent)
            if parent_key == own_key or parent_key in ancestors:
                break
            ancestors[parent_key] = parent
            topic = self._topics.get(parent_key)
        return tuple(ancestors.values())

    def depth(self, name: str) -> int:
        """Return how specific a topic is: the number of wider topics above it."""
        return len(self.ancestors(name))

    def hashtags(self, name: str) -> tuple[str, ...]:
        """Return the tags of a topic that Telegram recognises, without `#`."""
        own_name = self.name(name)
        topic = self._topics.get(key(own_name))
        written = topic.hashtags if topic else ()
        tags = tuple(filter(None, map(hashtag, written)))
        if tags:
            return tags
        tag = hashtag(own_name)
        return (tag,) if tag else ()

    def find(self, words: str, known: Iterable[str]) -> Matches:
        """Match what a reader typed to topics among `known` and those the operator wrote.

        `AI, Computer Vision` are two; `computer vision` one; `ai computer vision` and `ai and
        computer vision` two, if every word belongs to a topic. If one does not, that part is
        unknown, and the topics found in it are returned among `nearest`.
        """
        meanings = self._meanings(known)
        topics: list[str] = []
        near: list[str] = []
        unknown: list[str] = []
        for part in _parts(words):
            names, is_whole = _split(part, meanings)
            if is_whole:
                topics += names
            else:
                near += names
                unknown.append(part)
        near += _nearest(unknown, meanings)
        others = [name for name in near if name not in topics]
        return Matches(
            topics=_once(topics),
            unknown=tuple(unknown),
            nearest=_once(others)[:NEAREST],
        )

    def named(self, words: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the topics that `words` are the names of, and nothing but their names; else none.

        Stricter than `find`: `robots on the moon` is about topics and names none.
        """
        meanings = self._meanings(known)
        topic = _meaning(words, meanings)
        if topic:
            return (topic,)
        topics = []
        for part in filter(key, _JOINED.split(words, PARTS)):
            topic = _meaning(part, meanings)
            if not topic:
                return ()
            topics.append(topic)
        return _once(topics)

    def _meanings(self, known: Iterable[str]) -> dict[str, str]:
        """Return every key of a topic → its name.

        Names come first, then aliases and tags; last, all of these without accents.
        """
        carried = map(self.name, known)
        names = dict.fromkeys((*self.written(), *carried))
        meanings = {key(name): name for name in names}
        self._add_aliases(meanings, names)
        for name in names:
            for tag in self.hashtags(name):
                meanings.setdefault(key(tag), name)
        for word, name in list(meanings.items()):
            meanings.setdefault(unaccented(word), name)
        meanings.pop("", None)
        return meanings

    def _add_aliases(self, meanings: dict[str, str], names: Collection[str]) -> None:
        """Add the operator's aliases, and the samples' for those of `names` that have some."""
        for alias, name in self._aliases.items():
            meanings.setdefault(alias, name)
        for alias, name in self._sample_aliases.items():
            if name in names:
                meanings.setdefault(alias, name)


def nearest(
    words: Iterable[str], names: Iterable[str], most: int = NEAREST
) -> tuple[str, ...]:
    """Return up to `most` of `names` nearest in spelling to `words`, best first."""
    keys = {key(name): name for name in names}
    keys.pop("", None)
    return _nearest(words, keys)[:most]


def _meaning(words: str, meanings: Mapping[str, str]) -> str:
    """Return the topic that `words` as a whole are a name of, or an empty string."""
    words_key = key(words.strip().lstrip("#"))
    topic = meanings.get(words_key)
    if topic:
        return topic
    return meanings.get(unaccented(words_key), "")


def _parts(words: str) -> Iterator[str]:
    """Yield the parts of a list that a reader typed, at most PARTS."""
    for text in _LIST_BREAK.split(words, PARTS)[:PARTS]:
        part = plain_text.repair(text).lstrip(" #")
        if part:
            yield part


def _split(part: str, meanings: Mapping[str, str]) -> tuple[list[str], bool]:
    """Return the topics in `part`, and True if every word belongs to one.

    Takes the longest run of words each time.
    """
    words = part.replace(" #", " ").split()
    topics: list[str] = []
    start = 0
    while start < len(words):
        topic, end = _longest_name(words, start, meanings)
        if topic:
            topics.append(topic)
        elif not topics or words[start].casefold() not in _JOINING:
            return topics, False
        start = end
    return topics, True


def _longest_name(
    words: Sequence[str], start: int, meanings: Mapping[str, str]
) -> tuple[str, int]:
    """Return the topic named by the most words from `start` on, and where they end.

    An empty string and the end of the first word, if they name none.
    """
    longest_end = min(len(words), start + LONGEST_NAME)
    for end in range(longest_end, start, -1):
        topic = _meaning(" ".join(words[start:end]), meanings)
        if topic:
            return topic, end
    return "", start + 1


def _nearest(words: Iterable[str], meanings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the topics that are nearest in spelling to `words`, best first."""
    typed = _once(map(_guessed, words))
    return spelling.nearest(typed[:GUESSED], meanings)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Return names without repeats, in their order."""
    return tuple(dict.fromkeys(names))


def _guessed(words: str) -> str:
    """Return the words that near names are searched for."""
    all_words = unaccented(key(words)).split()
    return " ".join(all_words[:GUESSED_WORDS])
