"""A file that was read becomes an article with its deliveries, in one commit. Reads no file, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.arrival import HIDDEN, UNPUBLISHED, Facts, Waits
from bot.domain.article import Stored
from bot.domain.delivery import State
from bot.domain.identity import Verdict, digest, is_same_story, judge, match
from bot.domain.record import Packed, facts, unpack, with_topics
from bot.domain.topics import Taxonomy
from bot.ingest import arrivals
from bot.ingest.cases import Case, OnDisk, Owners
from bot.ingest.new_files import Firsts, Fresh
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
        fresh = Fresh(db, ordered, rules, at)
        recorded = []
        for one in ordered:
            if not fresh.take(one):
                recorded += fresh.write()
                recorded.append(_record(db, one, rules, at, on_disk))
        recorded += fresh.write()
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
    if read.packed is None:
        news = files.reject(db, read.path, read.mark, read.reason, at)
        return Recorded(read.path, None, reason=read.reason if news else "")
    packed = with_topics(read.packed, _named(db, read.packed.topics, rules.taxonomy))
    known = files.one(db, read.path) or _renamed(db, read, packed, on_disk)
    mine = articles.get(db, known.article) if known and known.article else None
    case = Case(read, packed, known, mine, Owners(db, read.path, on_disk))
    verdict, there, first = _judge(db, case, rules, at)
    if verdict is Verdict.OWN and case.is_too_early(there):
        return Recorded(read.path, None)
    written, changed = _write(db, case, verdict, there, first, rules, at)
    articles.add_addresses(db, written, packed.addresses, shared=verdict is not Verdict.OTHER)
    files.put(db, read.path, read.mark, article=written, at=at, warning=read.warning)
    files.set_story(db, read.path, digest(packed.story) if verdict is Verdict.OTHER else "")
    if known:
        _close_notices(db, known, verdict, read.path, at)
    if mine is not None and mine.id != written:
        _leave(db, mine, read.path)
    return Recorded(read.path, verdict, written, changed, repeats=case.repeats(verdict, there, first))


def _renamed(db: Database, read: Read, packed: Packed, on_disk: OnDisk | None) -> Known | None:
    """Return what is known of a file that repeated another's article when an earlier version read it, and is gone.

    It has another path now.
    """
    if on_disk is None:
        return None
    repeats = files.unknown_repeats(db, [*packed.addresses], read.mark[0])
    gone = [path for path in repeats if not on_disk(path)]
    return files.one(db, gone[0]) if gone else None


def _judge(db: Database, case: Case, rules: Rules, at: datetime) -> tuple[Verdict, Stored | None, int | None]:
    """Return what a file means, the article that it is about, and the first article of its title.

    A new story is about none; one that repeats a title is a copy of the first.
    """
    packed, mine = case.packed, case.mine
    same = mine is not None and is_same_story(mine.article, unpack(packed))
    number = match(
        packed.story,
        mine=mine.id if mine else None,
        goes_on=same,
        is_unchanged=case.is_unchanged,
        there=(recording.at(db, address) for address in packed.addresses),
        elsewhere=case.owners.elsewhere,
    )
    there = mine if number is None or (mine and mine.id == number) else articles.get(db, number)
    first = Firsts(db, [packed], rules, at).claim(packed) if number is None and not same else None
    verdict = judge(
        mine=mine.id if mine else None,
        match=number,
        owner=None if _gives_way(there, packed, rules, at) else case.owners.of(there),
        path=case.path,
        same_title=same,
        first=first,
    )
    return verdict, there, first


def _close_notices(db: Database, known: Known, verdict: Verdict, path: str, at: datetime) -> None:
    """Close what editors were told of a file, as far as it is over."""
    if known.rejected:
        remarks.accepted(db, path, at)
    if known.story and verdict is not Verdict.OTHER:
        remarks.on_its_own(db, path, at)


def _write(
    db: Database,
    case: Case,
    verdict: Verdict,
    known: Stored | None,
    first: int | None,
    rules: Rules,
    at: datetime,
) -> tuple[int, bool]:
    """Carry out a verdict; return the article's row number and whether readers see something else than before."""
    if verdict in (Verdict.NEW, Verdict.COPY) or known is None:
        return _insert(db, case.path, case.packed, first, rules, at), True
    if verdict is Verdict.OTHER:
        return known.id, False
    if verdict is Verdict.MERGED and case.mine is not None:
        known = _merge(db, case.mine, known, rules, at)
        if case.owners.of(known) is not None:
            return known.id, False
    return known.id, _update(db, known, case, rules, at)


def _insert(db: Database, path: str, packed: Packed, first: int | None, rules: Rules, at: datetime) -> int:
    waiting = rules.waits(packed.facts, at)
    number = articles.insert(db, packed, path=path, at=at, waiting=waiting, copy_of=first)
    _set_topics(db, number, packed, rules.taxonomy)
    post(db, number, rules, at)
    return number


def _update(db: Database, stored: Stored, case: Case, rules: Rules, at: datetime) -> bool:
    """Write an article's new words; plan edits, withdrawal or release as they ask for it."""
    packed = case.packed
    if case.is_as_recorded(stored):
        return False
    is_upgrade = case.was_read_alike(stored)
    if is_upgrade:
        edits.adopt(db, stored.id, stored.fingerprint, packed.fingerprint)
    articles.update(db, stored.id, packed, path=case.path)
    new_topics = _set_topics(db, stored.id, packed, rules.taxonomy)
    if packed.removed != stored.withdrawn:
        _set_withdrawn(db, stored.id, packed.removed, at)
    if is_upgrade and stored.waits is Waits.NOTHING and holding.went_out(db, stored.id):
        waiting = Waits.NOTHING  # it was posted by an earlier version, whatever it would wait for now
    else:
        waiting = _wait(db, stored, packed.facts, packed.facts if is_upgrade else facts(stored.article), rules, at)
    back = stored.withdrawn and not packed.removed
    if is_upgrade and stored.article.quality in (0, packed.quality) and not back:
        pass_over(db, stored.id, rules, at)
    elif new_topics or packed.quality != stored.article.quality or back:
        post(db, stored.id, rules, at, followers=bool(new_topics) or back)
    changed = not is_upgrade and packed.fingerprint != stored.fingerprint
    if (changed or back) and not packed.removed and waiting not in HIDDEN:
        edits.plan(db, stored.id, packed.fingerprint, at + rules.gather)
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


def _gives_way(owner: Stored | None, packed: Packed, rules: Rules, at: datetime) -> bool:
    """Return True if a file tells for its readers what another file tells as a draft, say."""
    return owner is not None and owner.waits in UNPUBLISHED and rules.waits(packed.facts, at) not in UNPUBLISHED


def _set_topics(db: Database, number: int, packed: Packed, taxonomy: Taxonomy) -> set[str]:
    implied = [wider for name in packed.topics for wider in taxonomy.ancestors(name)]
    return follows.set_article(db, number, packed.topics, implied)


def _named(db: Database, names: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return topics in the taxonomy's spelling, each once."""
    return tuple(dict.fromkeys(spelled(db, taxonomy, name) for name in names))


def _when(read: Read, at: int) -> int:
    published = read.packed.published if read.packed else None
    return at if published is None else published
