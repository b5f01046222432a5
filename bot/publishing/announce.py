"""A file that was read becomes an article with its deliveries, in one commit. Reads no file, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot import delivery
from bot.article import Stored
from bot.delivery import Lane, State
from bot.identity import Verdict, is_same_story, judge
from bot.packed import Packed, unpack, with_topics
from bot.publishing import remarks
from bot.publishing.fresh import Fresh
from bot.publishing.rules import Mark as Mark  # whoever records takes these names from here
from bot.publishing.rules import Read as Read
from bot.publishing.rules import Recorded as Recorded
from bot.publishing.rules import Rules as Rules
from bot.store import articles, fanouts, files, follows, joins, outbox, revisions
from bot.store.database import maybe, milliseconds, transaction
from bot.topics import Taxonomy


def record(db: Database, read: Sequence[Read], rules: Rules, at: datetime) -> list[Recorded]:
    """Write a batch of files, oldest story first, in one commit."""
    now = milliseconds(at)
    ordered = sorted(read, key=lambda one: (_when(one, now), one.path))
    with transaction(db):
        fresh = Fresh(db, ordered, rules, at)
        recorded = []
        for one in ordered:
            if not fresh.take(one):
                recorded += fresh.write()
                recorded.append(_record(db, one, rules, at))
        recorded += fresh.write()
        remarks.remark(db, recorded, at)
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


def release(db: Database, number: int, at: datetime, *, too_old: bool = False) -> bool:
    """Let an article that waited for an editor go to its channels and followers; say whether it waited.

    too_old: it was published after all, but at an age at which it is not posted any more.
    """
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or not stored.held or stored.withdrawn:
            return False
        articles.set_held(db, number, False)
        remarks.settled(db, number, at)
        outbox.change_state(db, number, State.HELD, State.SKIPPED if too_old else State.PENDING)
        if stored.copy_of is None and not too_old:
            fanouts.begin(db, number, at)
        return True


def post(
    db: Database, number: int, rules: Rules, at: datetime, *, from_now: bool = False, followers: bool = True
) -> int:
    """Open the first edition's deliveries that are missing and put the cursor before the followers.

    Channels and follows that began after the article was recorded are left out, and an article that is too old is
    skipped, unless `from_now`. Return how many channels are new.
    """
    stored = articles.get(db, number)
    if stored is None or stored.withdrawn or stored.copy_of is not None:
        return 0
    keys = follows.keys_of(db, number)
    recorded = None if from_now else stored.sequence
    chats = delivery.plan(rules.channels, keys, stored.article.quality, recorded)
    old = not from_now and rules.too_old(stored.article.published, stored.recorded, at)
    state = State.HELD if stored.held else State.SKIPPED if old else State.PENDING
    opened = outbox.open_(db, number, chats, lane=Lane.CHANNEL, edition=1, rank=_rank(stored, at), at=at, state=state)
    if followers and not stored.held and not old:
        fanouts.begin(db, number, at, recorded)
    return opened


def _record(db: Database, read: Read, rules: Rules, at: datetime) -> Recorded:
    if read.packed is None:
        news = files.reject(db, read.path, read.mark, read.reason, at)
        return Recorded(read.path, None, reason=read.reason if news else "")
    packed = with_topics(read.packed, _named(read.packed.topics, rules.taxonomy))
    known = files.one(db, read.path)
    mine = articles.get(db, known.article) if known and known.article else None
    match = articles.by_address(db, packed.addresses)
    owner = mine if match is None or (mine and mine.id == match) else articles.get(db, match)
    same = mine is not None and is_same_story(mine.article, unpack(packed))
    first = _first_of_title(db, packed, rules, at) if match is None and not same else None
    verdict = judge(
        mine=mine.id if mine else None,
        match=match,
        owner=_living_owner(db, owner, read.path),
        path=read.path,
        same_title=same,
        first=first,
    )
    number, changed = _write(db, read.path, packed, verdict, mine, owner, first, rules, at)
    articles.add_addresses(db, number, packed.addresses)
    files.put(db, read.path, read.mark, article=number, at=at)
    if known and known.rejected:
        remarks.accepted(db, read.path, at)
    if mine is not None and mine.id != number:
        _leave(db, mine, read.path)
    return Recorded(read.path, verdict, number, changed)


def _write(
    db: Database,
    path: str,
    packed: Packed,
    verdict: Verdict,
    mine: Stored | None,
    known: Stored | None,
    first: int | None,
    rules: Rules,
    at: datetime,
) -> tuple[int, bool]:
    """Carry out a verdict; return the article's row number and whether readers see something else than before."""
    if verdict in (Verdict.NEW, Verdict.COPY) or known is None:
        return _insert(db, path, packed, first, rules, at), True
    if verdict is Verdict.OTHER:
        return known.id, False
    if verdict is Verdict.MERGED and mine is not None:
        known = _merge(db, mine, known, rules, at)
        if _living_owner(db, known, path) not in (None, "", path):
            return known.id, False
    return known.id, _update(db, known, path, packed, rules, at)


