"""Opens an article's deliveries, at once or when it no longer waits, or marks them as skipped. Sends nothing."""

from __future__ import annotations

from datetime import datetime

from bot.domain import delivery
from bot.domain.arrival import Waits
from bot.domain.article import Stored
from bot.domain.delivery import Lane, State
from bot.domain.record import facts
from bot.planning import remarks
from bot.planning.rules import Rules
from bot.store import articles, edits, fanouts, follows, holding, outbox
from bot.store.database import Database, transaction


def release(db: Database, number: int, rules: Rules, at: datetime, *, by_source: bool = False) -> bool:
    """Let an article that waits go to its channels and followers; return True if it did wait.

    It arrives then: who began or followed since it was recorded gets it too. What went out before goes on to those
    only who were meant at first. What has expired waits for ever.

    by_source: no editor decided it, so that an article that is too old is not posted.
    """
    with transaction(db):
        stored = articles.get(db, number)
        if stored is None or not stored.held or stored.withdrawn:
            return False
        if rules.waits(facts(stored.article), at) is Waits.EXPIRED:
            return False
        remarks.settled(db, number, at)
        anew = not holding.went_out(db, number)
        holding.free(db, number, arrives=at if anew else None, decided=not by_source)
        old = by_source and rules.too_old(stored.article.published, at if anew else stored.recorded, at)
        outbox.change_state(db, number, State.HELD, State.SKIPPED if old else State.PENDING)
        post(db, number, rules, at, from_now=anew and not by_source)
        if not anew:
            edits.plan(db, number, stored.fingerprint, at + rules.gather)
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
    if followers and not stored.held:
        if old:
            fanouts.leave_out(db, number)
        else:
            fanouts.begin(db, number, at, recorded)
    return opened


def pass_over(db: Database, number: int, rules: Rules, at: datetime) -> None:
    """Skip the channels that an article belongs to only as it is read today; see `cases.Case.was_read_alike`."""
    stored = articles.get(db, number)
    if stored is None or stored.held or stored.withdrawn or stored.copy_of is not None:
        return
    chats = delivery.plan(rules.channels, follows.keys_of(db, number), stored.article.quality, stored.sequence)
    rank = _rank(stored, at)
    outbox.open_(db, number, chats, lane=Lane.CHANNEL, edition=1, rank=rank, at=at, state=State.SKIPPED)


def _rank(stored: Stored, at: datetime) -> datetime:
    return min(stored.article.published or stored.recorded, at)
