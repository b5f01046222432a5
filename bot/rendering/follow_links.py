"""Which topics a post offers to follow, each with the deep link that follows it. Renders nothing."""

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
    names: tuple[str, ...], taxonomy: Taxonomy, *, bot: str, delivery: str = "", followed: Collection[str] = ()
) -> tuple[FollowLink, ...]:
    """Return the links of an article's topics, the most specific first, at most MOST.

    delivery: the delivery's short id, which the links carry. followed: keys of topics whose articles come already.
    """
    coming = frozenset(name for name, keys in _ways(names, taxonomy) if not keys.isdisjoint(followed))
    return tuple(
        FollowLink(topic, f"https://t.me/{bot}?start={'-'.join(filter(None, ('f', code, delivery)))}")
        for topic, code in _offered(names, coming, taxonomy)
    )


def most_specific(names: Collection[str], taxonomy: Taxonomy) -> list[str]:
    """Return the topics among `names` in the taxonomy's spelling, each once, the deepest first."""
    named = {topics.key(spelt): spelt for name in names if topics.key(spelt := taxonomy.name(name))}
    return sorted(named.values(), key=taxonomy.depth, reverse=True)


@lru_cache(maxsize=256)
def _ways(names: tuple[str, ...], taxonomy: Taxonomy) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each topic with the keys of those to follow for its articles to come: itself and the wider ones."""
    wide = [(name, (taxonomy.name(name), *taxonomy.ancestors(name))) for name in names]
    return tuple((name, frozenset(map(topics.key, wider))) for name, wider in wide)


@lru_cache(maxsize=256)
def _offered(names: tuple[str, ...], coming: frozenset[str], taxonomy: Taxonomy) -> tuple[tuple[str, str], ...]:
    """Return the topics to offer, without those that are `coming` already, each with its code."""
    offered = most_specific([name for name in names if name not in coming], taxonomy)[:MOST]
    return tuple((topic, topics.code(topic)) for topic in offered)
