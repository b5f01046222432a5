"""Which topic a name in a document means. Writes nothing."""

from __future__ import annotations

from bot.domain import topics
from bot.domain.topics import Taxonomy
from bot.store import follows
from bot.store.database import Database


def spelled(db: Database, taxonomy: Taxonomy, name: str) -> str:
    """Return a topic's name as the taxonomy spells it.

    Another word for a topic that ships with Paperboy means that topic only where it exists and the word is no topic of
    its own yet.
    """
    own, sample = taxonomy.name(name), taxonomy.sample_behind(name)
    if sample and topics.key(own) and follows.by_name(db, sample) and not follows.by_name(db, own):
        return sample
    return own
