"""Sandbox: the stand-in as one object, serving the Bot API, /sim/ and the page. The rules are in its neighbours."""

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
    """A token of Telegram's shape, good for this stand-in only."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(33))
    return f"{7_000_000_000 + secrets.randbelow(1_000_000_000)}:AA{secret}"


def wall_clock() -> datetime:
    """The time outside."""
    return datetime.now(UTC)


class Sandbox:
    """A Telegram of one's own on 127.0.0.1, while the `async with` lasts; port 0 takes any free one.

    `clock` gives aware UTC datetimes; `seed` feeds the dice of the faults; `journal` is how many calls are kept.
    Raises SandboxError when the port can't be used.
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
        bot = Person(int(self.token.partition(":")[0]), name, username, None, is_bot=True, met=True)
        self.world = World(bot, self.clock, self.events, self.updates, judge or best())
        self.faults = Faults(seed)
        self.calls = Journal(maxlen=journal)
        self._wires = Wires()
        self._api = Api(self.world, self.token, self.faults, self.calls, self._wires)
        steered = controls.Parts(self.world, self.faults, self.calls, self.advance)
        self._site = Starlette(routes=[*extras, *controls.routes(steered), *page.routes()])
        self._listener: Listener | None = None

    async def __aenter__(self) -> Self:
        self._listener = Listener(self._app, self._wires, self._port)
        await self._listener.open()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.events.close()
        self.updates.close()
        await self.world.webhook.ended()
        await self._api.ended()
        if self._listener:
            await self._listener.close()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(("/bot", "/file/bot")):
            await self._api(scope, receive, send)
        else:
            await self._site(scope, receive, send)

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        return self._listener.port if self._listener else self._port

    @property
    def base_url(self) -> str:
        """The bot calls {base_url}/bot{token}/{method}; people open {base_url}/."""
        return f"http://{HOST}:{self.port}"

    @property
    def bot(self) -> Person:
        """The bot as others see it."""
        return self.world.bot

    # Time

    def clock(self) -> datetime:
        """The hour in the stand-in."""
        return self._outside() + self._shift

    def advance(self, seconds: float) -> None:
        """Let time pass, for everything that is told by the clock (48 hours, rates, updates a day old)."""
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
        """Somebody writes: to the bot, or in `chat`. Raises SandboxError if they can't."""
        return people.say(self.world, person, text, chat, reply_to=reply_to, thread=thread)

    async def tap(self, person: Person, message: Message, button: people.Button) -> Tap | Message | str:
        """Press a button by its text or (row, column): a Tap, the /start it sent, or the address it opens."""
        return people.tap(self.world, person, message, button)

    async def open_link(self, person: Person, payload: str = "") -> Message:
        """Open t.me/<bot>?start=<payload> and press Start."""
        return people.start(self.world, person, payload)

    async def block(self, person: Person) -> None:
        """Somebody blocks the bot."""
        people.block(self.world, person)

    async def unblock(self, person: Person) -> None:
        """Somebody lets the bot in again."""
        people.unblock(self.world, person)

    async def join(self, person: Person, chat: Chat) -> None:
        """Somebody enters a group or subscribes to a channel."""
        people.join(self.world, person, chat)

    async def leave(self, person: Person, chat: Chat) -> None:
        """Somebody leaves."""
        people.leave(self.world, person, chat)

    async def add_bot(self, chat: Chat, rights: Iterable[str] | None = None, by: Person | None = None) -> None:
        """Bring the bot into a chat, or give it these rights there; None makes it a plain member."""
        people.add_bot(self.world, chat, rights, by)

    async def remove_bot(self, chat: Chat, by: Person | None = None) -> None:
        """Throw the bot out."""
        people.remove_bot(self.world, chat, by)

    # What is to be seen

    def messages(self, chat: Chat | Person | int, *, deleted: bool = False) -> list[Message]:
        """A chat's messages in order; a private chat not begun has none. `deleted` True shows those gone as well."""
        place = chat if isinstance(chat, Chat) else self.world.chats.get(chat.id if isinstance(chat, Person) else chat)
        return [message for message in place.messages.values() if deleted or not message.deleted] if place else []

    @property
    def callback_answers(self) -> list[Answer]:
        """What the bot said to taps."""
        return list(self.world.taps.answers)

    def publish(self, event: str, data: Json) -> None:
        """Tell the page something (/sim/events)."""
        self.events.publish(event, data)

    # Trouble

    def fail(
        self,
        method: str,
        fault: Fault,
        times: int | None = 1,
        chat: Chat | Person | int | None = None,
        probability: float = 1.0,
    ) -> Rule:
        """Let the next `times` calls (None: all) of `method` ("*": any but getUpdates) meet a fault of `faults`."""
        number = chat.id if isinstance(chat, Chat | Person) else chat
        return self.faults.add(method, fault, times, number, probability)

    def limit(self, limits: Limits | None) -> None:
        """Enforce rates from now on, or no more."""
        self._api.limits = limits

    # Waiting

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 30.0) -> T:
        """The first true answer of `predicate`, asked whenever something changed. Raises TimeoutError."""
        return await self.events.wait_for(predicate, timeout)

    async def settled(self, quiet: float = 0.05, timeout: float = 30.0) -> None:
        """Return when the bot has confirmed every update, no call is under way and none came for `quiet` s."""
        async with asyncio.timeout(timeout):
            while True:
                await self.events.wait_for(self._idle, timeout)
                calls = self._asked()
                await asyncio.sleep(quiet)
                if self._idle() and calls == self._asked():
                    return

    def _idle(self) -> bool:
        return not self.updates.waiting and not self._api.busy

    def _asked(self) -> int:
        return self._api.served
