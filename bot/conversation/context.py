"""What a handler works with: the store, the words, the messenger, and how an answer reaches the person.

Decides nothing about what is answered. Answers go out at once, not through the outbox: a person is waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from enum import Enum
from functools import partial
from typing import Any

from bot.botapi.client import Messenger
from bot.botapi.error_mapping import hides_members
from bot.clock import Clock
from bot.conversation.answers import Answers
from bot.conversation.request import Request
from bot.domain.delivery import Channel, Payload
from bot.domain.interpretation import after_reply
from bot.domain.outcome import Fallback, Gone, Outcome, Refused, Revoked, Sent, reason_of
from bot.domain.topics import Taxonomy
from bot.errors import TokenRevoked
from bot.rendering import markup
from bot.rendering.templates import Templates
from bot.store import chats, numbers, pending, updates
from bot.store.database import Database
from bot.store.thread import Store

_TRIES = 4
_log = logging.getLogger(__name__)


class Permission(Enum):
    """Whether somebody may change what a chat gets."""

    #: The chat is theirs, or they are an administrator of the group.
    GRANTED = "granted"
    #: They are one of a group's members.
    DENIED = "denied"
    #: The group hides its members, and the bot is no administrator who would see them.
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that something is written down of once Telegram has taken it."""

    payload: Payload
    delivered: Callable[[Database], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything the handlers of one bot share."""

    store: Store
    messenger: Messenger
    templates: Templates
    taxonomy: Taxonomy
    clock: Clock
    #: The editors' user ids.
    admins: frozenset[int]
    bot_username: str
    #: There may be something new to deliver.
    wake: Callable[[], None]
    #: The settings' channels as they stand; app may change the list.
    channels: Sequence[Channel] = ()
    commands_per_minute: int = 30
    #: How long a republished article waits, so that it can be undone.
    undo: timedelta = timedelta()
    #: Called with the number of an editor who pressed Start.
    reached: Callable[[int], None] = lambda editor: None
    #: The answers that are on their way.
    answers: Answers = field(default_factory=Answers)
    #: How many topics a chat may follow.
    max_follows: int = 200
    #: What only the running bot knows for /status: folder, watched, scanned.
    standing: Callable[[], Mapping[str, Any]] = dict
    tz: tzinfo = field(default=UTC)
    #: Of the times that editors are told.
    editors_tz: tzinfo = field(default=UTC)

    def is_editor(self, request: Request) -> bool:
        """Return True if an editor asked, in private: by number, so that no name can pretend."""
        return request.private and request.user in self.admins

    def words(self, request: Request) -> Templates:
        """Return the templates, speaking to a person, a group or a forum's thread."""
        return self.templates.spoken_to(request.audience)

    async def once(self, request: Request, work: Callable[[Database], Any]) -> Any:
        """Run `work(db)` and return its JSON-able result; for an update seen before, the result of that time."""
        return await self.store(updates.once, request.update, request.at, work)

    async def permission(self, request: Request) -> Permission:
        """Return whether who asked decides what the chat gets; in a group its admins do.

        See docs/architecture.md, Contract.

        Raises ConnectionError when Telegram does not say.
        """
        if request.private or request.anonymous:
            return Permission.GRANTED
        if not request.user:
            return Permission.DENIED
        member = await self.messenger.member(request.chat_id, request.user)
        if isinstance(member, dict):
            leads = member.get("status") in ("creator", "administrator")
            return Permission.GRANTED if leads else Permission.DENIED
        if hides_members(member):
            own = await self.messenger.rights(request.chat_id)
            sees = isinstance(own, frozenset) and "administrator" in own
            return Permission.DENIED if sees else Permission.HIDDEN
        if isinstance(member, Refused | Gone | Sent):
            return Permission.DENIED
        raise ConnectionError(f"who may decide in {request.place} is not known: {member}")

    async def may_change(self, request: Request) -> bool:
        """Return True if who asked decides what the chat gets."""
        return await self.permission(request) is Permission.GRANTED

    async def reply(self, request: Request, answer: Payload | Answer, *, remember: bool = False) -> None:
        """Have an answer sent to where it was asked, after those before it; in a group, as a reply to who asked.

        remember: its message may be edited later; see `store.pending`.
        """
        self.answers.send(request.update, request.chat_id, lambda: self._reply(request, answer, remember))

    async def follow_up(self, request: Request, make: Callable[[], Awaitable[Answer | None]]) -> None:
        """Have something sent that is worded when the answers before it are out; nothing where `make` returns None."""

        async def work() -> None:
            if answer := await make():
                await self._reply(request, answer)

        self.answers.send(request.update, request.chat_id, work)

    async def edit(self, request: Request, payload: Payload, *, remember: bool = False) -> None:
        """Have an answer put in the place of the tapped message; where that can't be, it is sent."""
        self.answers.send(request.update, request.chat_id, lambda: self._edit(request, payload, remember))

    async def note(self, request: Request, text: str = "", *, alert: bool = False) -> None:
        """End a tap's waiting, with a line where `text` says something; nothing waits for that.

        alert: it stays until it is read.
        """
        answer = partial(self.messenger.answer_callback, request.query, text, alert=alert)
        self.answers.send(request.update, request.chat_id, answer, in_order=False)

    async def _reply(self, request: Request, answer: Payload | Answer, remember: bool = False) -> None:
        payload = answer.payload if isinstance(answer, Answer) else answer
        if request.said is not None and not request.private:
            under = {"message_id": request.said, "allow_sending_without_reply": True}
            payload = {"reply_parameters": under, **payload}
        came = await self._say(payload, request, None, remember)
        if isinstance(answer, Answer) and isinstance(came, Sent):
            await self.store(answer.delivered)

    async def _edit(self, request: Request, payload: Payload, remember: bool) -> None:
        edit = payload if payload["method"].startswith("edit") else {**payload, "method": "editMessageText"}
        came = await self._say(edit, request, request.message, remember)
        if isinstance(came, Refused) and payload is not edit:
            await self._say(payload, request, None, remember)

    async def _say(self, payload: Payload, request: Request, message: int | None, remember: bool) -> Outcome:
        async with self.messenger.turn(request.chat_id):
            came, chat_id = await self._try(payload, request, message)
        await self._heed(request, came, chat_id)
        if isinstance(came, Sent) and came.message and not request.private:  # no look takes it for a post
            await self.store(numbers.see, chat_id, came.message, self.clock())
        if remember and isinstance(came, Sent) and (number := message or came.message):
            await self.store(pending.sent, request.update, number)
        return came

    async def _try(self, payload: Payload, request: Request, message: int | None) -> tuple[Outcome, int]:
        """Return what came of an answer in the end, and the chat's number by then."""
        chat_id, thread = request.chat_id, request.thread
        for _ in range(_TRIES):
            came = await self.messenger.call(payload, chat_id=chat_id, thread=thread, message=message)
            settlement = after_reply(came)
            if settlement.again_in is None:
                break
            if settlement.moved_to is not None:
                await self.store(chats.move, chat_id, settlement.moved_to)
                chat_id = settlement.moved_to
            elif settlement.fallback is Fallback.NO_THREAD and thread:
                thread = 0
            elif settlement.fallback:
                simpler = _simpler(payload, settlement.fallback)
                if simpler is None:
                    break
                _log.error("an answer was refused and goes out simpler: %s", reason_of(came))
                payload = simpler
            else:
                await asyncio.sleep(settlement.again_in)
        return came, chat_id

    async def _heed(self, request: Request, came: Outcome, chat_id: int) -> None:
        """Draw the consequence of an answer that did not go out."""
        if isinstance(came, Revoked):
            raise TokenRevoked
        if after_reply(came).parks:
            await self.store(park, chat_id, reason_of(came))
        elif not isinstance(came, Sent):
            _log.warning("an answer in %s did not go out: %s", request.place, came)


def park(db: Database, chat_id: int, reason: str) -> None:
    """Write that a reader can't be reached, a forum with all its threads.

    A channel of the settings is left to its deliveries.
    """
    for chat in chats.of_number(db, chat_id)[:1]:
        chats.park(db, chat.id, reason)


def _simpler(payload: Payload, fallback: Fallback) -> Payload | None:
    """Return an answer without what Telegram refused, or None when there is nothing to leave out."""
    if fallback is Fallback.PLAIN and "parse_mode" in payload:
        plain = {key: value for key, value in payload.items() if key != "parse_mode"}
        return plain | {"text": markup.measure(payload["text"]).text}
    if fallback is Fallback.NO_REPLY and "reply_parameters" in payload:
        return {key: value for key, value in payload.items() if key != "reply_parameters"}
    if fallback is Fallback.NO_KEYBOARD and "reply_markup" in payload and "text" in payload:
        return {key: value for key, value in payload.items() if key != "reply_markup"}
    return None
