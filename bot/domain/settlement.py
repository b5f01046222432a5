"""What is recorded or done after a call: a send, an edit, a reply, a question … Pure data.

`domain.interpretation` returns these; the room that made the call carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.domain.delivery import State
from bot.domain.notices import Alert
from bot.domain.outcome import Fallback

#: A probe whose answer was lost is repeated after this; a probe does no harm.
PROBE_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What is written down after an attempt to send a delivery."""

    state: State
    reason: str = ""
    not_before: datetime | None = None
    message: int | None = None
    #: All that the next attempt does differently; None: the same as this one.
    fallbacks: tuple[Fallback, ...] | None = None
    #: The chat waits as a whole until then.
    pause_chat: datetime | None = None
    #: The reader's chat is parked, for `reason`.
    parks: bool = False
    #: The pause, or the parking, is of this thread and not of the chat's others.
    only_thread: bool = False
    #: The chat's new number.
    moved_to: int | None = None
    #: What the editors are told; `reason` says the rest.
    alert: Alert | None = None


class EditAction(Enum):
    """What a call does to a post."""

    #: Show the article as it is now.
    EDIT = "edit"
    #: Take the post back by a note in its place.
    LEAVE_NOTE = "leave note"
    #: Take the post back by deleting it.
    DELETE = "delete"


class EditState(Enum):
    """Where an edit stands."""

    #: It was made.
    DONE = "done"
    #: It is still due, at once or when `not_before` says.
    DUE = "due"
    #: Somebody deleted the post.
    POST_GONE = "post gone"
    #: It can't be made; the post stays as it is.
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSettlement:
    """What is written down after an attempt to edit or delete a post."""

    state: EditState
    reason: str = ""
    not_before: datetime | None = None
    #: All that the next attempt does differently; None: the same as this one.
    fallbacks: tuple[Fallback, ...] | None = None
    #: The chat waits as a whole until `not_before`.
    pauses_chat: bool = False
    #: The reader's chat is parked, for `reason`.
    parks: bool = False
    #: The pause is of this thread and not of the chat's others.
    only_thread: bool = False
    #: The chat's new number.
    moved_to: int | None = None
    #: What the editors are told; `reason` says the rest.
    alert: Alert | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySettlement:
    """What is done after an attempt to reply: it is tried again at once or dropped."""

    #: Try again after this number of seconds; None: not again.
    again_in: float | None = None
    #: What the next attempt does differently, where it can.
    fallback: Fallback | None = None
    #: The chat's new number.
    moved_to: int | None = None
    #: The chat is parked.
    parks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettlement:
    """What is done after an attempt to send an editor a notice, which is kept until it is sent."""

    #: Try this editor again after this number of seconds; None: the notice was sent.
    again_in: float | None = None
    #: Telegram lets nothing through to the editor: they never pressed Start, or blocked the bot.
    is_refused: bool = False
    #: What the next attempt, at once, does differently, where that may help.
    fallback: Fallback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionSettlement:
    """What is done after an attempt to delete a copy that was forwarded for a probe."""

    is_deleted: bool = False
    #: Try again after this number of seconds; None: not again.
    again_in: float | None = None


class MembershipAnswer(Enum):
    """What the bot learns when it asks for somebody's membership of a group and gets none."""

    #: They are not a member.
    NO_MEMBER = "no member"
    #: The group hides its members from bots that are not an administrator there.
    HIDDEN = "hidden"
    #: Nothing: ask again later.
    LATER = "later"


class ProbeAnswer(Enum):
    """What the answer to a probe says about the message it was about."""

    #: Telegram did what the probe asked.
    DONE = "done"
    #: There is no message of that number.
    MISSING = "missing"
    #: The chat's messages can't be forwarded.
    PROTECTED = "protected"
    #: Telegram refuses it for another reason.
    REFUSED = "refused"
    #: The chat that the probe went to can't be reached.
    GONE = "gone"
    #: Nothing: ask again later.
    LATER = "later"


@dataclass(frozen=True, slots=True)
class ProbeSettlement:
    """What an answer to a probe means."""

    answer: ProbeAnswer
    reason: str = ""
    #: When the probe can be made again, in seconds.
    again_in: float = PROBE_AGAIN_SECONDS
