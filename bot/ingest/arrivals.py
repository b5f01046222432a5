"""Holds back bulk arrivals: many old articles at once are not news. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.arrival import Waits, is_bulk, news_since
from bot.domain.article import Stored
from bot.planning import remarks
from bot.planning.rules import Rules
from bot.store import bulk_arrivals, facts, holding
from bot.store.database import Database, milliseconds
from bot.store.facts import Fact


def hold(db: Database, stored: Stored, waiting: Waits, at: datetime) -> None:
    """Let an article wait.

    Its posts stay. The editors are told if it was posted and is a draft now.
    """
    number = stored.id
    is_draft = waiting is Waits.DRAFT
    if is_draft and holding.went_out(db, number):
        remarks.drafted(db, number, at)
    holding.hold(db, [number], waiting)


def hold_back(
    db: Database, articles: Sequence[int], rules: Rules, at: datetime
) -> None:
    """Hold the articles of a batch that may not go out by themselves.

    To be called in the transaction that recorded it.

    Until the first whole scan has ended, only the starts of channels are posted, and followers get
    no old articles.
    """
    restored = facts.moment(db, Fact.RESTORED)
    if restored is not None:
        arrived = bulk_arrivals.arrived(db, articles, at, until=restored)
        holding.hold(db, arrived, Waits.RESTORED)
        return
    above = rules.bulk_above
    if above is None:
        return
    scanned = facts.moment(db, Fact.SCANNED)
    older = _older(db, rules, at, scanned)
    if scanned is not None:
        _hold_bulk(db, older, above)
    elif holding.has_fanouts(db):
        most = above + 1
        free = older.free(db, most)
        if is_bulk(len(free), above):
            older.cancel_fanouts(db)


def _older(
    db: Database, rules: Rules, at: datetime, scanned: int | None
) -> bulk_arrivals.Older:
    """Return the articles that arrived lately and are no news."""
    now = milliseconds(at)
    archive = facts.moment(db, Fact.ARCHIVE)
    floor = 0
    if rules.max_age:
        floor = milliseconds(at - rules.max_age)
    return bulk_arrivals.Older(
        at=at,
        since=news_since(scanned, now),
        floor=floor,
        archive=archive or 0,
    )


def _hold_bulk(db: Database, older: bulk_arrivals.Older, above: int) -> None:
    """Hold older articles if there are more than `above` of them."""
    free = older.free(db)
    if not free:
        return
    waiting = older.waiting(db, above + 1)
    if is_bulk(len(free) + waiting, above):
        # Of the others nothing can be stopped.
        unsent = holding.unsent(db, free)
        holding.hold(db, unsent, Waits.BULK)
