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
from bot.ingest.topic_rows import ArticleTopics, TopicRow
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
        paths: list[str] = []
        addresses: list[str] = []
        for file in read:
            paths.append(file.path)
            if file.record:
                addresses += file.record.addresses
        self._paths = files.seen(batch.db, paths)
        self._addresses = recording.known(batch.db, addresses)
        self._waiting: list[NewFile] = []

    def take(self, read: Read) -> bool:
        """Take a file if it is new; return True if it is. Its path and addresses are known now."""
        path, record = read.path, read.record
        is_new = path not in self._paths
        self._paths.add(path)
        if record is None:
            return False
        if not self._addresses.isdisjoint(record.addresses):
            is_new = False
        self._addresses.update(record.addresses)
        if is_new:
            self._waiting.append(NewFile(read, record))
        return is_new

    def write(self) -> list[Recorded]:
        """Write what was taken; return what it meant."""
        new = self._waiting
        if not new:
            return []
        self._waiting = []
        return write(self._batch, new)


def write(batch: Batch, new: Sequence[NewFile]) -> list[Recorded]:
    """Write new articles with their topics, their files' rows and their deliveries.

    Return what they mean: a new article, or a copy of another.
    """
    db, at = batch.db, batch.at
    topics = []
    for file in new:
        carried = batch.topics.of(file.record.topics)
        topics.append(carried)
    entries = _entries(batch, new, topics)
    first_sequence = recording.write(db, entries, at)
    rows: list[TopicRow] = []
    for entry, carried in zip(entries, topics, strict=True):
        rows += carried.rows_of(entry.number)
    recording.add_topics(db, rows)
    read = map(_file, new, entries)
    files.put_all(db, read, at)
    _open(batch, entries, topics, first_sequence)
    return [_recorded(entry) for entry in entries]


def _entries(
    batch: Batch, new: Sequence[NewFile], topics: Sequence[ArticleTopics]
) -> list[Entry]:
    """Number new articles, and find out which of them wait and which are copies."""
    records = [file.record for file in new]
    window = batch.rules.same_title
    first_articles = FirstArticles(batch.db, records, window, batch.at)
    entries = []
    number = recording.next_number(batch.db)
    for file, carried in zip(new, topics, strict=True):
        record = with_topics(file.record, carried.listed)
        waits = batch.rules.waits(record.facts, batch.at)
        copy_of = first_articles.find(record)
        is_published = waits not in UNPUBLISHED and not record.removed
        if is_published:
            is_copy = copy_of is not None
            first_articles.add(record, number, is_copy=is_copy)
        entry = Entry(number, record, file.read.path, waits, copy_of)
        entries.append(entry)
        number += 1
    return entries


def _open(
    batch: Batch,
    entries: Sequence[Entry],
    topics: Sequence[ArticleTopics],
    first_sequence: int,
) -> None:
    """Open the deliveries of new articles."""
    at, rules = batch.at, batch.rules
    recorded = moment(milliseconds(at))
    openings = []
    for index, (entry, carried) in enumerate(zip(entries, topics, strict=True)):
        record = entry.record
        if record.removed or entry.copy_of is not None:
            continue
        published = None
        if record.published is not None:
            published = moment(record.published)
        date = effective_date(published, recorded)
        is_old = is_too_old(date, at, rules.max_age)
        is_held = entry.waits is not Waits.NOTHING
        opening = Opening(
            entry.number,
            carried.keys,
            record.quality,
            date,
            first_state(is_held, is_old),
            first_sequence + index,
        )
        openings.append(opening)
    open_first(batch.db, openings, rules.channels, at)


def _file(new: NewFile, entry: Entry) -> ReadFile:
    read = new.read
    return ReadFile(read.path, read.mark, entry.number, read.warning)


def _recorded(entry: Entry) -> Recorded:
    first = entry.copy_of
    relation = new_or_copy(first)
    return Recorded(entry.path, relation, entry.number, changed=True, repeats=first)
