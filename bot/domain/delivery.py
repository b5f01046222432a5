"""Deliveries: who gets an article, and what becomes of each attempt. Pure: no clock, no network, no database.

`plan` decides who; `settle` maps what Telegram answered to what is written down
(docs/architecture.md, Delivery).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from bot.clock import Clock as Clock  # rooms that are told the time take it from here
from bot.domain.notices import Alert

T = TypeVar("T")

#: A call of the Bot API as data: "method" and that method's parameters, without the chat.
Payload = dict[str, Any]


class State(StrEnum):
    """Where a delivery stands."""

    HELD = "held"  # waits for an editor
    PENDING = "pending"  # to be sent, not before `not_before`
    SENDING = "sending"  # the call is on its way
    DOUBTFUL = "doubtful"  # the call may have had its effect
    UNCONFIRMED = "unconfirmed"  # so may its one repeat: it waits for an editor
    SENT = "sent"
    REFUSED = "refused"  # Telegram will never take it
    GONE = "gone"  # the chat is not there for us any more
    WITHDRAWN = "withdrawn"  # the article was taken back
    SKIPPED = "skipped"  # before the channel's start


class Lane(IntEnum):
    """Who goes first."""

    CHANNEL = 0
    DIGEST = 1
    FOLLOWER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One article, one chat, one edition."""

    id: int
    article: int
    #: Row number of the chat (not Telegram's id).
    chat: int
    edition: int
    lane: Lane
    state: State
    #: How often a call was begun.
    attempts: int = 0
    #: Telegram's number of the message, once sent.
    message: int | None = None
    #: What will be or was sent, word for word; to a reader, or long ago, only what `store.payloads` keeps of it.
    payload: Payload | None = None
    #: What the attempt must do differently: "plain", "no_keyboard", "no_reply", "shorter", or empty.
    mend: str = ""
    reason: str = ""
    #: How many calls may have sent it unheard; one whose message was found to be absent is not counted.
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel's row and what it admits."""

    chat: int
    topics: frozenset[str] = frozenset()  # keys of topics; empty: every article
    min_quality: int = 0
    #: Sequence number of its start; None: not applied yet. Articles recorded before are none of its business.
    begun: int | None = None

    def admits(self, topics: Iterable[str], quality: int) -> bool:
        """Say whether an article with these topic keys (wider topics included) and quality belongs here."""
        return quality >= self.min_quality and (not self.topics or not self.topics.isdisjoint(topics))


# --- Outcomes: what Telegram answered ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it; `message` is its number there (0 where the method returns none)."""

    message: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing was sent; try again after `seconds`.

    lost_rights: a right is missing in the chat. flood: Telegram asked for a pause in the chat.
    """

    seconds: float
    reason: str
    lost_rights: bool = False
    flood: bool = False
    #: Only this thread of a forum is closed; the chat's others are open.
    only_thread: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will not take this message as it is. `mend` names what to try once, or is empty."""

    reason: str
    mend: str = ""
    #: The chat is to blame, not the article: it does not allow pictures, or has no such thread.
    of_chat: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat is not there for us: blocked, deactivated, deleted, kicked."""

    reason: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group has a new number."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """The call may have had its effect: an answer was lost or unreadable."""

    reason: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The token is no longer good; nothing was sent."""

    reason: str


Outcome = Sent | Wait | Refused | Gone | Migrated | Unknown | Revoked


#: How the reason of a refusal begins that says: there is no message of that number; the chat forbids forwarding.
MISSING = "the message no longer exists"
PROTECTED = "the chat forbids forwarding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What is written down after an attempt."""

    state: State
    reason: str = ""
    not_before: datetime | None = None
    message: int | None = None
    mend: str = ""
    #: The chat waits as a whole until then.
    pause_chat: datetime | None = None
    #: The reader is parked or the channel held, for this reason.
    park: str = ""
    #: The pause, or the parking, is of this thread and not of the chat's others.
    only_thread: bool = False
    #: The chat's new number.
    moved_to: int | None = None
    #: What the editors are told; `reason` says the rest.
    alert: Alert | None = None


#: Tried once each; a second refusal is final.
MENDS = ("plain", "no_keyboard", "no_reply", "shorter", "no_thread", "text", "unpaid")
#: Those that all posts of a chat will need until somebody acts: no fault of the article's.
LASTING = ("no_thread", "unpaid")
#: How long a channel that lost its rights waits before it is tried again.
RIGHTS_SECONDS = 900.0
#: The longest that a reader's group which takes nothing from the bot waits before it is tried again.
MUTED_SECONDS = 6 * 3_600.0
#: Editors are told of pauses that are as long.
LONG_PAUSE_SECONDS = 3_600.0
#: Mends that a reader's chat asks for and not the article: its own matter.
OF_CHAT = ("no_thread", "text")
#: How often a delivery that may have arrived is sent again without knowing more.
REPEATS = 1


