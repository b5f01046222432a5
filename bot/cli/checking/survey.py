"""The articles in the database, and those in the folder that it does not know. Judges nothing.

Of a large folder only the newest files are read, so that a check takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from bot.domain import record, topics
from bot.domain.article import Article
from bot.domain.topics import Taxonomy
from bot.errors import ArticleError, PaperboyError, StoreError
from bot.feed import document
from bot.feed import folder as listings
from bot.feed.folder import Stamp
from bot.planning.rules import Rules
from bot.settings import Settings
from bot.store import channel_starts, files, follows, inspection, recorded
from bot.store.recorded import Known

#: How many files are listed at most, and how many of them are read.
LISTED, READ = 200_000, 2_000
#: Articles of the database that are compared.
_NEWEST = 2_000


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to post."""

    #: Paths below the folder that the patterns choose; None: the folder can't be read.
    files: tuple[str, ...] | None
    #: Folders in it that can't be read.
    unread: tuple[str, ...]
    #: Files that were read and are not articles.
    rejected: tuple[ArticleError, ...]
    #: How many files were read.
    read: int
    articles: tuple[Known, ...]
    #: Names of the topics that articles carry.
    topics: frozenset[str]
    #: The highest quality; None: there are no articles.
    best: int | None
    #: Whether the bot has posted with this database, or recorded its start.
    begun: bool
    #: How many files the database knows.
    recorded: int = 0

    @property
    def none(self) -> str:
        """Return "no article", or what is true where only the newest files were read."""
        known = max(self.read, READ, self.recorded)
        if self.files and len(self.files) > known:
            return "none of the newest articles"
        return "no article"


@dataclass(frozen=True, slots=True)
class _Stored:
    articles: Sequence[Known] = ()
    topics: frozenset[str] = frozenset()
    best: int | None = None
    begun: bool = False
    paths: frozenset[str] = frozenset()
    files: int = 0


def survey(settings: Settings, taxonomy: Taxonomy, at: datetime) -> Survey:
    """Read folder and database; neither has to exist."""
    stamps = _listed(settings.feed.folder, settings.feed.patterns)
    paths = _newest_first(stamps or ())
    newest = paths[:READ]
    stored = _stored(settings.store.database, newest)
    unknown = [path for path in newest if path not in stored.paths]
    articles, rejected = _read(settings, unknown)
    rules = Rules.of(settings, taxonomy, ())
    known = [_known(article, rules, taxonomy, at) for article in articles]
    return Survey(
        files=None if stamps is None else tuple(paths),
        unread=_unread(stamps or ()),
        rejected=tuple(rejected),
        read=len(articles) + len(rejected),
        articles=(*stored.articles, *known),
        topics=stored.topics | _topics(articles, taxonomy),
        best=_best(articles, stored.best),
        begun=stored.begun,
        recorded=stored.files,
    )


def _best(articles: Iterable[Article], stored: int | None) -> int | None:
    """Return the highest quality, None without articles. stored: that of the recorded ones."""
    qualities = [article.quality for article in articles]
    if stored is not None:
        qualities.append(stored)
    return max(qualities, default=None)


def _topics(articles: Iterable[Article], taxonomy: Taxonomy) -> set[str]:
    """Return the names of the topics that articles carry."""
    names: set[str] = set()
    for article in articles:
        names.update(map(taxonomy.name, article.topics))
    return names


def _newest_first(stamps: Iterable[Stamp]) -> list[str]:
    """Return the paths of files, the last changed first, without unreadable folders."""
    files = []
    for stamp in sorted(stamps, key=_when_changed, reverse=True):
        if not _is_folder(stamp):
            path, *_ = stamp
            files.append(path)
    return files


def _when_changed(stamp: Stamp) -> int:
    return stamp[2]


def _unread(stamps: Iterable[Stamp]) -> tuple[str, ...]:
    """Return the folders that can't be read."""
    folders = [path for path, *_ in filter(_is_folder, stamps)]
    return tuple(sorted(folders))


def _is_folder(stamp: Stamp) -> bool:
    """Return True for a folder that can't be read; the others are listed by their files."""
    return stamp[0].endswith("/")


def _listed(folder: Path, patterns: Sequence[str]) -> list[Stamp] | None:
    try:
        return list(islice(listings.listing(folder, patterns), LISTED))
    except (PaperboyError, OSError):
        return None


def _stored(database: Path, paths: Sequence[str]) -> _Stored:
    try:
        with inspection.reading(database) as db:
            return _Stored(
                articles=recorded.newest(db, _NEWEST),
                topics=frozenset(one.name for one in follows.overview(db)),
                best=recorded.best_quality(db),
                begun=channel_starts.any_begun(db),
                paths=frozenset(files.some(db, paths)),
                files=files.count(db),
            )
    except StoreError:  # reported elsewhere, or not there yet
        return _Stored()


def _read(
    settings: Settings, paths: Iterable[str]
) -> tuple[list[Article], list[ArticleError]]:
    reader = document.Folder(settings.feed.folder, settings.feed.max_file_bytes)
    articles, rejected = [], []
    for path in paths:
        try:
            articles.append(reader.read(path).article)
        except ArticleError as error:
            rejected.append(error)
    return articles, rejected


def _known(article: Article, rules: Rules, taxonomy: Taxonomy, at: datetime) -> Known:
    names: list[str] = []
    for topic in article.topics:
        names += (topic, *taxonomy.ancestors(topic))
    keys = [topics.key(taxonomy.name(name)) for name in names]
    return Known(
        quality=article.quality,
        published=article.published,
        waits=rules.waits(record.facts(article), at),
        keys=frozenset(keys),
    )
