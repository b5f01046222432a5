"""A file that was read becomes an article with its deliveries, in one commit. Reads no file, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.arrival import HIDDEN, UNPUBLISHED, Facts, Waits
from bot.domain.article import Stored
from bot.domain.delivery import State
from bot.domain.identity import Relation, digest, is_same_story, judge, match
from bot.domain.record import ArticleRecord, facts, unpack, with_topics
from bot.domain.topics import Taxonomy
from bot.ingest import arrivals
from bot.ingest.cases import Case, OnDisk, Owners
from bot.ingest.new_files import FirstArticles, NewFiles
from bot.ingest.spelling import spelled
from bot.planning import remarks
from bot.planning.opening import pass_over, post, release
from bot.planning.rules import Read, Recorded, Rules
from bot.store import articles, edits, fanouts, files, follows, holding, merging, outbox, recording
from bot.store.database import Database, milliseconds, transaction
from bot.store.files import Known


def record(
    db: Database, read: Sequence[Read], rules: Rules, at: datetime, on_disk: OnDisk | None = None
) -> list[Recorded]:
    """Write a batch of files, oldest story first, in one commit. on_disk: whether a file is there at this moment."""
    now = milliseconds(at)
    ordered = sorted(read, key=lambda one: (_when(one, now), one.path))
    with transaction(db):
        new_files = NewFiles(db, ordered, rules, at)
        recorded = []
        for one in ordered:
            if not new_files.take(one):
                recorded += new_files.write()
                recorded.append(_record(db, one, rules, at, on_disk))
        recorded += new_files.write()
        arrivals.weigh(db, [one.article for one in recorded if one.article], rules, at)
        remarks.remark(db, recorded, at, drafts=rules.hold_drafts)
        return recorded


def miss(db: Database, paths: Sequence[str], *, withdraw_at: datetime | None = None) -> list[int]:
    """Count one more whole scan without these files; forget those missing twice. Return the articles left without one.

    Such an article stays as it is, or is taken back where `withdraw_at` tells the moment.
    """
    left = []
    with transaction(db):
        for path, number in files.miss(db, paths):
            files.forget(db, path)
            stored = articles.get(db, number) if number is not None else None
            if stored and stored.path == path:
                _leave(db, stored, path)
                if not files.any_of(db, stored.id):
                    left.append(stored.id)
                    if withdraw_at and not stored.withdrawn:
                        _set_withdrawn(db, stored.id, True, withdraw_at)
    return left


def _record(db: Database, read: Read, rules: Rules, at: datetime, on_disk: OnDisk | None) -> Recorded:
    if read.record is None:
        news = files.reject(db, read.path, read.mark, read.reason, at)
        return Recorded(read.path, None, reason=read.reason if news else "")
    record = with_topics(read.record, _named(db, read.record.topics, rules.taxonomy))
    known = files.one(db, read.path) or _renamed(db, read, record, on_disk)
    mine = articles.get(db, known.article) if known and known.article else None
    case = Case(read, record, known, mine, Owners(db, read.path, on_disk))
    relation, there, first = _judge(db, case, rules, at)
    if relation is Relation.OWN and case.is_too_early(there):
        return Recorded(read.path, None)
    written, changed = _write(db, case, relation, there, first, rules, at)
    articles.add_addresses(db, written, record.addresses, shared=relation is not Relation.OTHER)
    files.put(db, read.path, read.mark, article=written, at=at, warning=read.warning)
    files.set_story(db, read.path, digest(record.story) if relation is Relation.OTHER else "")
    if known:
        _close_notices(db, known, relation, read.path, at)
    if mine is not None and mine.id != written:
        _leave(db, mine, read.path)
    return Recorded(read.path, relation, written, changed, repeats=case.repeats(relation, there, first))


def _renamed(db: Database, read: Read, record: ArticleRecord, on_disk: OnDisk | None) -> Known | None:
    """Return what is known of a file that repeated another's article when an earlier version read it, and is gone.

    It has another path now.
    """
    if on_disk is None:
        return None
    repeats = files.unknown_repeats(db, [*record.addresses], read.mark[0])
    gone = [path for path in repeats if not on_disk(path)]
    return files.one(db, gone[0]) if gone else None


def _judge(db: Database, case: Case, rules: Rules, at: datetime) -> tuple[Relation, Stored | None, int | None]:
    """Return what a file means, the article that it is about, and the first article of its title.

    A new story is about none; one that repeats a title is a copy of the first.
    """
    record, mine = case.record, case.mine
    same = mine is not None and is_same_story(mine.article, unpack(record))
    number = match(
        record.story,
        mine=mine.id if mine else None,
        goes_on=same,
        is_unchanged=case.is_unchanged,
        there=(recording.at(db, address) for address in record.addresses),
        elsewhere=case.owners.elsewhere,
    )
    there = mine if number is None or (mine and mine.id == number) else articles.get(db, number)
    first = FirstArticles(db, [record], rules, at).claim(record) if number is None and not same else None
    relation = judge(
        mine=mine.id if mine else None,
        match=number,
        owner=None if _gives_way(there, record, rules, at) else case.owners.of(there),
        path=case.path,
        same_title=same,
        first=first,
    )
    return relation, there, first


def _close_notices(db: Database, known: Known, relation: Relation, path: str, at: datetime) -> None:
    """Close what editors were told of a file, as far as it is over."""
    if known.rejected:
        remarks.accepted(db, path, at)
    if known.story and relation is not Relation.OTHER:
        remarks.on_its_own(db, path, at)


def _write(
    db: Database,
    case: Case,
    relation: Relation,
    known: Stored | None,
    first: int | None,
    rules: Rules,
    at: datetime,
) -> tuple[int, bool]:
    """Carry out a verdict; return the article's row number and whether readers see something else than before."""
    if relation in (Relation.NEW, Relation.COPY) or known is None:
        return _insert(db, case.path, case.record, first, rules, at), True
    if relation is Relation.OTHER:
        return known.id, False
    if relation is Relation.MERGED and case.mine is not None:
        known = _merge(db, case.mine, known, rules, at)
        if case.owners.of(known) is not None:
            return known.id, False
    return known.id, _update(db, known, case, rules, at)


