"""The topics behind the names in a document: their spelling and their rows, each looked up once.

Writes no topics of an article; see `recorder`.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.domain import topics
from bot.domain.topics import Taxonomy
from bot.store import follows
from bot.store.database import Database


class ArticleTopics(NamedTuple):
    """The topics of an article. `rows` and `keys` include the wider ones."""

    #: Names as the taxonomy spells them.
    listed: tuple[str, ...]
    #: Row number of a topic → its position in the document, None for a wider one.
    rows: dict[int, int | None]
    keys: frozenset[str]

    def rows_of(self, article: int) -> list[tuple[int, int, int | None]]:
        """Return the rows that say that an article carries these topics."""
        return [(article, topic, position) for topic, position in self.rows.items()]


class TopicRows:
    """Finds topics within one transaction, each of them once."""

    def __init__(self, db: Database, taxonomy: Taxonomy) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._found: dict[tuple[str, ...], ArticleTopics] = {}
        self._spelled: dict[str, str] = {}
        self._rows: dict[str, follows.Topic | None] = {}

    def spell(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return topics in the taxonomy's spelling, each once. Gives none of them a row."""
        return tuple(dict.fromkeys(map(self._spell, names)))

    def of(self, names: tuple[str, ...]) -> ArticleTopics:
        """Return the topics behind the names in a document that becomes an article.

        New ones get a row.
        """
        if names not in self._found:
            self._found[names] = self._find(names)
        return self._found[names]

    def _find(self, names: tuple[str, ...]) -> ArticleTopics:
        listed = self.spell(names)
        self._spelled |= {name: self._spell(name) for name in names}
        positions: list[tuple[str, int | None]] = [
            (name, at) for at, name in enumerate(listed)
        ]
        for name in listed:
            positions += [(wider, None) for wider in self._taxonomy.ancestors(name)]
        rows: dict[int, int | None] = {}
        keys: set[str] = set()
        for name, position in positions:
            topic = self._row(name)
            if topic is not None:
                rows.setdefault(topic.id, position)
                keys.add(topic.key)
        return ArticleTopics(listed, rows, frozenset(keys))

    def _spell(self, name: str) -> str:
        """Return a topic's name as the taxonomy spells it.

        Another word for a topic that ships with Paperboy means that topic only where it exists and
        the word is no topic of its own yet.
        """
        if name in self._spelled:
            return self._spelled[name]
        own = self._taxonomy.name(name)
        sample = self._taxonomy.sample_behind(name)
        if not sample or not topics.key(own):
            return own
        is_taken = follows.by_name(self._db, own) is not None
        return sample if not is_taken and follows.by_name(self._db, sample) else own

    def _row(self, name: str) -> follows.Topic | None:
        """Return the row of a topic; None for a name without letters and digits."""
        key = topics.key(name)
        if key not in self._rows:
            self._rows[key] = follows.carried(self._db, name) if key else None
        return self._rows[key]