def _insert(db: Database, path: str, packed: Packed, first: int | None, rules: Rules, at: datetime) -> int:
    held = rules.hold and packed.unpublished
    number = articles.insert(db, packed, path=path, at=at, held=held, copy_of=first)
    _set_topics(db, number, packed, rules.taxonomy)
    post(db, number, rules, at)
    return number


def _update(db: Database, stored: Stored, path: str, packed: Packed, rules: Rules, at: datetime) -> bool:
    """Write an article's new words; plan edits, withdrawal or release as they ask for it."""
    if _same(stored, path, packed):
        return False
    articles.update(db, stored.id, packed, path=path)
    new_topics = _set_topics(db, stored.id, packed, rules.taxonomy)
    if packed.removed != stored.withdrawn:
        _set_withdrawn(db, stored.id, packed.removed, at)
    if stored.held and not packed.unpublished:
        release(db, stored.id, at, too_old=rules.too_old(maybe(packed.published), stored.recorded, at))
    back = stored.withdrawn and not packed.removed
    if new_topics or packed.quality != stored.article.quality or back:
        post(db, stored.id, rules, at, followers=bool(new_topics) or back)
    changed = packed.fingerprint != stored.fingerprint
    if (changed or back) and not packed.removed:
        revisions.plan(db, stored.id, packed.fingerprint, at + rules.gather)
    return changed


def _set_withdrawn(db: Database, number: int, withdrawn: bool, at: datetime) -> None:
    """Take an article back or let it be there again, with the second posts of those that were joined to it."""
    articles.set_withdrawn(db, number, withdrawn)
    if withdrawn:
        fanouts.cancel(db, number)
        revisions.plan_withdrawal(db, number, at)
    else:
        revisions.cancel_withdrawal(db, number)
    for other in joins.joined(db, number):
        articles.set_withdrawn(db, other, withdrawn)
        if withdrawn:
            revisions.plan_withdrawal(db, other, at)
        else:
            revisions.leave(db, other)


def _merge(db: Database, mine: Stored, match: Stored, rules: Rules, at: datetime) -> Stored:
    """Make the two one: the older is kept, the newer lives on in it; it is there if either was.

    Posts of the newer where the older had none go on as the older's, and show it.
    """
    kept, other = sorted((mine, match), key=lambda one: one.id)
    if kept.withdrawn and not other.withdrawn:
        _set_withdrawn(db, kept.id, False, at)
    joins.articles(db, kept.id, other.id)
    kept = articles.get(db, kept.id) or kept
    if not kept.withdrawn:
        revisions.plan(db, kept.id, kept.fingerprint, at + rules.gather)
    return kept


def _leave(db: Database, left: Stored, path: str) -> None:
    """Give an article that its file no longer tells to another living file of it, which is read again for that."""
    if left.path == path:
        others = [other for other in files.of_article(db, left.id) if other != path]
        articles.set_file(db, left.id, others[0] if others else None)
        if others:
            files.reread(db, others[0])


def _living_owner(db: Database, stored: Stored | None, path: str) -> str | None:
    """Return the file that owns an article and still tells it; None when that is no other than `path`."""
    if stored is None or not stored.path or stored.path == path:
        return None
    return stored.path if stored.path in files.of_article(db, stored.id) else None


def _first_of_title(db: Database, packed: Packed, rules: Rules, at: datetime) -> int | None:
    """Return an earlier article that tells this story under the same title, near enough in time (design §5)."""
    if not packed.story_key or not rules.same_title:
        return None
    when = min(maybe(packed.published) or at, at)
    return articles.same_title(db, packed.story_key, when - rules.same_title, when + rules.same_title)


def _set_topics(db: Database, number: int, packed: Packed, taxonomy: Taxonomy) -> set[str]:
    implied = [wider for name in packed.topics for wider in taxonomy.ancestors(name)]
    return follows.set_article(db, number, packed.topics, implied)


def _named(names: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return topics in the taxonomy's spelling, each once."""
    return tuple(dict.fromkeys(taxonomy.name(name) for name in names))


def _same(stored: Stored, path: str, packed: Packed) -> bool:
    """Say whether nothing that is written down differs."""
    before, after = stored.article, unpack(packed)
    return (
        stored.path == path
        and stored.fingerprint == packed.fingerprint
        and before.identity == after.identity
        and (before.quality, before.heat, before.kind) == (after.quality, after.heat, after.kind)
        and before.unpublished == after.unpublished
        and stored.withdrawn == after.removed
        and before.published == after.published
    )


def _rank(stored: Stored, at: datetime) -> datetime:
    return min(stored.article.published or stored.recorded, at)


def _when(read: Read, at: int) -> int:
    published = read.packed.published if read.packed else None
    return at if published is None else published
