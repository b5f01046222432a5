"""A file that was read becomes an article with its deliveries, in one commit.

Decides what each file means. Reads no file, sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.domain.arrival import UNPUBLISHED
from bot.domain.article import Stored
from bot.domain.identity import Relation, digest, judge, match
from bot.domain.record import ArticleRecord, with_topics
from bot.ingest import arrivals, new_files, updates
from bot.ingest.batch import Batch, OnDisk
from bot.ingest.cases import Case, Owners
from bot.ingest.first_articles import FirstArticles
from bot.ingest.new_files import NewFile, NewFiles
from bot.ingest.topic_rows import TopicRows
from bot.planning import remarks
from bot.planning.rules import Read, Recorded, Rules
from bot.store import article_files, articles, files, missing_files, recording
from bot.store.database import Database, milliseconds, transaction
from bot.store.files import Known


class Meaning(NamedTuple):
    """What a file means."""

    relation: Relation
    #: The article that it is about; None: a new one.
    article: Stored | None
    #: What is known under its title; None where nothing had to be looked up.
    first_articles: FirstArticles | None = None


def record(
    db: Database,
    read: Sequence[Read],
    rules: Rules,
    at: datetime,
    on_disk: OnDisk | None = None,
) -> list[Recorded]:
    """Write a batch of files, oldest article first, in one commit.

    on_disk: None: every file that has a row counts as on disk.
    """
    now = milliseconds(at)
    by_date = sorted(read, key=lambda one: (_date(one, now), one.path))
    with transaction(db):
        topics = TopicRows(db, rules.taxonomy)
        batch = Batch(db=db, rules=rules, at=at, topics=topics, on_disk=on_disk)
        recorded = _record_all(batch, by_date)
        numbers = [one.article for one in recorded if one.article]
        arrivals.weigh(db, numbers, rules, at)
        remarks.remark(db, recorded, at, drafts=rules.hold_drafts)
        return recorded


def record_missing(
    db: Database, paths: Sequence[str], *, withdraw_at: datetime | None = None
) -> list[int]:
    """Count one more whole scan without these files; forget those missing twice.

    Return the articles left without a file. Such an article stays as it is, or is withdrawn at
    `withdraw_at`.
    """
    left = []
    with transaction(db):
        for path, number in missing_files.miss(db, paths):
            files.forget(db, path)
            if number is None:
                continue
            stored = articles.get(db, number)
            if stored is None or stored.path != path:
                continue
            updates.hand_over(db, stored, path)
            if article_files.any_of(db, stored.id):
                continue
            left.append(stored.id)
            if withdraw_at and not stored.withdrawn:
                updates.set_withdrawn(db, stored.id, True, withdraw_at)
    return left


def _record_all(batch: Batch, by_date: Sequence[Read]) -> list[Recorded]:
    new = NewFiles(batch, by_date)
    recorded: list[Recorded] = []
    for one in by_date:
        if not new.take(one):
            recorded += new.write()
            recorded.append(_record(batch, one))
    recorded += new.write()
    return recorded


def _record(batch: Batch, read: Read) -> Recorded:
    """Record a file whose path or addresses are known, or that was rejected."""
    if read.record is None:
        return _reject(batch, read)
    case = _case(batch, read, read.record)
    meaning = _decide(batch, case)
    if meaning.relation is Relation.OWN and case.is_too_early(meaning.article):
        return Recorded(read.path, None)
    recorded = _write(batch, case, meaning)
    _settle_file(batch, case, recorded)
    return recorded


def _reject(batch: Batch, read: Read) -> Recorded:
    path, reason = read.path, read.reason
    is_news = files.reject(batch.db, path, read.mark, reason, batch.at)
    if not is_news:
        reason = ""
    return Recorded(path, None, reason=reason)


def _case(batch: Batch, read: Read, record: ArticleRecord) -> Case:
    db = batch.db
    topics = batch.topics.spell(record.topics)
    record = with_topics(record, topics)
    known = files.one(db, read.path)
    if known is None:
        known = _renamed(batch, read, record)
    mine = None
    if known and known.article:
        mine = articles.get(db, known.article)
    owners = Owners(db, read.path, batch.on_disk)
    return Case(read, record, known, mine, owners)


def _renamed(batch: Batch, read: Read, record: ArticleRecord) -> Known | None:
    """Return what is known of a file under the path that it had before it was renamed.

    Only of one that repeated another's article when an earlier version of ours read it.
    """
    if batch.on_disk is None:
        return None
    size, _, _ = read.mark
    paths = article_files.unknown_repeats(batch.db, record.addresses, size)
    for path in paths:
        if not batch.on_disk(path):
            return files.one(batch.db, path)
    return None


def _decide(batch: Batch, case: Case) -> Meaning:
    """Return what a file means. One that repeats a title is a copy of the first article of it."""
    db, record = batch.db, case.record
    is_same = case.is_same_story
    number = _match(db, case, is_same)
    article = case.mine
    if number is not None and number != case.mine_id:
        article = articles.get(db, number)
    owner = None
    if not _gives_way(batch, article, record):
        owner = case.owners.of(article)
    first = first_articles = None
    if number is None and not is_same:
        first_articles = FirstArticles(db, [record], batch.rules.same_title, batch.at)
        first = first_articles.find(record)
    relation = judge(
        mine=case.mine_id,
        match=number,
        owner=owner,
        path=case.path,
        is_same_story=is_same,
        first=first,
    )
    return Meaning(relation, article, first_articles)


def _match(db: Database, case: Case, is_same_story: bool) -> int | None:
    """Return the article that has an address of a file and tells its story, or None."""
    addresses = case.record.addresses
    return match(
        case.record.story,
        mine=case.mine_id,
        is_same_story=is_same_story,
        is_unchanged=case.is_unchanged,
        at_addresses=(recording.at(db, address) for address in addresses),
        elsewhere=case.owners.elsewhere,
    )


def _gives_way(batch: Batch, owner: Stored | None, record: ArticleRecord) -> bool:
    """Return True if a file shows an article to readers that its owner has as a draft, say."""
    if owner is None or owner.waits not in UNPUBLISHED:
        return False
    waits = batch.rules.waits(record.facts, batch.at)
    return waits not in UNPUBLISHED


def _write(batch: Batch, case: Case, meaning: Meaning) -> Recorded:
    """Carry out what a file means."""
    db = batch.db
    relation, article, first_articles = meaning
    is_new = relation in (Relation.NEW, Relation.COPY)
    if is_new and first_articles is not None:
        new = NewFile(case.read, case.record)
        (recorded,) = new_files.write(batch, [new], first_articles)
        return recorded
    assert article is not None  # noqa: S101 - only a new article is about none that is known
    is_other = relation is Relation.OTHER
    is_shown = not is_other
    if relation is Relation.MERGED and case.mine is not None:
        article = updates.merge(batch, case.mine, article)
        is_shown = case.owners.of(article) is None
    changed = False
    if is_shown:
        changed = updates.update(batch, article, case)
    articles.add_addresses(db, article.id, case.record.addresses, shared=not is_other)
    files.put(
        db,
        case.path,
        case.read.mark,
        article=article.id,
        at=batch.at,
        warning=case.read.warning,
    )
    repeats = None
    if is_other:
        repeats = case.repeated_article(article)
    return Recorded(case.path, relation, article.id, changed, repeats=repeats)


def _settle_file(batch: Batch, case: Case, recorded: Recorded) -> None:
    """Write what follows for the file, its notices and the article that it described before."""
    db = batch.db
    path, known = case.path, case.known
    is_other = recorded.relation is Relation.OTHER
    story = digest(case.record.story) if is_other else ""
    files.set_story(db, path, story)
    if known is not None:
        if known.rejected:
            remarks.accepted(db, path, batch.at)
        if known.story and not is_other:
            remarks.on_its_own(db, path, batch.at)
    if case.mine is not None and case.mine_id != recorded.article:
        updates.hand_over(db, case.mine, path)


def _date(read: Read, at: int) -> int:
    """Return what the files of a batch are ordered by."""
    record = read.record
    if record is None or record.published is None:
        return at
    return record.published
