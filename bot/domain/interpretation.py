"""What follows from the outcome of a call: one section for each kind of call.

Pure: makes no call, reads no clock, knows no table. An edit has more to decide: see
`edit_interpretation`. Each function returns what is to be recorded or done next
(`domain.settlement`); the room that made the call does it (docs/architecture.md, Delivery).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.delivery import REPEATS, Delivery, Lane, State
from bot.domain.notices import Alert
from bot.domain.outcome import (
    Delay,
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
    reason_of,
)
from bot.domain.settlement import (
    DeletionSettlement,
    MembershipAnswer,
    NoticeSettlement,
    ProbeAnswer,
    ProbeSettlement,
    ReplySettlement,
    Settlement,
)

#: Fallbacks that all posts of a chat will need until somebody acts: not the article's fault.
LASTING = (Fallback.NO_THREAD, Fallback.UNPAID)
#: Fallbacks that a reader's chat asks for and not the article: editors need not know.
OF_CHAT = (Fallback.NO_THREAD, Fallback.TEXT)
#: How long a channel that lost its rights waits before it is tried again.
RIGHTS_SECONDS = 900.0
#: Longest pause before a reader's group that does not let the bot write is tried again.
MUTED_SECONDS = 6 * 3_600.0
#: Editors are told of pauses that are as long.
LONG_PAUSE_SECONDS = 3_600.0
#: The longest pause that a reply waits for, as somebody waits for the reply.
REPLY_PATIENCE_SECONDS = 10.0
#: An editor who can't be reached is tried again after this.
EDITOR_AWAY_SECONDS = 900.0
#: An editor whom the network kept from getting a notice is tried again after this.
EDITOR_HELD_UP_SECONDS = 10.0
#: The deletion of a forwarded copy is tried again after this, and after a pause of at most this.
COPY_AGAIN_SECONDS, COPY_PATIENCE_SECONDS = 1.0, 10.0


# --- A send ---------------------------------------------------------------------------------------


def after_send(
    outcome: Outcome, delivery: Delivery, at: datetime, doubt_seconds: float = 60.0
) -> Settlement:
    """Return what becomes of `delivery` after `outcome` arrived at `at` (aware UTC)."""
    match outcome:
        case Sent():
            alert = _simplified_alert(delivery)
            return Settlement(state=State.SENT, message=outcome.message, alert=alert)
        case Wait():
            return _send_later(outcome, delivery, at)
        case Refused():
            return _send_refused(outcome, delivery, at)
        case Gone():
            return _send_to_gone(outcome, delivery, at)
        case Migrated():
            reason = reason_of(outcome)
            return Settlement(
                state=State.PENDING, reason=reason, moved_to=outcome.chat_id
            )
        case Unknown():
            return _send_in_doubt(outcome, delivery, at, doubt_seconds)
        case Revoked():
            return Settlement(state=State.PENDING, reason=outcome.reason)
        case _:
            assert_never(outcome)


def _simplified_alert(delivery: Delivery) -> Alert | None:
    """Return the alert for a delivery sent in another form than intended, if there is one."""
    if not delivery.fallbacks:
        return None
    if delivery.lane is not Lane.CHANNEL and delivery.fallbacks[-1] in OF_CHAT:
        return None
    return Alert.SIMPLIFIED


def _send_later(outcome: Wait, delivery: Delivery, at: datetime) -> Settlement:
    """Try later.

    After a flood or lost rights the whole chat waits; after a network error this delivery waits,
    longer each time.
    """
    seconds = backoff(outcome.seconds, delivery.attempts)
    if outcome.flood:
        seconds = outcome.seconds
    elif outcome.lost_rights and delivery.lane is not Lane.CHANNEL:
        seconds = backoff(outcome.seconds, delivery.attempts, MUTED_SECONDS)
    until = at + timedelta(seconds=seconds)
    return Settlement(
        state=State.PENDING,
        reason=outcome.reason,
        not_before=until,
        pause_chat=until if outcome.flood or outcome.lost_rights else None,
        only_thread=outcome.only_thread,
        alert=wait_alert(outcome, delivery.lane),
    )


def _send_refused(outcome: Refused, delivery: Delivery, at: datetime) -> Settlement:
    """Try the fallback if it was not tried yet; a second refusal is final."""
    is_readers_matter = outcome.of_chat and delivery.lane is not Lane.CHANNEL
    if is_readers_matter and outcome.cause is Refusal.NO_THREAD:
        return Settlement(
            state=State.GONE, reason=outcome.reason, parks=True, only_thread=True
        )
    if outcome.fallback and outcome.fallback not in delivery.fallbacks:
        fallbacks = (*delivery.fallbacks, outcome.fallback)
        return Settlement(
            state=State.PENDING,
            reason=outcome.reason,
            not_before=at,
            fallbacks=fallbacks,
        )
    alert = None if is_readers_matter else Alert.REFUSED
    return Settlement(state=State.REFUSED, reason=outcome.reason, alert=alert)


def _send_to_gone(outcome: Gone, delivery: Delivery, at: datetime) -> Settlement:
    """Park a reader. A channel waits and its editors are told: its posts are promised."""
    if delivery.lane is not Lane.CHANNEL:
        return Settlement(state=State.GONE, reason=outcome.reason, parks=True)
    until = at + timedelta(seconds=RIGHTS_SECONDS)
    return Settlement(
        state=State.PENDING,
        reason=outcome.reason,
        not_before=until,
        pause_chat=until,
        alert=Alert.GONE,
    )


def _send_in_doubt(
    outcome: Unknown, delivery: Delivery, at: datetime, doubt_seconds: float
) -> Settlement:
    """Have a channel's post searched for; repeat a reader's delivery, at most REPEATS times."""
    if delivery.lane is not Lane.CHANNEL and delivery.lost >= REPEATS:
        return Settlement(
            state=State.UNCONFIRMED, reason=outcome.reason, alert=Alert.UNCONFIRMED
        )
    until = at + timedelta(seconds=doubt_seconds)
    return Settlement(state=State.DOUBTFUL, reason=outcome.reason, not_before=until)


def wait_alert(outcome: Wait, lane: Lane) -> Alert | None:
    """Return the alert for a wait; none for a reader's chat that does not let the bot write."""
    if lane is not Lane.CHANNEL:
        return None
    if outcome.lost_rights:
        return Alert.RIGHTS
    is_long = outcome.flood and outcome.seconds >= LONG_PAUSE_SECONDS
    return Alert.PAUSED if is_long else None


