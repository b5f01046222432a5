"""Deliveries: what one is, and which channels get an article. Pure.

No clock, no network, no database. What becomes of a delivery after an attempt is decided in
`domain.interpretation` (docs/architecture.md, Delivery).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from bot.domain.outcome import Fallback

T = TypeVar("T")

#: A call of the Bot API as data: "method" and that method's parameters, without the chat.
Payload = dict[str, Any]
#: A call is sent within this time of its commit, or never (`botapi.client` gives up sooner).
LONGEST_CALL = timedelta(minutes=1)
#: How often a delivery that may have arrived is sent again without knowing more.
REPEATS = 1


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
    FOLLOWER = 2  # as it is stored


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
    #: What will be or was sent, word for word. Of a message to a reader, or an old one, only what
    #: `store.payloads` keeps.
    payload: Payload | None = None
    #: What the next attempt does differently, in the order in which it was found to be necessary.
    fallbacks: tuple[Fallback, ...] = ()
    reason: str = ""
    #: How many calls may have sent it although no answer came. A call is not counted if its message
    #: was searched for and is absent.
    lost: int = 0

    @property
    def is_to_channel(self) -> bool:
        """Return True if it goes to a channel of the settings, not to a reader or group."""
        return self.lane is Lane.CHANNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel's row and what it admits."""

    chat: int
    topics: frozenset[str] = frozenset()  # keys of topics; empty: every article
    min_quality: int = 0
    #: Sequence number at which it began; None: not applied yet. It gets no article recorded before.
    begun: int | None = None

    def admits(self, topics: Iterable[str], quality: int) -> bool:
        """Return True if an article with these topic keys and this quality belongs here.

        topics: wider topics included.
        """
        return quality >= self.min_quality and (
            not self.topics or not self.topics.isdisjoint(topics)
        )


# --- Planning -------------------------------------------------------------------------------------


def plan(
    channels: Iterable[Channel],
    topics: Iterable[str],
    quality: int,
    recorded: int | None = None,
) -> tuple[int, ...]:
    """Return the row numbers, in order, of the channels that get an article with these topic keys.

    recorded: the sequence number of its recording; leaves out channels that began later.
    """
    keys = tuple(topics)
    return tuple(
        channel.chat
        for channel in channels
        if channel.admits(keys, quality)
        and (
            recorded is None or (channel.begun is not None and channel.begun < recorded)
        )
    )


def first_run(
    candidates: Sequence[T], newest: int | None
) -> tuple[Sequence[T], Sequence[T]]:
    """Split a new channel's articles, oldest first, into those to skip and those to post.

    None: post all.
    """
    if newest is None:
        return [], candidates
    cut = max(len(candidates) - newest, 0)
    return candidates[:cut], candidates[cut:]
