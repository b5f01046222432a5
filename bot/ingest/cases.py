"""A file that was read, with what has to be known to decide what it means.

Decides and writes nothing; see `meaning` and `recorder`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import article
from bot.domain.article import Stored
from bot.domain.identity import (
    are_two,
    digest,
    is_same_story,
    titles_agree,
)
from bot.domain.record import ArticleRecord, facts, unpack, with_topics
from bot.domain.rereading import reads_alike
from bot.ingest.batch import Batch, OnDisk
from bot.planning.rules import Read
from bot.store import article_files, articles, files
from bot.store.database import Database
from bot.store.files import Known


@dataclass(frozen=True, slots=True)
class Owners:
    """An article's living files, without the one at `path`.

    A living file is one on disk at that moment, not a row.
    """

    db: Database
    path: str
    #: None: every file that has a row counts as on disk.
    on_disk: OnDisk | None = None

    def of(self, stored: Stored | None) -> str | None:
        """Return the other file that owns an article and still describes it, or None."""
        if stored is None or stored.path in ("", self.path):
            return None
        path = stored.path
        living = article_files.of_article(self.db, stored.id)
        if path in living and self._is_there(path):
            return path
        return None

    def has_other_file(self, number: int) -> bool:
        """Return True if another living file was read as this article.

        It may be one that can't be read for the moment.
        """
        if self.on_disk is None:
            paths = article_files.of_article(self.db, number)
        else:
            paths = article_files.known_of(self.db, number)
        return any(path != self.path and self._is_there(path) for path in paths)

    def _is_there(self, path: str) -> bool:
        if self.on_disk is None:
            return True
        return self.on_disk(path)


@dataclass(frozen=True, slots=True)
class Case:
    """One file that describes an article."""

    read: Read
    #: With its topics in the taxonomy's spelling.
    record: ArticleRecord
    #: What was known of the file; None: nothing.
    known: Known | None
    #: The article that it described until now.
    previous: Stored | None
    owners: Owners

    @property
    def path(self) -> str:
        """The file's path."""
        return self.read.path

    @property
    def previous_id(self) -> int | None:
        """The number of the article that the file described until now."""
        if self.previous is None:
            return None
        return self.previous.id

    @property
    def is_same_story(self) -> bool:
        """Return True if the file still tells the story that it told until now."""
        if self.previous is None:
            return False
        return is_same_story(self.previous.article, unpack(self.record))

    @property
    def is_unchanged(self) -> bool:
        """Return True if the file is as it was when it was taken for another file's article."""
        if self.known is None:
            return False
        story = self.known.story
        if story == files.UNKNOWN:
            return True
        return story == digest(self.record.story)

    def repeated_article(self, article: Stored) -> int | None:
        """Return the id of another file's article that has this file's address.

        None where the editors need not hear of it: the titles agree, or the file is unchanged.
        """
        if self.is_unchanged:
            return None
        title = self.record.story.title
        if titles_agree(article.article.title, title):
            return None
        return article.id

    def was_read_alike(self, stored: Stored) -> bool:
        """Return True if the file is unchanged, and only the version of Paperboy is another.

        Then readers are not shown a change that its source did not make.
        """
        if article.is_of_this_version(stored.fingerprint):
            return False
        if stored.article.fingerprint == self.record.fingerprint:
            return True
        # A renamed file is new by its path.
        before = self.known
        if before is None:
            before = files.one(self.owners.db, stored.path)
        if before is None:
            return False
        size, _, _ = self.read.mark
        size_before, _, _ = before.mark
        if size != size_before:
            return False
        return reads_alike(stored.article, unpack(self.record))

    def is_too_early(self, stored: Stored | None) -> bool:
        """Return True if the file tells another story than `stored`, whose own file has just gone.

        An earlier version recorded them as one. That file may have been renamed, and be read after
        this one; if it has not, it is forgotten after two whole scans.
        """
        if stored is None or stored.path in ("", self.path):
            return False
        if article.is_of_this_version(stored.fingerprint):
            return False
        story = article.story(stored.article)
        if not are_two(story, self.record.story):
            return False
        known = article_files.known_of(self.owners.db, stored.id)
        return stored.path in known

    def is_as_recorded(self, stored: Stored) -> bool:
        """Return True if the article is stored exactly as the file describes it."""
        before = stored.article
        after = unpack(self.record)
        return (
            stored.path == self.path
            and stored.fingerprint == self.record.fingerprint
            and before.identity == after.identity
            and before.quality == after.quality
            and before.heat == after.heat
            and before.kind == after.kind
            and stored.withdrawn == after.removed
            and facts(before) == self.record.facts
        )


def of(batch: Batch, read: Read, record: ArticleRecord) -> Case:
    """Return a file that was read, with what is known of it."""
    db = batch.db
    topics = batch.topics.spell(record.topics)
    record = with_topics(record, topics)
    known = files.one(db, read.path)
    if known is None:
        known = _renamed(batch, read, record)
    previous = None
    if known and known.article:
        previous = articles.get(db, known.article)
    owners = Owners(db, read.path, batch.on_disk)
    return Case(read, record, known, previous, owners)


def _renamed(batch: Batch, read: Read, record: ArticleRecord) -> Known | None:
    """Return what is known of a file under the path that it had before it was renamed.

    Only of one that an earlier version of Paperboy took for another file's article.
    """
    if batch.on_disk is None:
        return None
    size, _, _ = read.mark
    paths = article_files.unknown_repeats(batch.db, record.addresses, size)
    for path in paths:
        if not batch.on_disk(path):
            return files.one(batch.db, path)
    return None
