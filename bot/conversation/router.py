"""The way of an update to its handler: whose command it is, who may give it, and how often. Answers only what has none.

A handler that fails is logged, and the person gets an apology; nothing a person sends stops the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from telegram import Update

from bot.conversation import callbacks, commands, editors, membership, plain_words, readers, subscriptions
from bot.conversation import request as asking
from bot.conversation.commands import Command
from bot.conversation.context import Answer, Context, Permission
from bot.conversation.request import Request, Sort
from bot.conversation.throttle import Relation, Throttle
from bot.domain.delivery import Payload
from bot.errors import TokenRevoked
from bot.rendering import replies
from bot.store import numbers

_log = logging.getLogger(__name__)
#: Characters of a command's words that are looked at; an article's address is shorter.
_WORDS = 1_000
#: Answers a minute to commands that are carried out above the limit.
_SPARE = 6
_HANDLERS = readers.HANDLERS | editors.HANDLERS


class Router:
    """Handles updates, one at a time for each chat: see `polling`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._throttle = Throttle(context.commands_per_minute)
        #: Answers to what is carried out above the limit.
        self._spare = Throttle(_SPARE)
        self._albums = _Albums()

    async def handle(self, update: Update) -> Callable[[], Awaitable[None]]:
        """Do what an update asks; return what waits until its answers are out. Raises TokenRevoked only."""
        at = self._context.clock()
        us = self._context.bot_username, self._context.messenger.number
        request = asking.from_tap(update, at) or asking.from_message(update, at, *us)
        if request and len(request.words) > _WORDS:
            request = replace(request, words=request.words[:_WORDS])
        try:
            await self._route(update, request, at)
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("update %s could not be handled", update.update_id)
            await self._apologise(request)
        return partial(self._context.answers.sent, update.update_id)

    async def _route(self, update: Update, request: Request | None, at: datetime) -> None:
        message = update.message
        if (said := update.channel_post or message) and membership.is_others(self._context, said):
            await self._context.store(numbers.see, said.chat.id, said.message_id, at)
        if update.my_chat_member:
            await membership.changed(self._context, update, at)
        elif message and message.migrate_to_chat_id:
            await membership.moved(self._context, message.chat.id, message.migrate_to_chat_id)
        elif message and message.migrate_from_chat_id:
            await membership.moved(self._context, message.migrate_from_chat_id, message.chat.id)
        elif message and message.forum_topic_reopened:
            await membership.reopened(self._context, message.chat.id, asking.thread_of(message))
        elif request and request.query:
            await self._tap(request)
        elif request:
            await self._say(request)

    async def _tap(self, request: Request) -> None:
        if self._admit(request) is Relation.ADMITTED or await callbacks.is_unfollow(self._context, request):
            await callbacks.tapped(self._context, request)
            await readers.bring_missed(self._context, request)
        else:
            await self._context.note(request, replies.notice(self._context.words(request), "too_many"))

    async def _say(self, request: Request) -> None:
        """Answer a command, or words in a private chat; in groups only what is ours."""
        request = plain_words.understood(request) if request.private or request.to_us else request
        command = commands.find(request.command, is_editor=self._context.is_editor(request))
        if command is None and not request.private and commands.find(request.command, is_editor=True):
            await self._hint(request)
        if command is None and not self._is_for_us(request):
            return
        relation = self._admit(request)
        if relation is Relation.ADMITTED:
            is_edited_later = command is not None and command.audience == "editor"
            await self._context.reply(request, await self._answer(request, command), remember=is_edited_later)
            await readers.bring_missed(self._context, request)
        elif command is not None and command.unlimited:
            await self._carry_out(request, command)
        elif relation is Relation.TOLD:
            seconds = self._throttle.seconds_left(request.chat_id, self._context.clock.monotonic())
            await self._context.reply(request, replies.too_many(self._context.words(request), seconds))

    async def _hint(self, request: Request) -> None:
        """Tell an editor who typed an editor's command in a group that it is answered in private only.

        The group sees nothing of it: there, these commands don't exist.
        """
        private = replace(request, chat_id=request.user, private=True, thread=0, said=None)
        if self._context.is_editor(private) and self._admit(private) is Relation.ADMITTED:
            said = replies.only_in_private(self._context.words(private), request.typed, request.title)
            await self._context.reply(private, said)

    def _is_for_us(self, request: Request) -> bool:
        """Return True if what is no command of ours gets an answer; of an album only the first part does."""
        if request.command:
            return request.private or request.addressed or request.to_us
        if request.album and not self._albums.is_first(request.chat_id, request.album):
            return False
        return request.private or (request.to_us and request.sort is Sort.TEXT)

    async def _carry_out(self, request: Request, command: Command) -> None:
        """Do what is never limited, above the limit; most of it is not answered."""
        answer = await self._answer(request, command)
        if self._spare.admit(request.chat_id, self._context.clock.monotonic()) is Relation.ADMITTED:
            await self._context.reply(request, answer)

    def _admit(self, request: Request) -> Relation:
        return self._throttle.admit(request.chat_id, self._context.clock.monotonic())

    async def _answer(self, request: Request, command: Command | None) -> Payload | Answer:
        await self._context.store(subscriptions.unpark_unless_start, request)
        if command is None and request.command:
            return replies.unknown_command(self._context.words(request), request.typed)
        if command is None:
            if request.sort is not Sort.TEXT or not any(map(str.isalnum, request.words)):
                return replies.not_understood(self._context.words(request), request.sort)
            command, request = await readers.understand(self._context, request)
        if command.changes and (refused := await self._refusal(request)):
            return refused
        handler = readers.article if command is commands.ARTICLE else _HANDLERS[command.name]
        return await handler(self._context, request)

    async def _refusal(self, request: Request) -> Payload | None:
        """Return the answer to who may not change what the chat gets; it makes no noise."""
        words = self._context.words(request)
        match await self._context.permission(request):
            case Permission.GRANTED:
                return None
            case Permission.DENIED:
                refused = replies.group_admins_only(words)
            case Permission.HIDDEN:
                refused = replies.group_hides_members(words)
        return {**refused, "disable_notification": True}

    async def _apologise(self, request: Request | None) -> None:
        if request is None or request.query:  # a tap has been answered, if only to end its waiting
            return
        try:
            await self._context.reply(request, replies.went_wrong(self._context.words(request)))
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("an apology could not be sent to %s either", request.place)


class _Albums:
    """The last album of each chat: its parts come as messages of their own and get one answer."""

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
