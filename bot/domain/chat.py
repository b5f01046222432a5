"""What is known of a chat that code branches on. Pure: makes no call.

The values are stored in the database as they are.
"""

from __future__ import annotations

from enum import StrEnum


class ChatKind(StrEnum):
    """What a chat is to the bot."""

    #: A channel or group of the settings.
    CHANNEL = "channel"
    #: A reader's own chat with the bot.
    PRIVATE = "private"
    #: A group, or a thread of a forum, whose members follow topics together.
    GROUP = "group"


class Standing(StrEnum):
    """Whether a chat wants posts and can get them."""

    #: It gets them.
    ACTIVE = "active"
    #: Its reader asked for no more; the follows are kept.
    STOPPED = "stopped"
    #: It can't be reached: blocked, deleted, kicked.
    PARKED = "parked"
    #: A channel that is no longer in the settings.
    DROPPED = "dropped"


#: Standings of a reader who gets nothing until they come back.
AWAY = (Standing.STOPPED, Standing.PARKED)


class OnDoubt(StrEnum):
    """What becomes of a channel's post that may have gone out and was not found."""

    #: It is sent again, once at most where nobody can tell.
    RESEND = "resend"
    #: An editor decides.
    ASK = "ask"
