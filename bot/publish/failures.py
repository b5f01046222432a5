"""Records rows that cannot be processed, so that they do not block the others. Makes no call.

A delivery whose message cannot be composed is refused. A post whose edit cannot be composed stays
as it is. An article whose followers cannot be planned is not planned further. The editors are told
which file it is about, and why.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from bot.domain.notices import Alert, Notice
from bot.domain.settlement import Settlement
from bot.errors import PaperboyError
from bot.planning import naming
from bot.publish import settling
from bot.publish.composing import Failed, why
from bot.publish.settling import Settled
from bot.store import edit_outcomes, fanouts, notices, outbox
from bot.store.database import Database, transaction
from bot.store.delivery_rows import Addressed
from bot.store.thread import is_outside

_log = logging.getLogger(__name__)


def refuse(db: Database, failed: Sequence[Failed], at: datetime) -> list[Notice]:
    """Refuse deliveries that can't be made into messages; return what the editors are told."""
    _log_unmade(db, failed)
    with transaction(db):
        outbox.refuse(db, [(one.to.delivery.id, one.reason) for one in failed], at)
        return notices.tell(
            db,
            [settling.notice(one.to, Alert.UNMADE, one.reason) for one in failed],
            at,
        )


def leave(db: Database, failed: Sequence[Failed], at: datetime) -> list[Notice]:
    """Leave posts as they are whose edits can't be made; return what the editors are told."""
    _log_unmade(db, failed)
    with transaction(db):
        for one in failed:
            edit_outcomes.given_up(db, one.to.delivery.id, one.reason, at)
        return notices.tell(
            db,
            [settling.notice(one.to, Alert.UNMADE, one.reason) for one in failed],
            at,
        )


def _log_unmade(db: Database, failed: Sequence[Failed]) -> None:
    """Log the messages to channels that cannot be composed, but not those to followers."""
    for one in failed:
        if one.to.delivery.is_to_channel:
            trace = None if isinstance(one.error, PaperboyError) else one.error
            _log.error(
                "not made: %s: %s",
                naming.delivery(db, one.to.delivery),
                why(one.error),
                exc_info=trace,
            )


def extend(db: Database, at: datetime, error: Exception) -> list[Notice]:
    """Stop planning followers of the current article, as that fails; return the notices."""
    with transaction(db):
        article = fanouts.give_up(db)
        name = naming.titled(db, article) if article is not None else "an article"
        _log.error(
            "the followers of %s can't be planned; no more of them get it",
            name,
            exc_info=error,
        )
        if article is None:
            return []
        key, reason = (
            f"readers:{Alert.UNMADE}:{article}",
            f"its followers could not be looked up: {why(error)}",
        )
        return notices.tell(
            db,
            [Notice(key=key, alert=Alert.UNMADE, articles=(article,), reason=reason)],
            at,
        )


def settle_each(db: Database, settled: Settled, at: datetime) -> list[Notice]:
    """Do as `settling.write_down`, with one commit for each settlement.

    Of a settlement that cannot be recorded completely, the state alone is recorded.
    """
    new: list[Notice] = []
    for to, settlement in settled:
        try:
            new += settling.write_down(db, [(to, settlement)], at)
        except Exception as error:
            if is_outside(error):
                raise
            _log.exception(
                "%s: Telegram's answer could not be recorded completely",
                naming.delivery(db, to.delivery),
            )
            _settle_plainly(db, to, settlement, at)
    return new


def _settle_plainly(
    db: Database, to: Addressed, settlement: Settlement, at: datetime
) -> None:
    until, message = settlement.not_before, settlement.message
    plain = Settlement(
        state=settlement.state,
        reason=settlement.reason,
        not_before=until,
        message=message,
    )
    try:
        outbox.settle(db, [(to.delivery, plain)], at)
    except Exception as error:
        if is_outside(error):
            raise
        _log.exception(
            "%s stays marked as being sent until the next start",
            naming.delivery(db, to.delivery),
        )
