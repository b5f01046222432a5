"""What an answer of Telegram means for a message, and why. Pure data: interprets nothing.

`botapi.error_mapping` makes outcomes of answers; `domain.interpretation` decides what follows from
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import assert_never


class Fallback(StrEnum):
    """What the next attempt does differently. Stored by value; each is tried once."""

    #: Send the text without markup.
    PLAIN = "plain"
    #: Send the post without its keyboard.
    NO_KEYBOARD = "no_keyboard"
    #: Don't send it as a reply.
    NO_REPLY = "no_reply"
    #: Send a shorter text.
    SHORTER = "shorter"
    #: Send it to the forum instead of the thread.
    NO_THREAD = "no_thread"
    #: Send text instead of a picture.
    TEXT = "text"
    #: Send it without paying Stars.
    UNPAID = "unpaid"
    #: Edit the post to a note instead of deleting it.
    KEEP = "keep"


class Refusal(Enum):
    """Why Telegram refuses a message as it is."""

    #: Telegram can't read the markup.
    MARKUP = "markup"
    #: It is too long.
    TOO_LONG = "too long"
    #: The buttons are refused.
    KEYBOARD = "keyboard"
    #: Telegram can't use the picture.
    PICTURE = "picture"
    #: The chat allows no pictures.
    NO_PICTURES = "no pictures"
    #: The message to reply to does not exist.
    NO_MESSAGE_TO_REPLY_TO = "no message to reply to"
    #: The forum's thread does not exist.
    NO_THREAD = "no thread"
    #: The Stars for paid broadcast are used up.
    NO_STARS = "no stars"
    #: The message to edit or forward does not exist.
    MESSAGE_MISSING = "message missing"
    #: The chat's messages can't be forwarded.
    PROTECTED = "protected"
    #: Telegram no longer lets anyone edit the message.
    NOT_EDITABLE = "not editable"
    #: Telegram no longer lets the bot delete the message.
    NOT_DELETABLE = "not deletable"
    #: Only administrators may see the group's members.
    MEMBERS_HIDDEN = "members hidden"
    #: Anything else.
    OTHER = "other"


class Delay(Enum):
    """Why nothing was sent and the call can be made again later."""

    #: Telegram asked for a pause in the chat (429).
    FLOOD = "flood"
    #: The bot lacks a right in the chat, or is not in it.
    RIGHTS = "rights"
    #: Only an administrator may do it.
    ADMIN_REQUIRED = "admin required"
    #: The forum's thread is closed; its other threads are open.
    THREAD_CLOSED = "thread closed"
    #: The group is getting a new number.
    UPGRADING = "upgrading"
    #: Another process takes the bot's updates.
    CONFLICT = "conflict"
    #: A webhook is set, so updates can't be polled for.
    WEBHOOK = "webhook"
    #: Something between here and Telegram answered in its place.
    INTERCEPTED = "intercepted"
    #: The network: the request did not reach Telegram.
    NETWORK = "network"


class Absence(Enum):
    """Why a chat is gone."""

    #: Its reader blocked the bot.
    BLOCKED = "blocked"
    #: Its reader's account was deleted.
    ACCOUNT_DELETED = "account deleted"
    #: Its reader has not pressed Start.
    NOT_STARTED = "not started"
    #: It belongs to a bot.
    BOT = "bot"
    #: The bot was removed from the group.
    REMOVED = "removed"
    #: The group was deleted.
    CHAT_DELETED = "chat deleted"
    #: It does not exist, or the bot can't see it.
    NOT_FOUND = "not found"


#: What may help against a refusal.
FALLBACKS = {
    Refusal.MARKUP: Fallback.PLAIN,
    Refusal.TOO_LONG: Fallback.SHORTER,
    Refusal.KEYBOARD: Fallback.NO_KEYBOARD,
    Refusal.PICTURE: Fallback.TEXT,
    Refusal.NO_PICTURES: Fallback.TEXT,
    Refusal.NO_MESSAGE_TO_REPLY_TO: Fallback.NO_REPLY,
    Refusal.NO_THREAD: Fallback.NO_THREAD,
    Refusal.NO_STARS: Fallback.UNPAID,
}
_LOST_RIGHTS = (Delay.RIGHTS, Delay.ADMIN_REQUIRED, Delay.THREAD_CLOSED)


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it; `message` is its number there (0 where the method returns none)."""

    message: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing was sent; try again after `seconds`."""

    seconds: float
    reason: str
    cause: Delay = Delay.NETWORK

    @property
    def flood(self) -> bool:
        """Whether Telegram asked for a pause in the chat."""
        return self.cause is Delay.FLOOD

    @property
    def lost_rights(self) -> bool:
        """Whether a right is missing in the chat."""
        return self.cause in _LOST_RIGHTS

    @property
    def only_thread(self) -> bool:
        """Whether only this thread of a forum waits, not the chat's others."""
        return self.cause is Delay.THREAD_CLOSED


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will not take this message as it is."""

    reason: str
    cause: Refusal = Refusal.OTHER

    @property
    def fallback(self) -> Fallback | None:
        """What may help, to be tried once."""
        return FALLBACKS.get(self.cause)

    @property
    def of_chat(self) -> bool:
        """Whether the chat is to blame, not the article."""
        return self.cause in (Refusal.NO_PICTURES, Refusal.NO_THREAD)


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat is not there for the bot any more."""

    reason: str
    cause: Absence = Absence.NOT_FOUND


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


def reason_of(outcome: Outcome) -> str:
    """Return in words why a call did not do what it was for; empty for one that did."""
    match outcome:
        case Sent():
            return ""
        case Migrated():
            return "the group has a new number"
        case Wait() | Refused() | Gone() | Unknown() | Revoked():
            return outcome.reason
        case _:
            assert_never(outcome)
