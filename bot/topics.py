"""Topics: names articles carry and readers follow, their taxonomy, and finding one by a reader's words.

Pure. Does not know which articles carry a topic or who follows it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot import prose

#: A word counts as near a topic's name from this score (0–100, rapidfuzz WRatio).
NEAR = 62.0
_TAG_BREAK = re.compile(r"[^\w]+|_+")
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


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader's words came to: topics meant, and for the words that meant none, the nearest names."""

    topics: tuple[str, ...]
    unknown: tuple[str, ...]
    nearest: tuple[str, ...]


def key(name: str) -> str:
    """Return what two names of one topic are compared by; empty when the name holds no letter or digit.

    `+` and `#` tell C from C++ and C#, so they stay.
    """
    kept = prose.repair(name).replace("+", " plus ").replace("#", " sharp ").replace("&", " and ")
    return prose.title_key(kept)


def code(name: str) -> str:
    """Return eight letters and digits that stand for a topic in buttons and deep links.

    Made from the name alone, so that the buttons of old posts outlive a lost database.
    """
    digest = hashlib.blake2b(key(name).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[number // 36**place % 36] for place in range(_CODE_LENGTH))


class Taxonomy:
    """The topics an operator has described (`config/topics.toml`); names outside it are topics all the same."""

    def __init__(self, topics: Iterable[Topic] = ()) -> None:
        self._topics: Mapping[str, Topic] = {key(topic.name): topic for topic in topics}
        self._words = {key(word): topic.name for topic in self._topics.values() for word in topic.aliases}

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics.values())

    def name(self, name: str) -> str:
        """Return the taxonomy's spelling of a topic, following aliases; an unknown name comes back repaired."""
        wanted = key(name)
        if wanted in self._topics:
            return self._topics[wanted].name
        return self._words.get(wanted) or prose.repair(name)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the wider topics of `name`, nearest first; a loop in the file ends the walk."""
        found: list[str] = []
        topic = self._topics.get(key(name))
        while topic is not None and topic.parent and topic.parent not in found:
            if key(topic.parent) == key(name):
                break
            found.append(self.name(topic.parent))
            topic = self._topics.get(key(topic.parent))
        return tuple(found)

    def depth(self, name: str) -> int:
        """Return how specific a topic is: the number of wider topics above it."""
        return len(self.ancestors(name))

    def hashtags(self, name: str) -> tuple[str, ...]:
        """Return the tags of a topic without `#`, as Telegram recognises them; empty when none would be."""
        topic = self._topics.get(key(name))
        given = topic.hashtags if topic else ()
        tags = [tag for tag in (hashtag(text) for text in given) if tag]
        return tuple(tags) or tuple(tag for tag in (hashtag(name),) if tag)

    def find(self, words: str, known: Iterable[str]) -> Found:
        """Match what a reader typed to topics among `known` and the taxonomy.

        `AI, Computer Vision` are two; `computer vision` one; `ai computer vision` two, tried word by word when
        the whole is none.
        """
        names = {key(name): name for name in (*known, *(topic.name for topic in self._topics.values()))}
        names.pop("", None)
        found: list[str] = []
        unknown: list[str] = []
        for part in filter(None, (prose.repair(part).strip(" #") for part in re.split(r"[,;\n]", words))):
            exact, left = self._split(part, names)
            found += [name for name in exact if name not in found]
            unknown += left
        return Found(tuple(found), tuple(unknown), nearest(unknown, names.values()))

    def _split(self, part: str, names: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Return the topics in `part` taking the longest run of words each time, and the words that are none."""
        words = part.replace("#", " ").split()
        found: list[str] = []
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                name = self._exact(" ".join(words[start:end]), names)
                if name:
                    found.append(name)
                    start = end
                    break
            else:
                return ([], [part]) if not found else (found, [" ".join(words[start:])])
        return found, []

    def _exact(self, words: str, names: Mapping[str, str]) -> str | None:
        wanted = key(words)
        if wanted in names:
            return names[wanted]
        if wanted in self._words:
            return self._words[wanted]
        tags = {tag.casefold(): name for name in names.values() for tag in self.hashtags(name)}
        return tags.get(words.casefold())


def nearest(words: Iterable[str], names: Iterable[str], most: int = 6) -> tuple[str, ...]:
    """Return up to `most` of `names` nearest in spelling to `words`, best first."""
    choices = list(names)
    scored: dict[str, float] = {}
    for word in words:
        for name, score, _ in process.extract(
            word, choices, scorer=fuzz.WRatio, processor=key, limit=most, score_cutoff=NEAR
        ):
            scored[name] = max(score, scored.get(name, 0.0))
    return tuple(sorted(scored, key=lambda name: -scored[name])[:most])


def hashtag(text: str) -> str:
    """Return `text` as Telegram would recognise it after `#`: camel-cased letters and digits, not digits alone.

    Empty when Telegram would see less than was meant (`C++` would be the tag C) or nothing.
    """
    text = text.strip().lstrip("#")
    if re.search(r"[+#]", text):
        return ""
    parts = [part for part in _TAG_BREAK.split(text) if part]
    tag = "".join(part if len(parts) == 1 else part[:1].upper() + part[1:] for part in parts)
    return tag if tag and not tag.isdigit() and len(tag) <= 64 else ""