def settle(outcome: Outcome, delivery: Delivery, at: datetime, doubt_seconds: float = 60.0) -> Settlement:
    """Return what becomes of `delivery` after `outcome` came at `at` (aware UTC)."""
    if isinstance(outcome, Sent):
        return Settlement(state=State.SENT, message=outcome.message, alert=_simplified(delivery))
    if isinstance(outcome, Wait):
        return _wait(outcome, delivery, at)
    if isinstance(outcome, Refused):
        return _refused(outcome, delivery, at)
    if isinstance(outcome, Gone):
        return _gone(outcome, delivery, at)
    if isinstance(outcome, Migrated):
        return Settlement(state=State.PENDING, moved_to=outcome.chat_id, reason="the group has a new number")
    if isinstance(outcome, Unknown):
        return _lost(outcome, delivery, at, doubt_seconds)
    return Settlement(state=State.PENDING, reason=outcome.reason)


def _simplified(delivery: Delivery) -> Alert | None:
    """Return what the editors are told of a delivery that went out in another form than it was made in."""
    mend = delivery.mend.rpartition(" ")[2]
    return Alert.SIMPLIFIED if mend and (delivery.lane is Lane.CHANNEL or mend not in OF_CHAT) else None


def _lost(outcome: Unknown, delivery: Delivery, at: datetime, doubt_seconds: float) -> Settlement:
    """A channel's post is looked for. A reader's delivery is repeated, but not more often than REPEATS."""
    if delivery.lane is not Lane.CHANNEL and delivery.lost >= REPEATS:
        return Settlement(state=State.UNCONFIRMED, reason=outcome.reason, alert=Alert.UNCONFIRMED)
    return Settlement(state=State.DOUBTFUL, reason=outcome.reason, not_before=at + timedelta(seconds=doubt_seconds))


def _wait(outcome: Wait, delivery: Delivery, at: datetime) -> Settlement:
    """Nothing was sent. A flood or lost rights let the whole chat wait; the network is given more time each time."""
    whole_chat = outcome.flood or outcome.lost_rights
    seconds = outcome.seconds if outcome.flood else backoff(outcome.seconds, delivery.attempts)
    if outcome.lost_rights and delivery.lane is not Lane.CHANNEL:
        seconds = backoff(outcome.seconds, delivery.attempts, MUTED_SECONDS)
    until = at + timedelta(seconds=seconds)
    return Settlement(
        state=State.PENDING,
        reason=outcome.reason,
        not_before=until,
        pause_chat=until if whole_chat else None,
        only_thread=outcome.only_thread,
        alert=pause_alert(outcome, delivery.lane),
    )


def pause_alert(outcome: Wait, lane: Lane) -> Alert | None:
    """Return what the editors are told of a wait. A reader's chat that takes nothing from the bot is its own matter."""
    if lane is not Lane.CHANNEL:
        return None
    is_long = outcome.flood and outcome.seconds >= LONG_PAUSE_SECONDS
    return Alert.RIGHTS if outcome.lost_rights else Alert.PAUSED if is_long else None


def _gone(outcome: Gone, delivery: Delivery, at: datetime) -> Settlement:
    """A reader is parked. A channel waits, and its editors hear: its posts are promised."""
    if delivery.lane is not Lane.CHANNEL:
        return Settlement(state=State.GONE, reason=outcome.reason, park=outcome.reason)
    until = at + timedelta(seconds=RIGHTS_SECONDS)
    return Settlement(state=State.PENDING, reason=outcome.reason, not_before=until, pause_chat=until, alert=Alert.GONE)


def backoff(seconds: float, attempts: int, longest: float = 300.0) -> float:
    """Return `seconds` doubled with each attempt, up to `longest` and never below `seconds`."""
    return max(seconds, min(seconds * 2.0 ** min(max(attempts - 1, 0), 10), longest))


def _refused(outcome: Refused, delivery: Delivery, at: datetime) -> Settlement:
    tried = delivery.mend.split()
    theirs = outcome.of_chat and delivery.lane is not Lane.CHANNEL  # the chat's own matter
    if outcome.mend == "no_thread" and theirs:
        return Settlement(state=State.GONE, reason=outcome.reason, park=outcome.reason, only_thread=True)
    if outcome.mend and outcome.mend not in tried:
        mend = " ".join([*tried, outcome.mend])
        return Settlement(state=State.PENDING, reason=outcome.reason, mend=mend, not_before=at)
    return Settlement(state=State.REFUSED, reason=outcome.reason, alert=None if theirs else Alert.REFUSED)


# --- Planning ---------------------------------------------------------------------------------------------------------


def plan(
    channels: Iterable[Channel], topics: Iterable[str], quality: int, recorded: int | None = None
) -> tuple[int, ...]:
    """Return the chats (row numbers, in order) of the channels that an article with these topic keys belongs in.

    With `recorded`, the sequence number of its recording, only channels that had begun before.
    """
    keys = tuple(topics)
    return tuple(
        channel.chat
        for channel in channels
        if channel.admits(keys, quality)
        and (recorded is None or (channel.begun is not None and channel.begun < recorded))
    )


def first_run(candidates: Sequence[T], newest: int | None) -> tuple[Sequence[T], Sequence[T]]:
    """Split a new channel's articles, oldest first, into those to skip and those to post. `None`: post all."""
    if newest is None:
        return [], candidates
    cut = max(len(candidates) - newest, 0)
    return candidates[:cut], candidates[cut:]
