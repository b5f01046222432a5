"""From an update to its handler: which command it is, who may give it, how often.

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
    editors,
    lookups,
    membership,
    plain_words,
    readers,
    subscriptions,
    topic_taps,
)
from bot.conversation import request as requests
from bot.conversation.commands import Command, Role
from bot.conversation.context import Context, Permission, Reply
from bot.conversation.request import Content, Request, TappedButton
from bot.conversation.throttle import Admission, Throttle
from bot.domain.chat import ChatKind
from bot.domain.delivery import Payload
from bot.errors import TokenRevoked
from bot.rendering import replies
from bot.rendering.taps import TapAnswer, TapLine
from bot.store import numbers

_log = logging.getLogger(__name__)
#: Characters of a command's words that are read; an article's address is shorter.
_WORDS = 1_000
#: Replies a minute to commands that are carried out above the limit.
_UNLIMITED_REPLIES = 6
_HANDLERS = readers.HANDLERS | editors.HANDLERS


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
            await self._apologise(request)
        return partial(self._context.answers.sent, update.update_id)

    def _read(self, update: Update, at: datetime) -> Request | None:
        bot_username, bot = self._context.bot_username, self._context.messenger.number
        request = requests.from_tap(update, at) or requests.from_message(
            update, at, bot_username, bot
        )
        return replace(request, words=request.words[:_WORDS]) if request else None

    async def _route(
        self, update: Update, request: Request | None, at: datetime
    ) -> None:
        message = update.message
        post = update.channel_post or message
        if post and membership.is_by_others(self._context, post):
            await self._context.store(numbers.see, post.chat.id, post.message_id, at)
        if update.my_chat_member:
            await membership.changed(self._context, update, at)
        elif message and message.migrate_to_chat_id:
            await membership.moved(
                self._context, message.chat.id, message.migrate_to_chat_id
            )
        elif message and message.migrate_from_chat_id:
            await membership.moved(
                self._context, message.migrate_from_chat_id, message.chat.id
            )
        elif message and message.forum_topic_reopened:
            await membership.reopened(
                self._context, message.chat.id, requests.thread_of(message)
            )
        elif request and request.button:
            await self._handle_tap(request, request.button)
        elif request:
            await self._handle_message(request)

    async def _handle_tap(self, request: Request, button: TappedButton) -> None:
        admitted = self._admit(request) is Admission.ADMITTED
        if admitted or await topic_taps.is_unfollow(self._context, request, button.tap):
            await callbacks.tapped(self._context, request, button.tap)
            await readers.bring_missed(self._context, request)
        else:
            answer = TapAnswer(TapLine.TOO_MANY)
            line = replies.tap_line(self._context.words(request), answer)
            await self._context.note(request, line)

    async def _handle_message(self, request: Request) -> None:
        """Reply to a command, or to words in a private chat; in groups only if addressed."""
        if request.private or request.is_reply_to_bot:
            request = plain_words.understood(request)
        command = self._find(request, is_editor=self._context.is_editor(request))
        if command is None:
            if not request.private and self._find(request, is_editor=True):
                await self._hint_at_private_chat(request)
            if not self._is_for_bot(request):
                return
        match self._admit(request):
            case Admission.ADMITTED:
                is_edited_later = command is not None and command.role is Role.EDITOR
                await self._context.reply(
                    request,
                    await self._reply(request, command),
                    remember=is_edited_later,
                )
                await readers.bring_missed(self._context, request)
            case _ if command and command.unlimited:
                await self._carry_out_unlimited(request, command)
            case Admission.FIRST_REFUSED:
                seconds = self._throttle.seconds_left(
                    request.chat_id, self._context.clock.monotonic()
                )
                await self._context.reply(
                    request, replies.too_many(self._context.words(request), seconds)
                )
            case Admission.SILENCED:
                pass

    def _find(self, request: Request, *, is_editor: bool) -> Command | None:
        return (
            commands.find(request.command.name, is_editor=is_editor)
            if request.command
            else None
        )

    async def _hint_at_private_chat(self, request: Request) -> None:
        """Tell an editor who typed an editors' command in a group to use their private chat.

        The group sees nothing of it: there, these commands do not exist.
        """
        if request.user not in self._context.admins or request.command is None:
            return
        private = replace(
            request, chat_id=request.user, kind=ChatKind.PRIVATE, thread=0, message=None
        )
        if self._admit(private) is Admission.ADMITTED:
            words = self._context.words(private)
            hint = replies.only_in_private(words, request.command.typed, request.title)
            await self._context.reply(private, hint)

    def _is_for_bot(self, request: Request) -> bool:
        """Return True if a message without a command of this bot gets a reply.

        Of an album only the first part does.
        """
        if request.command:
            addressed = request.command.addressee is not None
            return request.private or addressed or request.is_reply_to_bot
        if request.album and not self._albums.is_first(request.chat_id, request.album):
            return False
        return request.private or (
            request.is_reply_to_bot and request.content is Content.TEXT
        )

    async def _carry_out_unlimited(self, request: Request, command: Command) -> None:
        """Do above the limit what is never limited; few of the replies are sent."""
        reply = await self._reply(request, command)
        if (
            self._unlimited.admit(request.chat_id, self._context.clock.monotonic())
            is Admission.ADMITTED
        ):
            await self._context.reply(request, reply)

    def _admit(self, request: Request) -> Admission:
        return self._throttle.admit(request.chat_id, self._context.clock.monotonic())

    async def _reply(
        self, request: Request, command: Command | None
    ) -> Payload | Reply:
        words = self._context.words(request)
        if (
            command is not commands.START
        ):  # which itself reports what a reader who is back missed
            await self._context.store(subscriptions.unpark, request)
        if command is None and request.command:
            is_editor = self._context.is_editor(request)
            nearest = commands.nearest(request.command.name, is_editor=is_editor)
            return replies.unknown_command(words, request.command.typed, nearest)
        if command is None:
            if request.content is not Content.TEXT or not any(
                map(str.isalnum, request.words)
            ):
                return replies.not_understood(words, request.content)
            command, request = await readers.understand(self._context, request)
        if command.changes and (refusal := await self._refusal(request)):
            return refusal
        handler = (
            lookups.article if command is commands.ARTICLE else _HANDLERS[command.name]
        )
        return await handler(self._context, request)

    async def _refusal(self, request: Request) -> Payload | None:
        """Return the reply to who may not change what the chat gets; it makes no noise."""
        words = self._context.words(request)
        match await self._context.permission(request):
            case Permission.GRANTED:
                return None
            case Permission.DENIED:
                refusal = replies.group_admins_only(words)
            case Permission.HIDDEN:
                refusal = replies.group_hides_members(words)
        return {**refusal, "disable_notification": True}

    async def _apologise(self, request: Request | None) -> None:
        if (
            request is None or request.button
        ):  # a tap has been answered, if only to end its waiting
            return
        try:
            await self._context.reply(
                request, replies.went_wrong(self._context.words(request))
            )
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("an apology could not be sent to %s either", request.place)


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
