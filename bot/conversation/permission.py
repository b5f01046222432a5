"""Who may change what a chat gets: in a group its admins (docs/architecture.md, Contract).

Writes no reply to those who may not.
"""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.domain.interpretation import after_membership_query
from bot.domain.settlement import MembershipAnswer

_ADMINS = frozenset(("creator", "administrator"))


class Permission(Enum):
    """Whether somebody may change what a chat gets."""

    #: The chat is theirs, or they are an administrator of the group.
    GRANTED = "granted"
    #: They are a member of the group, not an administrator.
    DENIED = "denied"
    #: The group hides its members from the bot, which is not an administrator there.
    HIDDEN = "hidden"


async def permission(context: Context, request: Request) -> Permission:
    """Return whether who asked may change what the chat gets.

    Raises ConnectionError when Telegram does not say.
    """
    if request.private or request.anonymous:
        return Permission.GRANTED
    if not request.user:
        return Permission.DENIED
    member = await context.messenger.member(request.chat_id, request.user)
    if isinstance(member, dict):
        is_admin = member.get("status") in _ADMINS
        return Permission.GRANTED if is_admin else Permission.DENIED
    match after_membership_query(member):
        case MembershipAnswer.NO_MEMBER:
            return Permission.DENIED
        case MembershipAnswer.HIDDEN:
            is_admin = await _is_bot_admin(context, request.chat_id)
            return Permission.DENIED if is_admin else Permission.HIDDEN
        case MembershipAnswer.LATER:
            raise ConnectionError(
                f"it is not known who may change what {request.place} gets: {member}"
            )
        case answer:
            assert_never(answer)


async def _is_bot_admin(context: Context, chat_id: int) -> bool:
    rights = await context.messenger.rights(chat_id)
    return isinstance(rights, frozenset) and "administrator" in rights
