"""What editors are asked about articles that wait together, and what their answers do. No calls.

Many articles that wait together are one question. It stays open until none of them waits any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.arrival import TOGETHER, Waits
from bot.domain.article import from_short_id, short_id
from bot.domain.delivery import Channel
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.planning import opening
from bot.store import holding, notices
from bot.store.database import Database, transaction

#: Articles named in a question; the rest is counted.
NAMED = 5
_ALERTS = {Waits.BULK: Alert.BULK, Waits.RESTORED: Alert.RESTORED}
_NONE_OF_THEM = {Waits.BULK: Decision.SKIP_ALL, Waits.RESTORED: Decision.WERE_POSTED}


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about articles that waited together."""

    posted: int
    skipped: int


def question(db: Database, kind: Waits, newest: int | None) -> Notice | None:
    """Return the question about the articles that wait together; None if none does.

    newest: how many a channel's start posts; None: all.
    """
    waiting = holding.waiting(db, [kind])
    if not waiting:
        return None
    count = len(waiting)
    value = _value(kind, max(waiting))
    choices = [
        Choice(Decision.POST_ALL, value, count),
        Choice(_NONE_OF_THEM[kind], value, count),
    ]
    if count > 1:
        one_by_one = Choice(Decision.ONE_BY_ONE, value, count)
        choices.append(one_by_one)
    is_bulk = kind is Waits.BULK
    if is_bulk and newest and newest < count:
        some = Choice(Decision.POST_NEWEST, f"{value}.{newest}", newest)
        choices.insert(0, some)
    return _notice(kind, waiting[:NAMED], count, choices)


def next_question(db: Database, kind: Waits) -> Notice | None:
    """Return the question about the newest article that waits; None if none does."""
    waiting = holding.waiting(db, [kind])
    if not waiting:
        return None
    newest = waiting[0]
    value = _value(kind, newest)
    choices = [
        Choice(Decision.POST_ONE, value),
        Choice(Decision.SKIP_ONE, value),
    ]
    if len(waiting) > 1:
        rest = _value(kind, max(waiting))
        choices.append(Choice(_NONE_OF_THEM[kind], rest))
    return _notice(kind, [newest], 1, choices)


def _value(kind: Waits, last: int) -> str:
    """Return what a button carries. last: the last article, by row number, that it is about."""
    return f"{kind}.{short_id(last)}"


def _notice(
    kind: Waits, articles: Sequence[int], count: int, choices: Sequence[Choice]
) -> Notice:
    return Notice(
        key=key(kind),
        alert=_ALERTS[kind],
        articles=tuple(articles),
        count=count,
        choices=tuple(choices),
    )


def key(kind: Waits) -> str:
    """Return the key of the notice about articles that wait together."""
    return f"waiting:{kind}"


def answer(
    db: Database, value: str, channels: Sequence[Channel], at: datetime, *, post: bool
) -> Decided | None:
    """Carry out an editor's decision on articles that wait together; None if they wait no more.

    value: what the button carries, as `question` wrote it. Articles that arrived after the question
    are left to the next one.
    """
    name, last, newest = [*value.split("."), "", ""][:3]
    until = from_short_id(last)
    if name not in TOGETHER or until is None:
        return None
    kind = Waits(name)
    if not _waiting(db, kind, until):
        return None
    count: int | None = 0
    if post:
        count = int(newest) if newest.isdecimal() else None
    return decide(db, kind, count, channels, at, until=until)


def answer_one(
    db: Database, number: int, channels: Sequence[Channel], at: datetime, *, post: bool
) -> bool:
    """Carry out an editor's decision on one article; return False if it waits no more."""
    if number not in holding.waiting(db, TOGETHER):
        return False
    if post:
        return opening.release(db, number, channels, at)
    with transaction(db):
        return holding.skip(db, [number]) == 1


def decide(
    db: Database,
    kind: Waits,
    newest: int | None,
    channels: Sequence[Channel],
    at: datetime,
    *,
    until: int | None = None,
) -> Decided:
    """Post the newest articles that wait together: `newest` of them (None: all), never the others.

    until: only articles up to this row number. A new question is asked about the others.
    """
    with transaction(db):
        waiting = _waiting(db, kind, until)
        notices.all_clear(db, [key(kind)], at)
        posted = waiting if newest is None else waiting[:newest]
        skipped = waiting[len(posted) :]
        holding.skip(db, skipped)
        released = 0
        for number in reversed(posted):
            released += opening.release(db, number, channels, at)
    return Decided(released, len(skipped))


def _waiting(db: Database, kind: Waits, until: int | None) -> list[int]:
    """Return the articles that wait together, the newest first. until: the last row number."""
    waiting = holding.waiting(db, [kind])
    if until is None:
        return waiting
    return [one for one in waiting if one <= until]
