"""The chat room at work: sandbox, store, and what answers readers and editors. Not a test by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.botapi.client import Messenger, build
from bot.botapi.inbox import Inbox
from bot.botapi.meter import Meter
from bot.botapi.polling import Polling
from bot.clock import Clock
from bot.conversation.context import Context
from bot.conversation.router import Router
from bot.domain.article import Article
from bot.domain.chat import OnDoubt
from bot.domain.delivery import Channel
from bot.domain.rate_limit import Limits, RateLimiter
from bot.domain.record import pack
from bot.domain.topics import Taxonomy, Topic
from bot.rendering.templates import Templates
from bot.sandbox.records import Chat, Message, Person
from bot.sandbox.server import Sandbox
from bot.store import chats, files, follows
from bot.store.thread import Store
from tests.support.rows import add_topics, insert_article

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TAXONOMY = Taxonomy(
    (
        Topic(name="AI", aliases=("artificial intelligence",)),
        Topic(name="Computer Vision", parent="AI", aliases=("cv",)),
        Topic(name="Space"),
    )
)
EDITOR = 4_242


class Counted(RateLimiter):
    """A pace that tells which chats were called."""

    def __init__(self, spent: list[int]) -> None:
        super().__init__(Limits(per_chat_seconds=0))
        self.spent = spent

    def begin(self, chat_id: int) -> None:
        self.spent.append(chat_id)
        super().begin(chat_id)


@dataclass
class Bot:
    """The bot and everything around it."""

    sandbox: Sandbox
    store: Store
    messenger: Messenger
    context: Context
    polling: Polling
    editor: Person
    channels: list[Channel] = field(default_factory=list)
    woken: list[bool] = field(default_factory=list)
    spent: list[int] = field(default_factory=list)

    async def answers(self) -> int:
        """Let the bot handle what waits."""
        return await self.polling.drain()

    async def ask(
        self, person: Person, text: str, chat: Chat | None = None, **more: Any
    ) -> list[Message]:
        """Say something and return the bot's messages that came to that chat in answer."""
        before = {message.id for message in self.sandbox.messages(chat or person)}
        await self.sandbox.say(person, text, chat, **more)
        await self.answers()
        return [
            one
            for one in self.sandbox.messages(chat or person)
            if one.id not in before and self.is_mine(one)
        ]

    async def told(self, person: Person, text: str, chat: Chat | None = None) -> str:
        """Say something and return the one answer's text; U+2060, which keeps words from coming alive, is not seen."""
        (answer,) = await self.ask(person, text, chat)
        return answer.text.replace("\u2060", "")

    async def tap(
        self, person: Person, message: Message, button: str | tuple[int, int]
    ) -> str:
        """Tap a button and return the line it brought up."""
        await self.sandbox.tap(person, message, button)
        await self.answers()
        return self.sandbox.callback_answers[-1].text

    def is_mine(self, message: Message) -> bool:
        return message.sender is self.sandbox.bot

    async def topics_of(self, chat: Person | Chat) -> list[str]:
        """Return what a chat follows."""
        row = await self.store(chats.by_number, chat.id)
        return (
            [topic.name for topic in await self.store(follows.of_chat, row.id)]
            if row
            else []
        )

    async def state_of(self, chat: Person | Chat) -> str:
        row = await self.store(chats.by_number, chat.id)
        return row.state if row else ""

    async def article(
        self,
        title: str,
        *names: str,
        day: int = 1,
        implied: Iterable[str] = (),
        **more: Any,
    ) -> int:
        """Record an article and return its number."""
        slug = title.lower().replace(" ", "-")
        words = {
            "identity": f"https://news.example/{slug}",
            "url": f"https://news.example/{slug}",
            "title": title,
        }
        made = Article(
            **words, topics=names, published=NOON.replace(day=day), provider="The News"
        )
        number = await self.store(
            insert_article, pack(made), path=f"{slug}.md", at=NOON, **more
        )
        await self.store(
            files.put, f"{slug}.md", (1, 1, number), article=number, at=NOON
        )
        wide = {wide for name in names for wide in TAXONOMY.ancestors(name)}
        await self.store(add_topics, number, names, {*wide, *implied})
        return number

    async def channel(self, title: str = "News") -> Chat:
        """Make a channel of the settings."""
        place = self.sandbox.world.add_channel(title)
        (*_, row) = await self.store(
            chats.set_channels, [(str(place.id), 0, OnDoubt.RESEND)]
        )
        await self.store(chats.resolve, row.id, place.id, username="", title=title)
        self.channels.append(Channel(chat=row.id))
        return place

    async def again(self, update: dict[str, Any]) -> None:
        """Let the bot, started again, get an update that it has had before."""
        self.polling = _polling(self.messenger, self.context)
        await self.polling.inbox.take([update])
        await self.polling.inbox.idle()

    def with_context(self, **changes: Any) -> None:
        """Go on with another context."""
        self.context = replace(self.context, **changes)
        self.polling = _polling(self.messenger, self.context)


@asynccontextmanager
async def at_work(**changes: Any) -> AsyncIterator[Bot]:
    """Run a bot against a sandbox of its own."""
    async with Sandbox(clock=lambda: NOON) as sandbox:
        store = Store(":memory:")
        spent: list[int] = []
        messenger = build(
            sandbox.token, sandbox.base_url, meter=Meter(Counted(spent), sandbox.clock)
        )
        channels: list[Channel] = []
        woken: list[bool] = []
        context = Context(
            store=store,
            messenger=messenger,
            templates=Templates(None, TAXONOMY),
            taxonomy=TAXONOMY,
            clock=Clock.of(sandbox.clock),
            admins=frozenset({EDITOR}),
            bot_username=sandbox.bot.username or "",
            wake=lambda: woken.append(True),
            channels=channels,
            **changes,
        )
        editor = sandbox.world.add_person("Edith", id=EDITOR)
        polling = _polling(messenger, context)
        try:
            yield Bot(
                sandbox,
                store,
                messenger,
                context,
                polling,
                editor,
                channels,
                woken,
                spent,
            )
        finally:
            await messenger.close()
            store.close()


def _polling(messenger: Messenger, context: Context) -> Polling:
    inbox = Inbox(context.store, Router(context).handle, messenger.wire, context.clock)
    return Polling(messenger, inbox, context.clock.monotonic)
