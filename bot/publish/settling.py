"""Records outcomes, many in one commit, with the notices that follow from them. Makes no call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import short_id
from bot.domain.delivery import State
from bot.domain.interpretation import LASTING
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.domain.outcome import Fallback
from bot.domain.settlement import Settlement
from bot.store import addressing, notices, outbox, recovery, repeats, standings
from bot.store.database import Database, transaction
from bot.store.delivery_rows import Addressed

#: Deliveries with what is recorded about each.
Settled = Sequence[tuple[Addressed, Settlement]]
#: Notices that are about an article: one for each.
ABOUT_ARTICLES = (
    *(Alert.REFUSED, Alert.EDIT_REFUSED, Alert.NOTE_LEFT, Alert.UNMADE),
    *(Alert.SIMPLIFIED, Alert.UNCONFIRMED),
)


def write_down(db: Database, settled: Settled, at: datetime) -> list[Notice]:
    """Record settlements, their effects on chats and the notices, in one commit.

    Return the notices.
    """
    with transaction(db):
        if any(settlement.state is State.SENT for _, settlement in settled):
            # before what was lost meanwhile is written, as it may have been lost later
            repeats.connection_works(db)
        outcomes = [(to.delivery, settlement) for to, settlement in settled]
        outbox.settle(db, outcomes, at)
        new: list[Notice] = []
        for to, settlement in settled:
            _settle_chat(db, to, settlement, at)
            if settlement.alert:
                reason = _reason(settlement)
                new.append(notice(to, settlement.alert, reason))
        return notices.tell(db, new, at)


def _settle_chat(
    db: Database, to: Addressed, settlement: Settlement, at: datetime
) -> None:
    """Record what a settlement means for the delivery's chat."""
    delivery = to.delivery
    if settlement.parks:
        standings.park(
            db,
            delivery.chat,
            settlement.reason,
            only_thread=settlement.only_thread,
            lost=delivery.article,
        )
    if settlement.moved_to is not None:
        addressing.move(db, to.chat_id, settlement.moved_to)
    if settlement.state is State.SENT and delivery.is_to_channel:
        notices.all_clear(db, _over(to), at)


def _reason(settlement: Settlement) -> str:
    until = settlement.not_before
    if until is None or settlement.alert is not Alert.PAUSED:
        return settlement.reason
    return f"{settlement.reason}, until {until:%H:%M UTC on %d %b}"


def notice(to: Addressed, alert: Alert, reason: str) -> Notice:
    """Return the notice about a delivery; all followers of an article share one."""
    delivery = to.delivery
    fallback: Fallback | None = None
    if alert is Alert.SIMPLIFIED:
        fallback, reason = delivery.fallbacks[-1], delivery.reason
    where = "readers"
    if delivery.is_to_channel:
        where = str(delivery.chat)
    key = f"{where}:{alert}"
    articles: tuple[int, ...] = ()
    if fallback in LASTING:
        key = f"{key}:{fallback}"
    elif alert in ABOUT_ARTICLES:
        key = f"{key}:{delivery.article}"
        articles = (delivery.article,)
    choices: tuple[Choice, ...] = ()
    if alert is Alert.UNCONFIRMED:
        choices = (_send_again(delivery.article),)
    return Notice(
        key=key,
        alert=alert,
        articles=articles,
        chats=(delivery.chat,),
        reason=reason,
        choices=choices,
    )


def _send_again(article: int) -> Choice:
    return Choice(Decision.SEND_AGAIN, short_id(article))


def interrupted(db: Database, at: datetime, doubt_seconds: float) -> int:
    """After a start: mark as doubtful what the last process left in flight; return how many."""
    with transaction(db):
        doubtful = recovery.interrupted(db, at, doubt_seconds)
        counts = repeats.counts(db)
        new = [_unconfirmed(article, count) for article, count in counts.items()]
        notices.tell(db, new, at)
    return doubtful


def _unconfirmed(article: int, count: int) -> Notice:
    return Notice(
        key=repeats.alert_key(article),
        alert=Alert.UNCONFIRMED,
        articles=(article,),
        count=count,
        reason="the program ended while it was being sent",
        choices=(_send_again(article),),
    )


def _over(to: Addressed) -> list[str]:
    """Return the alerts that a channel's post ends; a reader's chat has none of its own."""
    chat = to.delivery.chat
    over = [
        f"{chat}:{Alert.RIGHTS}",
        f"{chat}:{Alert.GONE}",
        f"{chat}:{Alert.PAUSED}",
    ]
    if not to.delivery.fallbacks:
        over += [f"{chat}:{Alert.SIMPLIFIED}:{fallback}" for fallback in LASTING]
    return over
