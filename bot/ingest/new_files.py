"""Files that tell stories nobody told before, written many at once: what a first scan consists of.

A file is such a one if neither it nor any of its addresses is known, so that there is nothing to compare it with but
the titles of others. What is to become of any other file is decided one by one; see `announce`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain import delivery, topics
from bot.domain.arrival import UNPUBLISHED
from bot.domain.delivery import State
from bot.domain.identity import Relation, Told, first_of, judge, outlet
from bot.domain.record import ArticleRecord, with_topics
from bot.ingest.spelling import spelled
from bot.planning.rules import Mark, Read, Recorded, Rules
from bot.store import fanouts, files, follows, outbox, recording
from bot.store.database import Database, milliseconds, moment
from bot.store.recording import Entry


class Carried(NamedTuple):
    """The topics of an article: those listed, as the taxonomy spells them; rows and keys with the wider ones."""

    listed: tuple[str, ...]
    #: Row number of a topic → its position in the document, None for a wider one.
    rows: dict[int, int | None]
    keys: frozenset[str]


class _Taken(NamedTuple):
    path: str
    mark: Mark
    record: ArticleRecord
    warning: str


class NewFiles:
    """The new stories of one batch, gathered and written in runs: before a file that is none, and at the end.

    To be used within the one transaction in which the batch is written.
    """

    def __init__(self, db: Database, read: Sequence[Read], rules: Rules, at: datetime) -> None:
        self._db = db
        self._rules = rules
        self._at = at
        self._paths = files.seen(db, [one.path for one in read])
        self._addresses = recording.known(
            db, [address for one in read if one.record for address in one.record.addresses]
        )
        self._waiting: list[_Taken] = []
        self._topics = _Topics(db, rules)

    def take(self, read: Read) -> bool:
        """Take a file if it tells a new story; say whether it does. What it tells is known from now on."""
        record = read.record
        addresses = record.addresses if record else ()
        is_new = record is not None and read.path not in self._paths and self._addresses.isdisjoint(addresses)
        self._paths.add(read.path)
        self._addresses.update(addresses)
        if is_new and record:
            self._waiting.append(_Taken(read.path, read.mark, record, read.warning))
        return is_new

    def write(self) -> list[Recorded]:
        """Write down what was taken, and return what it meant."""
        taken, self._waiting = self._waiting, []
        if not taken:
            return []
        carried = [self._topics.of(one.record.topics) for one in taken]
        new = self._entries(taken, carried)
        first = recording.write(self._db, new, self._at)
        topics_of = ((one.number, *row) for one, each in zip(new, carried, strict=True) for row in each.rows.items())
        recording.set_topics(self._db, topics_of)
        files.put_all(
            self._db,
            [(one.path, one.mark, of.number, one.warning) for one, of in zip(taken, new, strict=True)],
            self._at,
        )
        self._post(new, carried, first)
        return [Recorded(one.path, _verdict(one), one.number, True, repeats=one.copy_of) for one in new]

    def _entries(self, taken: Sequence[_Taken], carried: Sequence[Carried]) -> list[Entry]:
        """Number what was taken, and find out what of it is a copy."""
        first_articles = FirstArticles(self._db, [one.record for one in taken], self._rules, self._at)
        begin = recording.next_number(self._db)
        waits = [self._rules.waits(one.record.facts, self._at) for one in taken]
        return [
            Entry(
                number,
                with_topics(one.record, each.listed),
                one.path,
                waiting,
                copy_of=first_articles.claim(one.record, number, public=waiting not in UNPUBLISHED),
            )
            for number, (one, each, waiting) in enumerate(zip(taken, carried, waits, strict=True), begin)
        ]

    def _post(self, new: Sequence[Entry], carried: Sequence[Carried], first: int) -> None:
        """Open the deliveries to channels and put a cursor before the followers; see `announce.post`."""
        recorded = moment(milliseconds(self._at))
        followed = follows.any_(self._db)
        starts: dict[int, list[tuple[int, datetime, State]]] = {}
        for place, (entry, each) in enumerate(zip(new, carried, strict=True), first):
            if entry.record.removed or entry.copy_of is not None:
                continue
            published = entry.record.published
            when = min(recorded if published is None else moment(published), recorded)
            old = self._rules.too_old(when, recorded, self._at)
            state = State.HELD if entry.waits else State.SKIPPED if old else State.PENDING
            for chat in delivery.plan(self._rules.channels, each.keys, entry.record.quality, place):
                starts.setdefault(chat, []).append((entry.number, when, state))
            if followed and state is State.PENDING:
                fanouts.begin(self._db, entry.number, recorded, place)
        for chat, articles in starts.items():
            outbox.open_channel(self._db, chat, articles, self._at)


class _Topics:
    """What names of topics come to, each looked up once."""

    def __init__(self, db: Database, rules: Rules) -> None:
        self._db = db
        self._taxonomy = rules.taxonomy
        self._carried: dict[tuple[str, ...], Carried] = {}
        self._names: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._rows: dict[str, tuple[int, str] | None] = {}

    def of(self, names: tuple[str, ...]) -> Carried:
        """Return the topics behind the names in a document; new ones get a row."""
        if names not in self._carried:
            self._carried[names] = self._find(names)
        return self._carried[names]

    def _find(self, names: tuple[str, ...]) -> Carried:
        named = [self._named(name) for name in names]
        listed = tuple(dict.fromkeys(name for name, _ in named))
        implied = [wider for name in listed for wider in self._named(name)[1]]
        found: dict[int, int | None] = {}
        keys = set()
        for position, name in [*enumerate(listed), *((None, name) for name in implied)]:
            topic = self._row(name)
            if topic:
                found.setdefault(topic[0], position)
                keys.add(topic[1])
        return Carried(listed, found, frozenset(keys))

    def _named(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Return the taxonomy's spelling of a name, and the wider topics."""
        if name not in self._names:
            meant = spelled(self._db, self._taxonomy, name)
            self._names[name] = meant, self._taxonomy.ancestors(meant)
        return self._names[name]

    def _row(self, name: str) -> tuple[int, str] | None:
        """Return row number and key; None for a name without letters and digits."""
        key = topics.key(name)
        if key not in self._rows:
            found = follows.carried(self._db, name) if key else None
            self._rows[key] = (found.id, found.key) if found else None
        return self._rows[key]


