"""A file that was read, with what has to be known of it to decide what it means. Writes nothing; see `announce`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain import article
from bot.domain.article import Stored
from bot.domain.identity import Relation, are_two, digest, reads_alike, titles_agree
from bot.domain.record import ArticleRecord, facts, unpack
from bot.planning.rules import Read
from bot.store import files
from bot.store.database import Database
from bot.store.files import Known

#: Whether a file is on disk at this moment.
OnDisk = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Owners:
    """Which living files other than `path` tell an article. A living file is one on disk at that moment, not a row."""

    db: Database
    path: str
    #: None: every file that has a row counts as on disk.
    on_disk: OnDisk | None = None

    def of(self, stored: Stored | None) -> str | None:
        """Return the other file that owns an article and still tells it, or None."""
        if stored is None or not stored.path or stored.path == self.path:
            return None
        told = stored.path in files.of_article(self.db, stored.id)
        return stored.path if told and self._is_there(stored.path) else None

    def elsewhere(self, number: int) -> bool:
        """Return True if another living file was read as this article, even if it can't be read for the moment."""
        known = files.known_of(self.db, number) if self.on_disk else files.of_article(self.db, number)
        return any(path != self.path and self._is_there(path) for path in known)

    def _is_there(self, path: str) -> bool:
        return self.on_disk is None or self.on_disk(path)


@dataclass(frozen=True, slots=True)
class Case:
    """One file that tells an article."""

    read: Read
    #: With its topics in the taxonomy's spelling.
    record: ArticleRecord
    #: What was known of the file; None: nothing.
    known: Known | None
    #: The article that it told until now.
    mine: Stored | None
    owners: Owners

    @property
    def path(self) -> str:
        """The file's path."""
        return self.read.path

    @property
    def is_unchanged(self) -> bool:
        """Return True if the file tells what it told when it was taken for another file's article."""
        return self.known is not None and self.known.story in (files.UNKNOWN, digest(self.record.story))

    def repeats(self, relation: Relation, there: Stored | None, first: int | None) -> int | None:
        """Return the article that the file repeats, where that is news to the editors."""
        if relation is Relation.COPY:
            return first
        if relation is not Relation.OTHER or there is None or self.is_unchanged:
            return None
        return None if titles_agree(there.article.title, self.record.story.title) else there.id

    def was_read_alike(self, stored: Stored) -> bool:
        """Return True if only the version of ours that read the file differs from that which read it before.

        Then readers are not shown a change that its source did not make.
        """
        if article.is_of_this_version(stored.fingerprint):
            return False
        if stored.article.fingerprint == self.record.fingerprint:
            return True
        before = self.known or files.one(self.owners.db, stored.path)  # a renamed file is new by its path
        is_same_size = before is not None and before.mark[0] == self.read.mark[0]
        return is_same_size and reads_alike(stored.article, unpack(self.record))

    def is_too_early(self, there: Stored | None) -> bool:
        """Return True if the file tells another story than `there`, whose own file has only just gone.

        An earlier version recorded them as one. That file may have been renamed, and be read after this one; if it has
        not, it is forgotten after two whole scans.
        """
        return (
            there is not None
            and there.path not in ("", self.path)
            and not article.is_of_this_version(there.fingerprint)
            and are_two(article.story(there.article), self.record.story)
            and there.path in files.known_of(self.owners.db, there.id)
        )

    def is_as_recorded(self, stored: Stored) -> bool:
        """Return True if nothing that is written down differs."""
        before, after = stored.article, unpack(self.record)
        return (
            stored.path == self.path
            and stored.fingerprint == self.record.fingerprint
            and before.identity == after.identity
            and (before.quality, before.heat, before.kind) == (after.quality, after.heat, after.kind)
            and stored.withdrawn == after.removed
            and facts(before) == self.record.facts
        )
