"""What a handler works with: the store, the templates, the messenger, and how replies are sent.

Does not decide what is replied. Replies are sent at once, not through the outbox: a person is
waiting.
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
from bot.domain.outcome import (
    Fallback,
    Gone,
    Outcome,
    Refused,
    Revoked,
    Sent,
    reason_of,
)
from bot.domain.topics import Taxonomy
from bot.errors import TokenRevoked
from bot.rendering import markup
from bot.rendering.templates import Templates
from bot.store import addressing, chats, numbers, pending, standings, updates
from bot.store.database import Database
from bot.store.thread import Store

_TRIES = 4
_log = logging.getLogger(__name__)


class Permission(Enum):
    """Whether somebody may change what a chat gets."""

    #: The chat is theirs, or they are an administrator of the group.
    GRANTED = "granted"
    #: They are a member of the group, not an administrator.
    DENIED = "denied"
    #: The group hides its members from the bot, which is not an administrator there.
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of which something is recorded once Telegram has taken it."""

    payload: Payload
    #: Records it.
    sent: Callable[[Database], object]


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
    #: Called when there may be something new to deliver.
    wake: Callable[[], None]
    #: The channels of the settings; app may change the list.
    channels: Sequence[Channel] = ()
    commands_per_minute: int = 30
    #: How long a republished article waits, so that it can be undone.
    undo: timedelta = timedelta()
    #: Called with the number of an editor who pressed Start.
    reached: Callable[[int], None] = lambda editor: None
    #: The replies that are being sent.
    answers: Answers = field(default_factory=Answers)
    #: How many topics a chat may follow.
    max_follows: int = 200
    #: What only the running bot knows for /status: folder, watched, scanned.
    standing: Callable[[], Mapping[str, Any]] = dict
    #: The time zone of dates in replies to readers.
    tz: tzinfo = field(default=UTC)
    #: The time zone of times in replies to editors.
    editors_tz: tzinfo = field(default=UTC)

    def is_editor(self, request: Request) -> bool:
        """Return True if an editor asked, in private.

        Editors are known by number: anybody can take a name.
        """
        return request.private and request.user in self.admins

    def words(self, request: Request) -> Templates:
        """Return the templates, speaking to a person, a group or a thread of a forum."""
        return self.templates.spoken_to(request.audience)

    async def once(self, request: Request, work: Callable[[Database], Any]) -> Any:
        """Run `work(db)` once for the update and return its JSON-able result.

        If it ran before, return the recorded result.
        """
        return await self.store(updates.once, request.update, request.at, work)

    async def permission(self, request: Request) -> Permission:
        """Return whether who asked may change what the chat gets; in a group its admins may.

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
        raise ConnectionError(
            f"it is not known who may change what {request.place} gets: {member}"
        )

    async def reply(
        self, request: Request, reply: Payload | Reply, *, remember: bool = False
    ) -> None:
        """Begin to send a reply to the chat, after the replies before it.

        In a group the reply quotes the message it replies to.

        remember: its message may be edited later; see `store.pending`.
        """
        self.answers.send(
            request.update,
            request.chat_id,
            lambda: self._reply(request, reply, remember),
        )

    async def follow_up(
        self, request: Request, make: Callable[[], Awaitable[Reply | None]]
    ) -> None:
        """Begin to send what `make` returns, after the replies before it; nothing if it is None."""

        async def work() -> None:
            if reply := await make():
                await self._reply(request, reply)

        self.answers.send(request.update, request.chat_id, work)

    async def edit(
        self, request: Request, payload: Payload, *, remember: bool = False
    ) -> None:
        """Begin to edit the tapped message to a reply; if Telegram refuses, send the reply."""
        self.answers.send(
            request.update,
            request.chat_id,
            lambda: self._edit(request, payload, remember),
        )

    async def note(
        self, request: Request, text: str = "", *, alert: bool = False
    ) -> None:
        """Answer a tap, with a line if `text` has one. Replies to the chat do not wait for it.

        alert: the line stays until the person closes it.
        """
        if request.button:
            call = partial(
                self.messenger.answer_callback, request.button.query, text, alert=alert
            )
            self.answers.send(request.update, request.chat_id, call, in_order=False)

    async def _reply(
        self, request: Request, reply: Payload | Reply, remember: bool = False
    ) -> None:
        payload = reply.payload if isinstance(reply, Reply) else reply
        if request.message is not None and not request.private:
            quoted = {
                "message_id": request.message,
                "allow_sending_without_reply": True,
            }
            payload = {"reply_parameters": quoted, **payload}
        outcome = await self._send(payload, request, None, remember)
        if isinstance(reply, Reply) and isinstance(outcome, Sent):
            await self.store(reply.sent)

    async def _edit(self, request: Request, payload: Payload, remember: bool) -> None:
        is_edit = payload["method"].startswith("edit")
        edit = payload if is_edit else {**payload, "method": "editMessageText"}
        message = request.button.message if request.button else None
        outcome = await self._send(edit, request, message, remember)
        if isinstance(outcome, Refused) and not is_edit:
            await self._send(payload, request, None, remember)

    async def _send(
        self, payload: Payload, request: Request, message: int | None, remember: bool
    ) -> Outcome:
        """Send a reply, or edit `message` if given, and record what has to be known of it."""
        async with self.messenger.turn(request.chat_id):
            outcome, chat_id = await self._try(payload, request, message)
        await self._apply(request, outcome, chat_id)
        if not isinstance(outcome, Sent):
            return outcome
        if (
            outcome.message and not request.private
        ):  # so that a recovery does not take it for a post
            await self.store(numbers.see, chat_id, outcome.message, self.clock())
        number = message or outcome.message
        if remember and number:
            await self.store(pending.sent, request.update, number)
        return outcome

    async def _try(
        self, payload: Payload, request: Request, message: int | None
    ) -> tuple[Outcome, int]:
        """Make the call, repeated if that helps; return its last outcome and the chat's number."""
        chat_id, thread = request.chat_id, request.thread
        for _ in range(_TRIES):
            outcome = await self.messenger.call(
                payload, chat_id=chat_id, thread=thread, message=message
            )
            settlement = after_reply(outcome)
            if settlement.again_in is None:
                break
            if settlement.moved_to is not None:
                await self.store(addressing.move, chat_id, settlement.moved_to)
                chat_id = settlement.moved_to
            elif settlement.fallback is Fallback.NO_THREAD and thread:
                thread = 0
            elif settlement.fallback:
                simpler = _simpler(payload, settlement.fallback)
                if simpler is None:
                    break
                _log.error(
                    "an answer was refused and goes out simpler: %s", reason_of(outcome)
                )
                payload = simpler
            else:
                await asyncio.sleep(settlement.again_in)
        return outcome, chat_id

    async def _apply(self, request: Request, outcome: Outcome, chat_id: int) -> None:
        """Draw the consequence of a reply that did not go out. Raises TokenRevoked."""
        if isinstance(outcome, Revoked):
            raise TokenRevoked
        if after_reply(outcome).parks:
            await self.store(park, chat_id, reason_of(outcome))
        elif not isinstance(outcome, Sent):
            _log.warning("an answer in %s did not go out: %s", request.place, outcome)


def park(db: Database, chat_id: int, reason: str) -> None:
    """Park a reader's chat, a forum with all its threads.

    A channel of the settings stays as it is: its own deliveries find out what became of it.
    """
    for chat in chats.of_number(db, chat_id)[:1]:
        standings.park(db, chat.id, reason)


def _simpler(payload: Payload, fallback: Fallback) -> Payload | None:
    """Return a reply without what Telegram refused, or None when there is nothing to leave out."""
    if fallback is Fallback.PLAIN and "parse_mode" in payload:
        plain = {key: value for key, value in payload.items() if key != "parse_mode"}
        return plain | {"text": markup.measure(payload["text"]).text}
    if fallback is Fallback.NO_REPLY and "reply_parameters" in payload:
        return {
            key: value for key, value in payload.items() if key != "reply_parameters"
        }
    if (
        fallback is Fallback.NO_KEYBOARD
        and "reply_markup" in payload
        and "text" in payload
    ):
        return {key: value for key, value in payload.items() if key != "reply_markup"}
    return None
