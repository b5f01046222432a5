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
    covered = frozenset[str]()
    if followed:
        covered = _covered(names, followed, taxonomy)
    start = f"https://t.me/{bot}?start=f-"
    end = f"-{delivery}" if delivery else ""
    links = []
    for topic, code in _offered(names, covered, taxonomy):
        link = FollowLink(topic, f"{start}{code}{end}")
        links.append(link)
    return tuple(links)


def _covered(
    names: tuple[str, ...], followed: Collection[str], taxonomy: Taxonomy
) -> frozenset[str]:
    """Return the topics that a follow of themselves or of a wider topic covers."""
    covered = []
    for name, keys in _covering(names, taxonomy):
        if not keys.isdisjoint(followed):
            covered.append(name)
    return frozenset(covered)


def most_specific(names: Collection[str], taxonomy: Taxonomy) -> list[str]:
    """Return the topics among `names` in the taxonomy's spelling, each once, the deepest first."""
    spellings = {}
    for name in map(taxonomy.name, names):
        spellings[topics.key(name)] = name
    spellings.pop("", None)
    return sorted(spellings.values(), key=taxonomy.depth, reverse=True)


@lru_cache(maxsize=256)
def _covering(
    names: tuple[str, ...], taxonomy: Taxonomy
) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each topic with the keys of itself and its wider topics.

    Who follows one of these gets the topic's articles.
    """
    covering = []
    for name in names:
        wider = (taxonomy.name(name), *taxonomy.ancestors(name))
        covering.append((name, frozenset(map(topics.key, wider))))
    return tuple(covering)


@lru_cache(maxsize=256)
def _offered(
    names: tuple[str, ...], covered: frozenset[str], taxonomy: Taxonomy
) -> tuple[tuple[str, str], ...]:
    """Return the topics to offer, without those `covered` by a follow, each with its code."""
    others = [name for name in names if name not in covered]
    offered = most_specific(others, taxonomy)[:MOST]
    codes = map(topics.code, offered)
    return tuple(zip(offered, codes, strict=True))
