"""The topics behind the names in a document: their spelling and their rows, each looked up once.

Writes no topics of an article; see `recorder`.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.domain import topics
from bot.domain.topics import Taxonomy
from bot.store import follows
from bot.store.database import Database

#: Names of topics in the order of a document.
_Names = tuple[str, ...]
#: An article, a topic, and the position of its name; None for a wider topic.
TopicRow = tuple[int, int, int | None]


class ArticleTopics(NamedTuple):
    """The topics of an article. `rows` and `keys` include the wider ones."""

    #: Names as the taxonomy spells them.
    listed: _Names
    #: Row number of a topic → its position in the document, None for a wider one.
    rows: dict[int, int | None]
    keys: frozenset[str]

    def rows_of(self, article: int) -> list[TopicRow]:
        """Return the rows that say that an article carries these topics."""
        rows = []
        for topic, position in self.rows.items():
            row = (article, topic, position)
            rows.append(row)
        return rows


class TopicRows:
    """Finds topics within one transaction, each of them once."""

    def __init__(self, db: Database, taxonomy: Taxonomy) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._known: dict[_Names, ArticleTopics] = {}
        self._spelled: dict[str, str] = {}
        self._rows: dict[str, follows.Topic] = {}

    def spell(self, names: _Names) -> _Names:
        """Return topics in the taxonomy's spelling, each once. Gives none of them a row."""
        spelled = map(self._spell, names)
        once = dict.fromkeys(spelled)
        return tuple(once)

    def of(self, names: _Names) -> ArticleTopics:
        """Return the topics behind the names in a document that becomes an article.

        New ones get a row.
        """
        known = self._known.get(names)
        if known is None:
            known = self._find(names)
            self._known[names] = known
        return known

    def _find(self, names: _Names) -> ArticleTopics:
        listed = self.spell(names)
        for name in names:
            self._spelled[name] = self._spell(name)
        rows: dict[int, int | None] = {}
        keys: set[str] = set()
        for name, position in self._positions(listed).items():
            topic = self._row(name)
            if topic is None:
                continue
            rows.setdefault(topic.id, position)
            keys.add(topic.key)
        return ArticleTopics(listed, rows, frozenset(keys))

    def _positions(self, listed: _Names) -> dict[str, int | None]:
        """Return topics with their positions, then the wider ones of all of them."""
        positions: dict[str, int | None]
        positions = {name: position for position, name in enumerate(listed)}
        for name in listed:
            for wider in self._taxonomy.ancestors(name):
                positions.setdefault(wider, None)
        return positions

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
        is_taken = self._exists(own)
        if not is_taken and self._exists(sample):
            return sample
        return own

    def _exists(self, name: str) -> bool:
        topic = follows.by_name(self._db, name)
        return topic is not None

    def _row(self, name: str) -> follows.Topic | None:
        """Return the row of a topic; None for a name without letters and digits."""
        key = topics.key(name)
        if not key:
            return None
        row = self._rows.get(key)
        if row is None:
            row = follows.carried(self._db, name)
            self._rows[key] = row
        return row
