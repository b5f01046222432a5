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
from bot.conversation.context import Answer, Office, Permission
from bot.conversation.request import Asked, Sort
from bot.conversation.throttle import Throttle, Verdict
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

    def __init__(self, office: Office) -> None:
        self._office = office
        self._throttle = Throttle(office.commands_per_minute)
        #: Answers to what is carried out above the limit.
        self._spare = Throttle(_SPARE)
        self._albums = _Albums()

    async def handle(self, update: Update) -> Callable[[], Awaitable[None]]:
        """Do what an update asks; return what waits until its answers are out. Raises TokenRevoked only."""
        at = self._office.clock()
        us = self._office.bot_username, self._office.messenger.number
        asked = asking.from_tap(update, at) or asking.from_message(update, at, *us)
        if asked and len(asked.words) > _WORDS:
            asked = replace(asked, words=asked.words[:_WORDS])
        try:
            await self._route(update, asked, at)
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("update %s could not be handled", update.update_id)
            await self._apologise(asked)
        return partial(self._office.answers.sent, update.update_id)

    async def _route(self, update: Update, asked: Asked | None, at: datetime) -> None:
        message = update.message
        if (said := update.channel_post or message) and membership.is_others(self._office, said):
            await self._office.desk(numbers.see, said.chat.id, said.message_id, at)
        if update.my_chat_member:
            await membership.changed(self._office, update, at)
        elif message and message.migrate_to_chat_id:
            await membership.moved(self._office, message.chat.id, message.migrate_to_chat_id)
        elif message and message.migrate_from_chat_id:
            await membership.moved(self._office, message.migrate_from_chat_id, message.chat.id)
        elif message and message.forum_topic_reopened:
            await membership.reopened(self._office, message.chat.id, asking.thread_of(message))
        elif asked and asked.query:
            await self._tap(asked)
        elif asked:
            await self._say(asked)

    async def _tap(self, asked: Asked) -> None:
        if self._admit(asked) is Verdict.ADMITTED or await callbacks.is_unfollow(self._office, asked):
            await callbacks.tapped(self._office, asked)
            await readers.bring_missed(self._office, asked)
        else:
            await self._office.note(asked, replies.notice(self._office.words(asked), "too_many"))

    async def _say(self, asked: Asked) -> None:
        """Answer a command, or words in a private chat; in groups only what is ours."""
        asked = plain_words.understood(asked) if asked.private or asked.to_us else asked
        command = commands.find(asked.command, is_editor=self._office.is_editor(asked))
        if command is None and not asked.private and commands.find(asked.command, is_editor=True):
            await self._hint(asked)
        if command is None and not self._is_for_us(asked):
            return
        verdict = self._admit(asked)
        if verdict is Verdict.ADMITTED:
            is_edited_later = command is not None and command.audience == "editor"
            await self._office.reply(asked, await self._answer(asked, command), remember=is_edited_later)
            await readers.bring_missed(self._office, asked)
        elif command is not None and command.unlimited:
            await self._carry_out(asked, command)
        elif verdict is Verdict.TOLD:
            seconds = self._throttle.seconds_left(asked.chat_id, self._office.clock.monotonic())
            await self._office.reply(asked, replies.too_many(self._office.words(asked), seconds))

    async def _hint(self, asked: Asked) -> None:
        """Tell an editor who typed an editor's command in a group that it is answered in private only.

        The group sees nothing of it: there, these commands don't exist.
        """
        private = replace(asked, chat_id=asked.user, private=True, thread=0, said=None)
        if self._office.is_editor(private) and self._admit(private) is Verdict.ADMITTED:
            said = replies.only_in_private(self._office.words(private), asked.typed, asked.title)
            await self._office.reply(private, said)

    def _is_for_us(self, asked: Asked) -> bool:
        """Return True if what is no command of ours gets an answer; of an album only the first part does."""
        if asked.command:
            return asked.private or asked.addressed or asked.to_us
        if asked.album and not self._albums.is_first(asked.chat_id, asked.album):
            return False
        return asked.private or (asked.to_us and asked.sort is Sort.TEXT)

    async def _carry_out(self, asked: Asked, command: Command) -> None:
        """Do what is never limited, above the limit; most of it is not answered."""
        answer = await self._answer(asked, command)
        if self._spare.admit(asked.chat_id, self._office.clock.monotonic()) is Verdict.ADMITTED:
            await self._office.reply(asked, answer)

    def _admit(self, asked: Asked) -> Verdict:
        return self._throttle.admit(asked.chat_id, self._office.clock.monotonic())

    async def _answer(self, asked: Asked, command: Command | None) -> Payload | Answer:
        await self._office.desk(subscriptions.unpark_unless_start, asked)
        if command is None and asked.command:
            return replies.unknown_command(self._office.words(asked), asked.typed)
        if command is None:
            if asked.sort is not Sort.TEXT or not any(map(str.isalnum, asked.words)):
                return replies.not_understood(self._office.words(asked), asked.sort)
            command, asked = await readers.understand(self._office, asked)
        if command.changes and (refused := await self._refusal(asked)):
            return refused
        handler = readers.article if command is commands.ARTICLE else _HANDLERS[command.name]
        return await handler(self._office, asked)

    async def _refusal(self, asked: Asked) -> Payload | None:
        """Return the answer to who may not change what the chat gets; it makes no noise."""
        words = self._office.words(asked)
        match await self._office.permission(asked):
            case Permission.GRANTED:
                return None
            case Permission.DENIED:
                refused = replies.group_admins_only(words)
            case Permission.HIDDEN:
                refused = replies.group_hides_members(words)
        return {**refused, "disable_notification": True}

    async def _apologise(self, asked: Asked | None) -> None:
        if asked is None or asked.query:  # a tap has been answered, if only to end its waiting
            return
        try:
            await self._office.reply(asked, replies.went_wrong(self._office.words(asked)))
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("an apology could not be sent to %s either", asked.place)


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
