"""The chat room at work: stand-in, store, and what answers readers and editors. Not a test by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.botapi.client import Messenger, Meter, build
from bot.botapi.inbox import Inbox
from bot.botapi.polling import Polling
from bot.clock import Clock
from bot.conversation.context import Office
from bot.conversation.router import Router
from bot.domain.article import Article
from bot.domain.delivery import Channel
from bot.domain.rate_limit import Limits, Pace
from bot.domain.record import pack
from bot.domain.topics import Taxonomy, Topic
from bot.rendering.templates import Templates
from bot.sandbox.records import Chat, Message, Person
from bot.sandbox.server import Sandbox
from bot.store import articles, chats, files, follows
from bot.store.thread import Desk

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TAXONOMY = Taxonomy(
    (
        Topic(name="AI", aliases=("artificial intelligence",)),
        Topic(name="Computer Vision", parent="AI", aliases=("cv",)),
        Topic(name="Space"),
    )
)
EDITOR = 4_242


class Counted(Pace):
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
    desk: Desk
    messenger: Messenger
    office: Office
    polling: Polling
    editor: Person
    channels: list[Channel] = field(default_factory=list)
    woken: list[bool] = field(default_factory=list)
    spent: list[int] = field(default_factory=list)

    async def answers(self) -> int:
        """Let the bot handle what waits."""
        return await self.polling.drain()

    async def ask(self, person: Person, text: str, chat: Chat | None = None, **more: Any) -> list[Message]:
        """Say something and return the bot's messages that came to that chat in answer."""
        before = {message.id for message in self.sandbox.messages(chat or person)}
        await self.sandbox.say(person, text, chat, **more)
        await self.answers()
        return [one for one in self.sandbox.messages(chat or person) if one.id not in before and self.is_mine(one)]

    async def told(self, person: Person, text: str, chat: Chat | None = None) -> str:
        """Say something and return the one answer's text; U+2060, which keeps words from coming alive, is not seen."""
        (answer,) = await self.ask(person, text, chat)
        return answer.text.replace("\u2060", "")

    async def tap(self, person: Person, message: Message, button: str | tuple[int, int]) -> str:
        """Tap a button and return the line it brought up."""
        await self.sandbox.tap(person, message, button)
        await self.answers()
        return self.sandbox.callback_answers[-1].text

    def is_mine(self, message: Message) -> bool:
        return message.sender is self.sandbox.bot

    async def topics_of(self, chat: Person | Chat) -> list[str]:
        """Return what a chat follows."""
        row = await self.desk(chats.by_number, chat.id)
        return [topic.name for topic in await self.desk(follows.of_chat, row.id)] if row else []

    async def state_of(self, chat: Person | Chat) -> str:
        row = await self.desk(chats.by_number, chat.id)
        return row.state if row else ""

    async def article(self, title: str, *names: str, day: int = 1, implied: Iterable[str] = (), **more: Any) -> int:
        """Record an article and return its number."""
        slug = title.lower().replace(" ", "-")
        words = {"identity": f"https://news.example/{slug}", "url": f"https://news.example/{slug}", "title": title}
        made = Article(**words, topics=names, published=NOON.replace(day=day), provider="The News")
        number = await self.desk(articles.insert, pack(made), path=f"{slug}.md", at=NOON, **more)
        await self.desk(files.put, f"{slug}.md", (1, 1, number), article=number, at=NOON)
        wide = {wide for name in names for wide in TAXONOMY.ancestors(name)}
        await self.desk(follows.set_article, number, names, {*wide, *implied})
        return number

    async def channel(self, title: str = "News") -> Chat:
        """Make a channel of the settings."""
        place = self.sandbox.world.add_channel(title)
        (*_, row) = await self.desk(chats.set_channels, [(str(place.id), 0, "resend")])
        await self.desk(chats.resolve, row.id, place.id, username="", title=title)
        self.channels.append(Channel(chat=row.id))
        return place

    async def again(self, update: dict[str, Any]) -> None:
        """Let the bot, started again, get an update that it has had before."""
        self.polling = _polling(self.messenger, self.office)
        await self.polling.inbox.take([update])
        await self.polling.inbox.idle()

    def with_office(self, **changes: Any) -> None:
        """Go on with another office."""
        self.office = replace(self.office, **changes)
        self.polling = _polling(self.messenger, self.office)


@asynccontextmanager
async def at_work(**changes: Any) -> AsyncIterator[Bot]:
    """Run a bot against a stand-in of its own."""
    async with Sandbox(clock=lambda: NOON) as sandbox:
        desk = Desk(":memory:")
        spent: list[int] = []
        messenger = build(sandbox.token, sandbox.base_url, meter=Meter(Counted(spent), sandbox.clock))
        channels: list[Channel] = []
        woken: list[bool] = []
        office = Office(
            desk=desk,
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
        polling = _polling(messenger, office)
        try:
            yield Bot(sandbox, desk, messenger, office, polling, editor, channels, woken, spent)
        finally:
            await messenger.close()
            desk.close()


def _polling(messenger: Messenger, office: Office) -> Polling:
    inbox = Inbox(office.desk, Router(office).handle, messenger.wire, office.clock)
    return Polling(messenger, inbox, office.clock.monotonic)
