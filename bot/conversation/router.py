"""From an update to its handler: which command or tap it is, and how often a chat may send them.

Replies itself only to updates that have no handler. A handler that fails is logged, and the person
gets an apology; nothing a person sends stops the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from telegram import Update

from bot.conversation import (
    callbacks,
    commands,
    handlers,
    membership,
    plain_words,
    readers,
    sending,
    topic_taps,
)
from bot.conversation import request as requests
from bot.conversation.commands import Command, Role
from bot.conversation.context import Context
from bot.conversation.request import Content, Request, TappedButton
from bot.conversation.throttle import Admission, Throttle
from bot.domain.chat import ChatKind
from bot.errors import TokenRevoked
from bot.rendering import replies
from bot.rendering.taps import TapAnswer, TapLine
from bot.store import numbers

_log = logging.getLogger(__name__)
#: Characters of a command's words that are read; an article's address is shorter.
_WORDS = 1_000
#: Replies a minute to commands that are carried out above the limit.
_UNLIMITED_REPLIES = 6


class Router:
    """Handles updates, one at a time for each chat: see `polling`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._throttle = Throttle(context.commands_per_minute)
        self._unlimited = Throttle(_UNLIMITED_REPLIES)
        self._albums = _Albums()

    async def handle(self, update: Update) -> Callable[[], Awaitable[None]]:
        """Do what an update asks; return what waits until its replies are out.

        Raises TokenRevoked only.
        """
        at = self._context.clock()
        request = self._read(update, at)
        try:
            await self._route(update, request, at)
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("update %s could not be handled", update.update_id)
            self._apologise(request)
        return partial(self._context.reply_queue.sent, update.update_id)

    def _read(self, update: Update, at: datetime) -> Request | None:
        if update.callback_query:
            return requests.from_tap(update, at)
        username = self._context.bot_username
        number = self._context.messenger.number
        request = requests.from_message(update, at, username, number)
        if request is None:
            return None
        words = request.words[:_WORDS]
        return replace(request, words=words)

    async def _route(
        self, update: Update, request: Request | None, at: datetime
    ) -> None:
        context = self._context
        post = update.channel_post or update.message
        if post and membership.is_by_others(context, post):
            await context.store(numbers.see, post.chat.id, post.message_id, at)
        if await membership.handle(context, update, at):
            return
        if request and request.button:
            await self._handle_tap(request, request.button)
        elif request:
            await self._handle_message(request)

    async def _handle_tap(self, request: Request, button: TappedButton) -> None:
        context, tap = self._context, button.tap
        is_admitted = self._admit(request) is Admission.ADMITTED
        # To stop following is possible however many taps the chat sent.
        if is_admitted or await topic_taps.is_unfollow(context, request, tap):
            await callbacks.handle(context, request, tap)
            await readers.report_missed(context, request)
        else:
            sending.answer_tap(context, request, TapAnswer(TapLine.TOO_MANY))

    async def _handle_message(self, request: Request) -> None:
        """Reply to a command, or to words in a private chat; in groups only if addressed."""
        if request.private or request.is_reply_to_bot:
            request = plain_words.as_command(request)
        is_editor = self._context.is_editor(request)
        command = _command(request, is_editor=is_editor)
        if command is None:
            self._hint_at_private_chat(request)
            if not self._is_for_bot(request):
                return
        match self._admit(request):
            case Admission.ADMITTED:
                await self._carry_out(request, command)
            case _ if command and command.unlimited:
                await self._carry_out_unlimited(request, command)
            case Admission.FIRST_REFUSED:
                self._refuse(request)
            case Admission.SILENCED:
                pass

    async def _carry_out(self, request: Request, command: Command | None) -> None:
        context = self._context
        reply = await handlers.reply_to(context, request, command)
        # Replies to editors are edited once the post is out: see `store.pending`.
        is_edited_later = command is not None and command.role is Role.EDITOR
        sending.reply(context, request, reply, remember=is_edited_later)
        await readers.report_missed(context, request)

    async def _carry_out_unlimited(self, request: Request, command: Command) -> None:
        """Do above the limit what is never limited; few of the replies are sent."""
        context = self._context
        reply = await handlers.reply_to(context, request, command)
        now = context.clock.monotonic()
        admission = self._unlimited.admit(request.chat_id, now)
        if admission is Admission.ADMITTED:
            sending.reply(context, request, reply)

    def _refuse(self, request: Request) -> None:
        """Reply that the chat sends too many commands, and when it may send the next."""
        context = self._context
        now = context.clock.monotonic()
        seconds = self._throttle.seconds_left(request.chat_id, now)
        templates = context.templates_for(request)
        reply = replies.too_many(templates, seconds)
        sending.reply(context, request, reply)

    def _hint_at_private_chat(self, request: Request) -> None:
        """Tell an editor who typed an editors' command in a group to use their private chat.

        The group sees nothing of it: there, these commands do not exist.
        """
        context, command = self._context, request.command
        if command is None or request.private:
            return
        if request.user not in context.admins:
            return
        if _command(request, is_editor=True) is None:
            return
        private = replace(
            request, chat_id=request.user, kind=ChatKind.PRIVATE, thread=0, message=None
        )
        if self._admit(private) is Admission.ADMITTED:
            templates = context.templates_for(private)
            hint = replies.only_in_private(templates, command.typed, request.title)
            sending.reply(context, private, hint)

    def _is_for_bot(self, request: Request) -> bool:
        """Return True if a message without a command of this bot gets a reply.

        Of an album only the first part does.
        """
        if request.command:
            is_addressed = request.command.addressee is not None
            return request.private or is_addressed or request.is_reply_to_bot
        if self._is_later_part(request):
            return False
        if request.private:
            return True
        return request.is_reply_to_bot and request.content is Content.TEXT

    def _is_later_part(self, request: Request) -> bool:
        """Return True for a part of an album of which another part was seen."""
        if request.album is None:
            return False
        return not self._albums.is_first(request.chat_id, request.album)

    def _admit(self, request: Request) -> Admission:
        now = self._context.clock.monotonic()
        return self._throttle.admit(request.chat_id, now)

    def _apologise(self, request: Request | None) -> None:
        if request is None or request.button:
            return  # a tap has been answered, if only to end its waiting
        context = self._context
        try:
            reply = replies.went_wrong(context.templates_for(request))
            sending.reply(context, request, reply)
        except Exception:
            _log.exception("an apology could not be sent to %s either", request.place)


def _command(request: Request, *, is_editor: bool) -> Command | None:
    """Return the command of a message, if it exists for the person."""
    if request.command is None:
        return None
    return commands.find(request.command.name, is_editor=is_editor)


class _Albums:
    """The last album of each chat: its parts arrive as messages of their own and get one reply."""

    _MANY = 10_000

    def __init__(self) -> None:
        self._last: dict[int, str] = {}

    def is_first(self, chat_id: int, album: str) -> bool:
        """Return True for the first part of an album that is seen."""
        if self._last.get(chat_id) == album:
            return False
        if len(self._last) >= self._MANY:
            self._last.clear()
        self._last[chat_id] = album
        return True
