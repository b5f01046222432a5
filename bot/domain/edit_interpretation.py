"""What follows from the outcome of an edit, a deletion or a note left in a post's place.

Pure, as `interpretation` is, which decides the same for all other calls (docs/architecture.md,
Edits and withdrawal).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.delivery import Delivery, Lane
from bot.domain.interpretation import RIGHTS_SECONDS, wait_alert
from bot.domain.notices import Alert
from bot.domain.outcome import (
    Fallback,
    Gone,
    Migrated,
    Outcome,
    Refusal,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
)
from bot.domain.settlement import EditAction, EditSettlement, EditState

#: An edit has the same effect when made twice, so it is repeated this long after a lost answer.
EDIT_AGAIN_SECONDS = 10.0


def after_edit(
    outcome: Outcome, delivery: Delivery, action: EditAction, at: datetime
) -> EditSettlement:
    """Return what becomes of the edit of `delivery`'s post after `outcome` arrived at `at`."""
    match outcome:
        case Sent():
            alert = Alert.NOTE_LEFT if action is EditAction.LEAVE_NOTE else None
            return EditSettlement(state=EditState.DONE, alert=alert)
        case Wait():
            return EditSettlement(
                state=EditState.DUE,
                reason=outcome.reason,
                not_before=at + timedelta(seconds=outcome.seconds),
                pauses_chat=outcome.flood or outcome.lost_rights,
                only_thread=outcome.only_thread,
                alert=wait_alert(outcome, delivery.lane),
            )
        case Refused():
            return _edit_refused(outcome, delivery, action, at)
        case Gone():
            return _edit_in_gone(outcome, delivery, at)
        case Migrated():
            return EditSettlement(state=EditState.DUE, moved_to=outcome.chat_id)
        case Unknown() | Revoked():
            until = at + timedelta(seconds=EDIT_AGAIN_SECONDS)
            return EditSettlement(
                state=EditState.DUE, reason=outcome.reason, not_before=until
            )
        case _:
            assert_never(outcome)


def _edit_refused(
    outcome: Refused, delivery: Delivery, action: EditAction, at: datetime
) -> EditSettlement:
    """Try the fallback if it was not tried yet; edit a post that can't be deleted to a note."""
    if outcome.cause is Refusal.MESSAGE_MISSING:
        return EditSettlement(
            state=EditState.POST_GONE, reason="somebody deleted the post"
        )
    fallback = Fallback.KEEP if action is EditAction.DELETE else outcome.fallback
    if fallback and fallback not in delivery.fallbacks:
        fallbacks = (*delivery.fallbacks, fallback)
        return EditSettlement(
            state=EditState.DUE,
            reason=outcome.reason,
            not_before=at,
            fallbacks=fallbacks,
        )
    return EditSettlement(
        state=EditState.GIVEN_UP, reason=outcome.reason, alert=Alert.EDIT_REFUSED
    )


def _edit_in_gone(outcome: Gone, delivery: Delivery, at: datetime) -> EditSettlement:
    """Let the edit wait: until a reader is back, or for a fixed time in a channel."""
    is_channel = delivery.lane is Lane.CHANNEL
    return EditSettlement(
        state=EditState.DUE,
        reason=outcome.reason,
        not_before=at + timedelta(seconds=RIGHTS_SECONDS),
        pauses_chat=is_channel,
        parks=not is_channel,
        alert=Alert.GONE if is_channel else None,
    )
