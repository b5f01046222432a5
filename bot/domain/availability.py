"""When a chat may receive what nobody asked for: the one rule. Pure; reads no clock.

Whatever keeps a whole chat from receiving belongs here: today its standing, its unknown number and
its pauses; quiet hours of a channel or a reader, or an hour for digests, would be added here. The
rule is written twice, because the queries over all deliveries can't call Python: here for one chat,
and beside it as SQL in `bot/store/availability.py` (`OPENS`), which queue, edits and recovery use.
`tests/store/test_availability.py` shows that the two agree, so change both.

To add a reason: a member of `Closed`; its moment in `availability`; a column of `chats` (a step of
the schema, which also makes the trigger `chats_changed` anew; `bot/store/chats.py`) and its moment
in `OPENS`; its words in `bot/rendering/labels.py`.

Not part of it: a delivery's own `not_before`, and the rate limits of chat and bot (`rate_limit`),
which hold replies, too, and for seconds only (docs/architecture.md, From when a chat may receive).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import assert_never

from bot.domain.chat import Standing


class Closed(Enum):
    """Why a chat can't receive now."""

    #: Its reader asked for no more.
    STOPPED = auto()
    #: The bot was blocked or removed, or the chat was deleted.
    PARKED = auto()
    #: A channel that was taken out of the settings.
    DROPPED = auto()
    #: Telegram's number of a channel of the settings is not known yet.
    UNKNOWN = auto()
    #: Telegram asked for a pause, took the bot's rights, or closed the thread.
    PAUSED = auto()


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a chat may receive at some moment."""

    #: Why not; None: the chat is open.
    closed: Closed | None = None
    #: When the chat opens by itself; None: it is open, or only a change of the chat opens it.
    until: datetime | None = None


OPEN = Availability()


def availability(
    *,
    standing: Standing,
    chat_id: int | None,
    paused_until: datetime | None,
    at: datetime,
) -> Availability:
    """Return whether a chat may receive at `at`.

    chat_id: Telegram's number, where it is known. paused_until: the end of the chat's last pause.
    """
    closed = _closed_by(standing)
    if closed is not None:
        return Availability(closed)
    if chat_id is None:
        return Availability(Closed.UNKNOWN)
    if paused_until is not None and paused_until > at:
        return Availability(Closed.PAUSED, paused_until)
    return OPEN


def _closed_by(standing: Standing) -> Closed | None:
    """Return the reason why no chat of this standing receives anything, if there is one."""
    match standing:
        case Standing.ACTIVE:
            return None
        case Standing.STOPPED:
            return Closed.STOPPED
        case Standing.PARKED:
            return Closed.PARKED
        case Standing.DROPPED:
            return Closed.DROPPED
        case _:
            assert_never(standing)
