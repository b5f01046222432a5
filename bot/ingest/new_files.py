"""The one way in which new articles are written: many at once, with their topics and deliveries.

A file is new if neither its path nor any of its addresses is known: there is nothing to compare it
with but the titles of others. What any other file means is decided by `recorder`, one by one; where
that is a new article, it is written here too, as a batch of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.arrival import UNPUBLISHED, Waits, is_too_old
from bot.domain.article import effective_date
from bot.domain.identity import new_or_copy
from bot.domain.record import ArticleRecord, with_topics
from bot.ingest.batch import Batch
from bot.ingest.first_articles import FirstArticles
from bot.ingest.topic_rows import ArticleTopics
from bot.planning.opening import Opening, first_state, open_first
from bot.planning.rules import Read, Recorded
from bot.store import files, recording
from bot.store.database import milliseconds, moment
from bot.store.files import ReadFile
from bot.store.recording import Entry


class NewFile(NamedTuple):
    """A file that becomes a new article."""

    read: Read
    record: ArticleRecord


class NewFiles:
    """The new files of one batch, gathered and written in runs.

    A run ends before a file that is not new, and at the end of the batch. To be used within the one
    transaction in which the batch is written.
    """

    def __init__(self, batch: Batch, read: Sequence[Read]) -> None:
        self._batch = batch
        addresses: list[str] = []
        for one in read:
            addresses += one.record.addresses if one.record else ()
        self._paths = files.seen(batch.db, [one.path for one in read])
        self._addresses = recording.known(batch.db, addresses)
        self._waiting: list[NewFile] = []

    def take(self, read: Read) -> bool:
        """Take a file if it is new; return True if it is. Its path and addresses are known now."""
        record = read.record
        addresses = record.addresses if record else ()
        is_known = read.path in self._paths or not self._addresses.isdisjoint(addresses)
        self._paths.add(read.path)
        self._addresses.update(addresses)
        if record is None or is_known:
            return False
        self._waiting.append(NewFile(read, record))
        return True

    def write(self) -> list[Recorded]:
        """Write what was taken; return what it meant."""
        taken, self._waiting = self._waiting, []
        if not taken:
            return []
        records = [one.record for one in taken]
        window, at = self._batch.rules.same_title, self._batch.at
        return write(
            self._batch, taken, FirstArticles(self._batch.db, records, window, at)
        )


def write(
    batch: Batch, new: Sequence[NewFile], first_articles: FirstArticles
) -> list[Recorded]:
    """Write new articles with their topics, their files' rows and their deliveries.

    Return what they mean: a new article, or a copy of another.
    """
    db = batch.db
    topics = [batch.topics.of(one.record.topics) for one in new]
    entries = _entries(batch, new, topics, first_articles)
    first_sequence = recording.write(db, entries, batch.at)
    carried: list[tuple[int, int, int | None]] = []
    for entry, topics_of_one in zip(entries, topics, strict=True):
        carried += topics_of_one.rows_of(entry.number)
    recording.add_topics(db, carried)
    files.put_all(db, map(_file, new, entries), batch.at)
    _open(batch, entries, topics, first_sequence)
    return [_recorded(entry) for entry in entries]


def _entries(
    batch: Batch,
    new: Sequence[NewFile],
    topics: Sequence[ArticleTopics],
    first_articles: FirstArticles,
) -> list[Entry]:
    """Number new articles, and find out which of them wait and which are copies."""
    entries = []
    begin = recording.next_number(batch.db)
    for number, (one, topics_of_one) in enumerate(zip(new, topics, strict=True), begin):
        record = with_topics(one.record, topics_of_one.listed)
        waits = batch.rules.waits(record.facts, batch.at)
        copy_of = first_articles.find(record)
        if waits not in UNPUBLISHED and not record.removed:
            first_articles.add(record, number, is_copy=copy_of is not None)
        entries.append(Entry(number, record, one.read.path, waits, copy_of))
    return entries


def _open(
    batch: Batch,
    entries: Sequence[Entry],
    topics: Sequence[ArticleTopics],
    first_sequence: int,
) -> None:
    """Open the deliveries of new articles."""
    recorded = moment(milliseconds(batch.at))
    openings = []
    for sequence, (entry, topics_of_one) in enumerate(
        zip(entries, topics, strict=True), first_sequence
    ):
        record = entry.record
        if record.removed or entry.copy_of is not None:
            continue
        published = None if record.published is None else moment(record.published)
        date = effective_date(published, recorded)
        is_old = is_too_old(date, batch.at, batch.rules.max_age)
        state = first_state(entry.waits is not Waits.NOTHING, is_old)
        openings.append(
            Opening(
                entry.number, topics_of_one.keys, record.quality, date, state, sequence
            )
        )
    open_first(batch.db, openings, batch.rules.channels, batch.at)


def _file(one: NewFile, entry: Entry) -> ReadFile:
    return ReadFile(one.read.path, one.read.mark, entry.number, one.read.warning)


def _recorded(entry: Entry) -> Recorded:
    relation = new_or_copy(entry.copy_of)
    return Recorded(
        entry.path, relation, entry.number, changed=True, repeats=entry.copy_of
    )
