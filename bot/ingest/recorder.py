"""A file that was read becomes an article with its deliveries, in one commit.

What it means is decided by `meaning`. Reads no file, sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Stored
from bot.domain.identity import Relation, digest
from bot.ingest import arrivals, cases, new_files, updates
from bot.ingest.batch import Batch, OnDisk
from bot.ingest.cases import Case
from bot.ingest.meaning import decide
from bot.ingest.new_files import NewFile, NewFiles
from bot.ingest.topic_rows import TopicRows
from bot.planning import remarks
from bot.planning.rules import Read, Recorded, Rules
from bot.store import article_files, articles, files, missing_files
from bot.store.database import Database, milliseconds, transaction


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
        arrivals.hold_back(db, numbers, rules, at)
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
    for file in by_date:
        if new.take(file):
            continue
        recorded += new.write()
        recorded.append(_record(batch, file))
    recorded += new.write()
    return recorded


def _record(batch: Batch, read: Read) -> Recorded:
    """Record a file whose path or addresses are known, or that was rejected."""
    if read.record is None:
        return _reject(batch, read)
    case = cases.of(batch, read, read.record)
    relation, article = decide(batch, case)
    if relation is Relation.OWN and case.is_too_early(article):
        return Recorded(read.path, None)
    if article is None:
        recorded = _write_new(batch, case)
    else:
        recorded = _write_known(batch, case, relation, article)
    _settle_file(batch, case, recorded)
    return recorded


def _reject(batch: Batch, read: Read) -> Recorded:
    path = read.path
    reason = read.reason
    is_news = files.reject(batch.db, path, read.mark, reason, batch.at)
    if is_news:
        return Recorded(path, None, reason=reason)
    return Recorded(path, None)


def _write_new(batch: Batch, case: Case) -> Recorded:
    """Write the new article that a file describes, which may be a copy of another."""
    new = NewFile(case.read, case.record)
    (recorded,) = new_files.write(batch, [new])
    return recorded


def _write_known(
    batch: Batch, case: Case, relation: Relation, article: Stored
) -> Recorded:
    """Write what a file says of an article that is known."""
    db, read = batch.db, case.read
    previous = case.previous
    is_other = relation is Relation.OTHER
    is_shown = not is_other
    if relation is Relation.MERGED and previous is not None:
        article = updates.merge(batch, previous, article)
        is_shown = case.owners.of(article) is None
    changed = False
    if is_shown:
        changed = updates.update(batch, article, case)
    number = article.id
    addresses = case.record.addresses
    articles.add_addresses(db, number, addresses, shared=not is_other)
    files.put(
        db,
        read.path,
        read.mark,
        article=number,
        at=batch.at,
        warning=read.warning,
    )
    repeats = None
    if is_other:
        repeats = case.repeated_article(article)
    return Recorded(read.path, relation, number, changed, repeats=repeats)


def _settle_file(batch: Batch, case: Case, recorded: Recorded) -> None:
    """Write what follows for the file, its notices and the article that it described before."""
    db = batch.db
    path, known = case.path, case.known
    is_other = recorded.relation is Relation.OTHER
    story = ""
    if is_other:
        story = digest(case.record.story)
    files.set_story(db, path, story)
    if known is not None:
        if known.rejected:
            remarks.accepted(db, path, batch.at)
        if known.story and not is_other:
            remarks.on_its_own(db, path, batch.at)
    previous = case.previous
    if previous is not None and previous.id != recorded.article:
        updates.hand_over(db, previous, path)


def _date(read: Read, at: int) -> int:
    """Return what the files of a batch are ordered by."""
    record = read.record
    if record is None or record.published is None:
        return at
    return record.published