def backoff(seconds: float, attempts: int, longest: float = 300.0) -> float:
    """Return `seconds` doubled with each attempt, up to `longest` and never below `seconds`."""
    doublings = min(max(attempts - 1, 0), 10)
    return max(seconds, min(seconds * 2.0**doublings, longest))


# --- A reply --------------------------------------------------------------------------------------


def after_reply(outcome: Outcome) -> ReplySettlement:
    """Return what is done about a reply after `outcome` arrived."""
    match outcome:
        case Wait():
            is_short = outcome.seconds <= REPLY_PATIENCE_SECONDS
            return ReplySettlement(again_in=outcome.seconds if is_short else None)
        case Refused():
            again_in = 0.0 if outcome.fallback else None
            return ReplySettlement(again_in=again_in, fallback=outcome.fallback)
        case Migrated():
            return ReplySettlement(again_in=0.0, moved_to=outcome.chat_id)
        case Gone():
            return ReplySettlement(parks=True)
        case Sent() | Unknown() | Revoked():
            return ReplySettlement()
        case _:
            assert_never(outcome)


# --- A question about a member --------------------------------------------------------------------


def after_membership_query(outcome: Outcome) -> MembershipAnswer:
    """Return what is known of a member, when Telegram gave `outcome` in place of the member."""
    match outcome:
        case Wait(cause=Delay.ADMIN_REQUIRED) | Refused(cause=Refusal.MEMBERS_HIDDEN):
            return MembershipAnswer.HIDDEN
        case Sent() | Refused() | Gone():
            return MembershipAnswer.NO_MEMBER
        case Wait() | Migrated() | Unknown() | Revoked():
            return MembershipAnswer.LATER
        case _:
            assert_never(outcome)


# --- A notice to an editor ------------------------------------------------------------------------


def after_notice(outcome: Outcome) -> NoticeSettlement:
    """Return what is done about a notice to an editor after `outcome` arrived."""
    match outcome:
        case Sent():
            return NoticeSettlement()
        case Wait():
            return NoticeSettlement(
                again_in=min(max(outcome.seconds, 1.0), EDITOR_AWAY_SECONDS)
            )
        case Refused():
            return NoticeSettlement(
                again_in=EDITOR_AWAY_SECONDS,
                is_refused=True,
                fallback=outcome.fallback,
            )
        case Gone():
            return NoticeSettlement(again_in=EDITOR_AWAY_SECONDS, is_refused=True)
        case Migrated() | Unknown() | Revoked():
            return NoticeSettlement(again_in=EDITOR_HELD_UP_SECONDS)
        case _:
            assert_never(outcome)


# --- A probe of a recovery ------------------------------------------------------------------------


def after_probe(outcome: Outcome) -> ProbeSettlement:
    """Return what `outcome` of a probe means for the search."""
    match outcome:
        case Sent():
            return ProbeSettlement(ProbeAnswer.DONE)
        case Refused(cause=Refusal.MESSAGE_MISSING):
            return ProbeSettlement(ProbeAnswer.MISSING, outcome.reason)
        case Refused(cause=Refusal.PROTECTED):
            return ProbeSettlement(ProbeAnswer.PROTECTED, outcome.reason)
        case Refused():
            return ProbeSettlement(ProbeAnswer.REFUSED, outcome.reason)
        case Gone():
            return ProbeSettlement(ProbeAnswer.GONE, outcome.reason, RIGHTS_SECONDS)
        case Wait():
            return ProbeSettlement(
                ProbeAnswer.LATER, outcome.reason, max(outcome.seconds, 1.0)
            )
        case Migrated() | Unknown() | Revoked():
            return ProbeSettlement(ProbeAnswer.LATER, reason_of(outcome))
        case _:
            assert_never(outcome)


# --- The deletion of a copy that a probe forwarded ------------------------------------------------


def after_deletion(outcome: Outcome) -> DeletionSettlement:
    """Return what is done about a forwarded copy after `outcome` of its deletion arrived."""
    match outcome:
        case Sent():
            return DeletionSettlement(is_deleted=True)
        case Refused():
            return DeletionSettlement()
        case Wait():
            seconds = min(outcome.seconds, COPY_PATIENCE_SECONDS)
            return DeletionSettlement(again_in=seconds)
        case Gone() | Migrated() | Unknown() | Revoked():
            return DeletionSettlement(again_in=COPY_AGAIN_SECONDS)
        case _:
            assert_never(outcome)
