"""What recording files goes by, what it is given and what it returns. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.arrival import Facts, Future, Waits, decide
from bot.domain.delivery import Channel
from bot.domain.identity import Relation
from bot.domain.record import ArticleRecord
from bot.domain.topics import Taxonomy
from bot.settings import Settings

#: Size, mtime_ns, inode.
Mark = tuple[int, int, int]
#: How long changes are gathered before posts are edited, unless the settings say otherwise.
GATHER = timedelta(seconds=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What recording goes by: the operator's settings and the channels as they stand."""

    taxonomy: Taxonomy
    channels: tuple[Channel, ...] = ()
    #: `published: false` waits for an editor.
    hold: bool = False
    #: Drafts wait for an editor.
    hold_drafts: bool = False
    #: What becomes of an article that is dated to come.
    future: Future = Future.WAIT
    #: So many old articles may arrive at once and be posted; None: however many.
    bulk_above: int | None = None
    same_title: timedelta = timedelta(days=30)
    #: How long changes are gathered before posts are edited.
    gather: timedelta = GATHER
    #: Older articles are recorded and not posted; None: however old they are.
    max_age: timedelta | None = None

    @classmethod
    def of(
        cls, settings: Settings, taxonomy: Taxonomy, channels: Iterable[Channel]
    ) -> Rules:
        """Return what recording goes by under these settings."""
        feed = settings.feed
        return cls(
            taxonomy=taxonomy,
            channels=tuple(channels),
            hold=feed.unpublished == "hold",
            hold_drafts=feed.drafts == "hold",
            future=Future(feed.future),
            bulk_above=feed.bulk,
            same_title=timedelta(days=feed.same_title_days),
            gather=timedelta(seconds=settings.delivery.edit_seconds),
            max_age=feed.max_age,
        )

    def waits(
        self,
        now: Facts,
        at: datetime,
        before: Waits = Waits.NOTHING,
        was: Facts | None = None,
    ) -> Waits:
        """Return what an article waits for; see `arrival.decide`."""
        moment = (at - _EPOCH) // _MILLISECOND
        return decide(
            now, moment, before=before, was=was, future=self.future, hold=self.hold
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was read; exactly one of `record` and `reason` is there."""

    path: str
    mark: Mark
    record: ArticleRecord | None = None
    reason: str = ""
    #: What of the article's fields could not be read.
    warning: str = ""
    #: A rejected file that may still be being written.
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The result of recording one file."""

    path: str
    relation: Relation | None
    #: Row number of the article, or None for a rejected file.
    article: int | None = None
    #: Readers see something else than before.
    changed: bool = False
    #: A rejected file's reason, when it is news.
    reason: str = ""
    #: The article whose story this file repeats, when that is news: it is recorded and not posted.
    repeats: int | None = None