class FirstArticles:
    """Who told a story first, by its title, among what is known and what this run adds; see `identity.first_of`."""

    def __init__(self, db: Database, record: Sequence[ArticleRecord], rules: Rules, at: datetime) -> None:
        self._at = milliseconds(at)
        self._window = rules.same_title // timedelta(milliseconds=1)
        self._known: dict[str, list[Told]] = {}
        self._outlets: dict[str, set[str]] = {}
        if self._window:
            moments = [self._when(one) for one in record]
            keys = {one.story_key for one in record} - {""}
            self._known = recording.titles(db, keys, min(moments) - self._window, max(moments) + self._window)
            self._outlets = recording.outlets(db, keys)

    def claim(self, record: ArticleRecord, number: int = 0, *, public: bool = True) -> int | None:
        """Return the first article of this story, near enough in time; None where it is itself, the new `number`.

        public: others may be copies of it.
        """
        if not record.story_key or not self._window:
            return None
        when, story = self._when(record), record.story
        told = self._known.setdefault(record.story_key, [])
        outlets = self._outlets.setdefault(record.story_key, set())
        first = first_of(story, when, [one for one in told if abs(one.when - when) <= self._window], outlets)
        if public and not record.removed:
            outlets.add(outlet(story.provider))
            if first is None:
                told.append(Told(number, when, story))
        return first

    def _when(self, record: ArticleRecord) -> int:
        return self._at if record.published is None else min(record.published, self._at)


def _verdict(entry: Entry) -> Relation:
    return judge(mine=None, match=None, owner=None, path=entry.path, same_title=False, first=entry.copy_of)
