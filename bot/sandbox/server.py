"""Sandbox: one object that serves the Bot API, /sim/ and the page. Holds no rule of Telegram's."""

from __future__ import annotations

import asyncio
import secrets
import string
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from starlette.applications import Starlette

from bot.sandbox import controls, page, people
from bot.sandbox.api import Api
from bot.sandbox.events import Events
from bot.sandbox.faults import Fault, Faults, Rule
from bot.sandbox.journal import Journal
from bot.sandbox.judge import Judge, best
from bot.sandbox.records import Chat, Message, Person
from bot.sandbox.updates import Updates
from bot.sandbox.wire import HOST, Listener, Wires
from bot.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import TypeVar

    from starlette.routing import BaseRoute

    from bot.sandbox.limits import Limits
    from bot.sandbox.records import Json
    from bot.sandbox.taps import Answer, Tap
    from bot.sandbox.wire import Receive, Scope, Send

    T = TypeVar("T")

_ALPHABET: Final = string.ascii_letters + string.digits + "_-"


def new_token() -> str:
    """Return a token of Telegram's shape, valid in one sandbox only."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(33))
    return f"{7_000_000_000 + secrets.randbelow(1_000_000_000)}:AA{secret}"


def wall_clock() -> datetime:
    """Return the wall time."""
    return datetime.now(UTC)


class Sandbox:
    """A local Telegram on 127.0.0.1, open while the `async with` lasts.

    Port 0 takes any free one. `clock` returns aware UTC datetimes; `seed` decides which calls meet
    a fault that has a probability; `journal` is the number of calls that are kept; `extras` are
    further routes. Raises SandboxError if the port can't be used.
    """

    def __init__(
        self,
        port: int = 0,
        token: str | None = None,
        clock: Callable[[], datetime] = wall_clock,
        *,
        name: str = "Paperboy",
        username: str = "paperboy_demo_bot",
        extras: Sequence[BaseRoute] = (),
        judge: Judge | None = None,
        seed: int = 0,
        journal: int = 50_000,
    ) -> None:
        self.token = token or new_token()
        self._outside = clock
        self._shift = timedelta()
        self._port = port
        self.events = Events()
        self.updates = Updates(self.clock, self.events)
        bot = Person(
            int(self.token.partition(":")[0]),
            name,
            username,
            None,
            is_bot=True,
            met=True,
        )
        self.world = World(bot, self.clock, self.events, self.updates, judge or best())
        self.faults = Faults(seed)
        self.calls = Journal(maxlen=journal)
        self._wires = Wires()
        self._api = Api(self.world, self.token, self.faults, self.calls, self._wires)
        steered = controls.Parts(self.world, self.faults, self.calls, self.advance)
        self._site = Starlette(
            routes=[*extras, *controls.routes(steered), *page.routes()]
        )
        self._listener: Listener | None = None

    async def __aenter__(self) -> Self:
        self._listener = Listener(self, self._wires, self._port)
        await self._listener.open()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.events.close()
        self.updates.close()
        await self.world.webhook.ended()
        await self._api.ended()
        if self._listener:
            await self._listener.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: everything that it serves."""
        if scope["path"].startswith(("/bot", "/file/bot")):
            await self._api(scope, receive, send)
        else:
            await self._site(scope, receive, send)

    @property
    def port(self) -> int:
        """The port it listens on, once it does."""
        return self._listener.port if self._listener else self._port

    @property
    def base_url(self) -> str:
        """The bot calls {base_url}/bot{token}/{method}; people open {base_url}/."""
        return f"http://{HOST}:{self.port}"

    @property
    def bot(self) -> Person:
        """The bot's own account."""
        return self.world.bot

    # Time

    def clock(self) -> datetime:
        """Return the sandbox's time."""
        return self._outside() + self._shift

    def advance(self, seconds: float) -> None:
        """Let time pass, for all rules that use the clock (48 hours, rates, age of updates)."""
        self._shift += timedelta(seconds=seconds)

    # What people do

    async def say(
        self,
        person: Person,
        text: str,
        chat: Chat | None = None,
        *,
        reply_to: Message | None = None,
        thread: int | None = None,
    ) -> Message:
        """Let somebody write to the bot, or in `chat`. Raises SandboxError if they can't."""
        return people.say(
            self.world, person, text, chat, reply_to=reply_to, thread=thread
        )

    async def tap(
        self,
        person: Person,
        message: Message,
        button: people.Button,
    ) -> Tap | Message | str:
        """Press a button, given by its text or by (row, column) from 0.

        Return a Tap, the /start message that was sent, or the address that was opened.
        """
        return people.tap(self.world, person, message, button)

    async def open_link(self, person: Person, payload: str = "") -> Message:
        """Open t.me/<bot>?start=<payload> and press Start."""
        return people.start(self.world, person, payload)

    async def block(self, person: Person) -> None:
        """Let somebody block the bot."""
        people.block(self.world, person)

    async def unblock(self, person: Person) -> None:
        """Let somebody unblock the bot."""
        people.unblock(self.world, person)

    async def join(self, person: Person, chat: Chat) -> None:
        """Let somebody join a group or subscribe to a channel."""
        people.join(self.world, person, chat)

    async def leave(self, person: Person, chat: Chat) -> None:
        """Let somebody leave a group or channel."""
        people.leave(self.world, person, chat)

    async def add_bot(
        self,
        chat: Chat,
        rights: Iterable[str] | None = None,
        by: Person | None = None,
    ) -> None:
        """Add the bot to a chat, or change its rights there; None makes it a plain member."""
        people.add_bot(self.world, chat, rights, by)

    async def remove_bot(self, chat: Chat, by: Person | None = None) -> None:
        """Remove the bot from a chat."""
        people.remove_bot(self.world, chat, by)

    # What can be read

    def messages(
        self, chat: Chat | Person | int, *, deleted: bool = False
    ) -> list[Message]:
        """Return a chat's messages in order; with `deleted`, the deleted ones too.

        A private chat that nobody has started has none.
        """
        number = chat.id if isinstance(chat, Chat | Person) else chat
        place = chat if isinstance(chat, Chat) else self.world.chats.get(number)
        if place is None:
            return []
        return [
            message
            for message in place.messages.values()
            if deleted or not message.deleted
        ]

    @property
    def callback_answers(self) -> list[Answer]:
        """The bot's answers to taps."""
        return list(self.world.taps.answers)

    def publish(self, event: str, data: Json) -> None:
        """Send the page an event (/sim/events)."""
        self.events.publish(event, data)

    # Faults

    def fail(
        self,
        method: str,
        fault: Fault,
        times: int | None = 1,
        chat: Chat | Person | int | None = None,
        probability: float = 1.0,
    ) -> Rule:
        """Let the next `times` calls (None: all) of `method` meet a fault.

        The method "*" stands for any but getUpdates.
        """
        number = chat.id if isinstance(chat, Chat | Person) else chat
        return self.faults.add(method, fault, times, number, probability)

    def limit(self, limits: Limits | None) -> None:
        """Enforce rate limits from now on; None enforces them no longer."""
        self._api.limits = limits

    # Waiting

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 30.0) -> T:
        """Return the first true result of `predicate`, which is called after each change.

        Raises TimeoutError.
        """
        return await self.events.wait_for(predicate, timeout)

    async def settled(self, quiet: float = 0.05, timeout: float = 30.0) -> None:
        """Wait until all updates are confirmed and there was no call for `quiet` seconds."""
        async with asyncio.timeout(timeout):
            while True:
                await self.events.wait_for(self._idle, timeout)
                calls = self._api.served
                await asyncio.sleep(quiet)
                if self._idle() and calls == self._api.served:
                    return

    def _idle(self) -> bool:
        return not self.updates.waiting and not self._api.busy
