"""The topics that a post offers to follow, each with its deep link. Renders nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from bot.domain import topics
from bot.domain.topics import Taxonomy

#: Topics offered under one post; more would be longer than most posts.
MOST = 3


@dataclass(frozen=True, slots=True)
class FollowLink:
    """A topic that can be followed from a post."""

    topic: str
    #: A link to the bot that sends `/start` with the topic's code.
    url: str


@dataclass(frozen=True, slots=True)
class _Topic:
    name: str
    code: str
    #: Keys of itself and its wider topics: who follows one of these gets the topic's articles.
    keys: frozenset[str]


def follow_links(
    names: tuple[str, ...],
    taxonomy: Taxonomy,
    *,
    bot: str,
    delivery: str = "",
    followed: Collection[str] = (),
) -> tuple[FollowLink, ...]:
    """Return the links of an article's topics, the most specific first, at most MOST.

    delivery: the delivery's short id, which the links carry; may be empty. followed: keys of the
    topics that the chat follows.
    """
    start = f"https://t.me/{bot}?start=f-"
    end = f"-{delivery}" if delivery else ""
    links = []
    for topic in _topics(names, taxonomy):
        if topic.keys.isdisjoint(followed):
            link = FollowLink(topic.name, f"{start}{topic.code}{end}")
            links.append(link)
    return tuple(links[:MOST])


def most_specific(names: Collection[str], taxonomy: Taxonomy) -> list[str]:
    """Return the topics among `names` in the taxonomy's spelling, each once, the deepest first."""
    spellings = {}
    for name in map(taxonomy.name, names):
        spellings[topics.key(name)] = name
    spellings.pop("", None)
    return sorted(spellings.values(), key=taxonomy.depth, reverse=True)


@lru_cache(maxsize=256)
def _topics(names: tuple[str, ...], taxonomy: Taxonomy) -> tuple[_Topic, ...]:
    """Return the topics among `names`, the most specific first."""
    found = []
    for name in most_specific(names, taxonomy):
        wider = taxonomy.ancestors(name)
        keys = frozenset(map(topics.key, (name, *wider)))
        code = topics.code(name)
        topic = _Topic(name, code, keys)
        found.append(topic)
    return tuple(found)
