"""From a command to its reply: whether the person may give it, and which function carries it out.

Sends nothing. How often a chat may send commands is decided in `router`.
"""

from __future__ import annotations

from bot.conversation import chat_standing, commands, editors, lookups, readers
from bot.conversation.commands import Command
from bot.conversation.context import Context
from bot.conversation.permission import Permission, permission
from bot.conversation.request import Content, Request
from bot.conversation.sending import Reply
from bot.domain.delivery import Payload
from bot.rendering import replies

#: Command → what replies to it.
HANDLERS = readers.HANDLERS | editors.HANDLERS


async def reply_to(
    context: Context, request: Request, command: Command | None
) -> Payload | Reply:
    """Carry out a command and return the reply; None: the message has no command of this bot."""
    if command is not commands.START:
        # /start itself reports what a reader who is back missed.
        await context.store(chat_standing.unpark, request)
    templates = context.templates_for(request)
    if command is None and request.command:
        is_editor = context.is_editor(request)
        nearest = commands.nearest(request.command.name, is_editor=is_editor)
        return replies.unknown_command(templates, request.command.typed, nearest)
    if command is None:
        if not _has_words(request):
            return replies.not_understood(templates, request.content)
        command, request = await readers.command_for_words(context, request)
    if command.changes:
        refusal = await _refusal(context, request)
        if refusal:
            return refusal
    if command is commands.ARTICLE:
        return await lookups.article(context, request)
    return await HANDLERS[command.name](context, request)


def _has_words(request: Request) -> bool:
    if request.content is not Content.TEXT:
        return False
    return any(map(str.isalnum, request.words))


async def _refusal(context: Context, request: Request) -> Payload | None:
    """Return the reply to who may not change what the chat gets; it makes no noise."""
    templates = context.templates_for(request)
    match await permission(context, request):
        case Permission.GRANTED:
            return None
        case Permission.DENIED:
            refusal = replies.group_admins_only(templates)
        case Permission.HIDDEN:
            refusal = replies.group_hides_members(templates)
    return {**refusal, "disable_notification": True}
