"""Which line answers a tapped button. The template `replies/notice` holds the words.

A line is what Telegram shows for a moment above the chat (Bot API, answerCallbackQuery).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TapLine(StrEnum):
    """A line that answers a tap. The template gets the value as `kind`."""

    #: The chat follows the topic from now on.
    FOLLOWED = "followed"
    #: The chat does not follow the topic any more.
    UNFOLLOWED = "unfollowed"
    #: The chat follows as many topics as a chat may.
    FULL = "full"
    #: The button does nothing any more.
    EXPIRED = "expired"
    #: Only the group's admins may do it.
    ADMINS_ONLY = "admins_only"
    #: The bot can't see who the group's admins are.
    MEMBERS_HIDDEN = "members_hidden"
    #: The chat sent more commands and taps than it may.
    TOO_MANY = "too_many"
    #: The article will be posted.
    POSTED = "posted"
    #: The message says what was done.
    DECIDED = "decided"
    #: It was done before, or there is nothing left to do.
    NOTHING_LEFT = "nothing_left"
    #: It can't be undone: it is posted.
    TOO_LATE = "too_late"
    #: It can't be undone: it is being sent.
    TOO_LATE_SENDING = "too_late_sending"


@dataclass(frozen=True, slots=True)
class TapAnswer:
    """A line with what it names."""

    #: None: the tap is answered without a line.
    line: TapLine | None
    #: A topic's name; for `FULL`, how many topics a chat may follow; "" for neither.
    topic: str = ""
    #: The tap brought a reader back who had stopped.
    back: bool = False


NO_LINE = TapAnswer(None)
EXPIRED = TapAnswer(TapLine.EXPIRED)
