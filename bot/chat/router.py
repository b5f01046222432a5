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

from bot.chat import asked as asking
from bot.chat import buttons, commands, editors, membership, readers, wishes
from bot.chat.asked import Asked
from bot.chat.commands import Command
from bot.chat.office import Office
from bot.chat.throttle import Throttle, Verdict
from bot.delivery import Payload
from bot.errors import TokenRevoked
from bot.rendering import replies
from bot.store import doubts

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

    async def handle(self, update: Update) -> Callable[[], Awaitable[None]]:
        """Do what an update asks; return what waits until its answers are out. Raises TokenRevoked only."""
        at = self._office.clock()
        asked = asking.from_tap(update, at) or asking.from_message(update, at, self._office.bot_username)
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
            await self._office.desk(doubts.see, said.chat.id, said.message_id, at)
        if update.my_chat_member:
            await membership.changed(self._office, update, at)
        elif message and message.migrate_to_chat_id:
            await membership.moved(self._office, message.chat.id, message.migrate_to_chat_id)
        elif message and message.migrate_from_chat_id:
            await membership.moved(self._office, message.migrate_from_chat_id, message.chat.id)
        elif asked and asked.query:
            await self._tap(asked)
        elif asked:
            await self._say(asked)

    async def _tap(self, asked: Asked) -> None:
        if self._admit(asked) is Verdict.ADMITTED or await buttons.is_unfollow(self._office, asked):
            await buttons.tapped(self._office, asked)
        else:
            note = replies.notice(self._office.templates, "too_many")
            await self._office.note(asked, note)

    async def _say(self, asked: Asked) -> None:
        """Answer a command, or words in a private chat; in groups only what is ours."""
        command = commands.find(asked.command, is_editor=self._office.is_editor(asked))
        if command is None and not asked.private and not asked.addressed:
            return
        verdict = self._admit(asked)
        if verdict is Verdict.ADMITTED:
            await self._office.reply(asked, await self._answer(asked, command))
        elif command is not None and command.unlimited:
            await self._carry_out(asked, command)
        elif verdict is Verdict.TOLD:
            seconds = self._throttle.seconds_left(asked.chat_id, self._office.clock.monotonic())
            await self._office.reply(asked, replies.too_many(self._office.templates, seconds))

    async def _carry_out(self, asked: Asked, command: Command) -> None:
        """Do what is never limited, above the limit; most of it is not answered."""
        answer = await self._answer(asked, command)
        if self._spare.admit(asked.chat_id, self._office.clock.monotonic()) is Verdict.ADMITTED:
            await self._office.reply(asked, answer)

    def _admit(self, asked: Asked) -> Verdict:
        return self._throttle.admit(asked.chat_id, self._office.clock.monotonic())

    async def _answer(self, asked: Asked, command: Command | None) -> Payload:
        await self._office.desk(wishes.unpark_unless_start, asked)
        if command is None:
            return replies.unknown_command(self._office.templates, asked.typed)
        if command.changes and not await self._office.may_change(asked):
            return replies.group_admins_only(self._office.templates)
        return await _HANDLERS[command.name](self._office, asked)

    async def _apologise(self, asked: Asked | None) -> None:
        if asked is None or asked.query:  # a tap has been answered, if only to end its waiting
            return
        try:
            await self._office.reply(asked, replies.went_wrong(self._office.templates))
        except TokenRevoked:
            raise
        except Exception:
            _log.exception("nor could an apology be sent to %s", asked.chat_id)