def _insert(db: Database, path: str, record: ArticleRecord, first: int | None, rules: Rules, at: datetime) -> int:
    waiting = rules.waits(record.facts, at)
    number = articles.insert(db, record, path=path, at=at, waiting=waiting, copy_of=first)
    _set_topics(db, number, record, rules.taxonomy)
    post(db, number, rules, at)
    return number


def _update(db: Database, stored: Stored, case: Case, rules: Rules, at: datetime) -> bool:
    """Write an article's new words; plan edits, withdrawal or release as they ask for it."""
    record = case.record
    if case.is_as_recorded(stored):
        return False
    is_upgrade = case.was_read_alike(stored)
    if is_upgrade:
        edits.adopt(db, stored.id, stored.fingerprint, record.fingerprint)
    articles.update(db, stored.id, record, path=case.path)
    new_topics = _set_topics(db, stored.id, record, rules.taxonomy)
    if record.removed != stored.withdrawn:
        _set_withdrawn(db, stored.id, record.removed, at)
    if is_upgrade and stored.waits is Waits.NOTHING and holding.went_out(db, stored.id):
        waiting = Waits.NOTHING  # it was posted by an earlier version, whatever it would wait for now
    else:
        waiting = _wait(db, stored, record.facts, record.facts if is_upgrade else facts(stored.article), rules, at)
    back = stored.withdrawn and not record.removed
    if is_upgrade and stored.article.quality in (0, record.quality) and not back:
        pass_over(db, stored.id, rules, at)
    elif new_topics or record.quality != stored.article.quality or back:
        post(db, stored.id, rules, at, followers=bool(new_topics) or back)
    changed = not is_upgrade and record.fingerprint != stored.fingerprint
    if (changed or back) and not record.removed and waiting not in HIDDEN:
        edits.plan(db, stored.id, record.fingerprint, at + rules.gather)
    return changed


def _wait(db: Database, stored: Stored, now: Facts, was: Facts, rules: Rules, at: datetime) -> Waits:
    """Let an article wait, or wait no more, as its file now asks for; return what it waits for."""
    waiting = rules.waits(now, at, stored.waits, was)
    if waiting is stored.waits:
        return waiting
    if waiting is Waits.NOTHING:
        release(db, stored.id, rules, at, by_source=True)
    else:
        arrivals.hold(db, stored, waiting, at)
    return waiting


def _set_withdrawn(db: Database, number: int, withdrawn: bool, at: datetime) -> None:
    """Take an article back or let it be there again, with the second posts of those that were joined to it."""
    articles.set_withdrawn(db, number, withdrawn)
    if withdrawn:
        fanouts.cancel(db, number)
        edits.plan_withdrawal(db, number, at)
    else:
        edits.cancel_withdrawal(db, number)
    for other in merging.joined(db, number):
        articles.set_withdrawn(db, other, withdrawn)
        if withdrawn:
            edits.plan_withdrawal(db, other, at)
        else:
            edits.leave(db, other)


def _merge(db: Database, mine: Stored, match: Stored, rules: Rules, at: datetime) -> Stored:
    """Make the two one: the older is kept, the newer lives on in it; it is there if either was.

    Posts of the newer where the older had none go on as the older's, and show it. Where neither had any, because one
    was withdrawn and the other its copy, the story is posted now.
    """
    kept, other = sorted((mine, match), key=lambda one: one.id)
    if kept.withdrawn and not other.withdrawn:
        _set_withdrawn(db, kept.id, False, at)
    if kept.held and not other.held and other.copy_of is None and not other.withdrawn:
        release(db, kept.id, rules, at, by_source=True)
    merging.articles(db, kept.id, other.id)
    kept = articles.get(db, kept.id) or kept
    if kept.held:
        holding.hold(db, [kept.id], kept.waits)
    elif other.held:
        old = rules.too_old(kept.article.published, kept.recorded, at)
        outbox.change_state(db, kept.id, State.HELD, State.SKIPPED if old else State.PENDING)
    if not kept.withdrawn:
        post(db, kept.id, rules, at)
        edits.plan(db, kept.id, kept.fingerprint, at + rules.gather)
    return kept


def _leave(db: Database, left: Stored, path: str) -> None:
    """Give an article that its file no longer tells to another living file of it, which is read again for that."""
    if left.path == path:
        others = [other for other in files.of_article(db, left.id) if other != path]
        articles.set_file(db, left.id, others[0] if others else None)
        if others:
            files.reread(db, others[0])


def _gives_way(owner: Stored | None, record: ArticleRecord, rules: Rules, at: datetime) -> bool:
    """Return True if a file tells for its readers what another file tells as a draft, say."""
    return owner is not None and owner.waits in UNPUBLISHED and rules.waits(record.facts, at) not in UNPUBLISHED


def _set_topics(db: Database, number: int, record: ArticleRecord, taxonomy: Taxonomy) -> set[str]:
    implied = [wider for name in record.topics for wider in taxonomy.ancestors(name)]
    return follows.set_article(db, number, record.topics, implied)


def _named(db: Database, names: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return topics in the taxonomy's spelling, each once."""
    return tuple(dict.fromkeys(spelled(db, taxonomy, name) for name in names))


def _when(read: Read, at: int) -> int:
    published = read.record.published if read.record else None
    return at if published is None else published
