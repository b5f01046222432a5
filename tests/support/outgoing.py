"""The whole way out: recorded articles, the courier, real HTTP, the sandbox and its troubles. Not a test by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from bot.domain.arrival import Future
from bot.domain.article import Article
from bot.domain.record import pack
from bot.ingest import recorder
from bot.planning.rules import Read, Rules
from bot.publish.channels import Channels
from bot.rendering.loading import words
from bot.rendering.templates import Templates
from bot.sandbox import Call, Chat, Message, Person, Sandbox
from bot.session.connection import Connection
from bot.settings import Settings
from bot.store import chats, follows
from bot.store.database import Row, rows
from bot.store.thread import Store
from tests.support.joining import LOOSE, joined
from tests.support.newsroom import article as an_article


@cache
def shipped() -> Templates:
    return words(None)


@dataclass
class Outgoing:
    """A bot that posts: to channels of its settings, and to readers."""

    sandbox: Sandbox
    store: Store
    telegram: Connection
    channels: Channels
    editor: Person
    place: Chat
    #: How many calls and editors' messages there were before.
    calls: int
    told: int
    articles: dict[str, Article] = field(default_factory=dict)
    marks: int = 0
    #: What files are recorded by that differs from the usual.
    rules: dict[str, Any] = field(default_factory=dict)

    async def record(self, path: str = "a.md", **fields: Any) -> None:
        """Let a file be read: a new one, or one that changed in these fields."""
        known = self.articles.get(path)
        address = f"https://news.example/{path}"
        title = f"What is known on this day about the story in {path}"
        made = (
            replace(known, **fields)
            if known
            else an_article(fields.pop("title", title), address, **fields)
        )
        self.articles[path] = made
        self.marks += 1
        channels = tuple(self.channels.live)
        usual = {"gather": timedelta(), "future": Future.POST}
        rules = Rules(
            taxonomy=shipped().taxonomy, channels=channels, **(usual | self.rules)
        )
        read = [Read(path, (self.marks, self.marks, self.marks), pack(made))]
        await self.store(recorder.record, read, rules, self.sandbox.clock())

    async def follower(self, person: Person | Chat, *topics: str) -> None:
        """Let somebody follow topics from now on."""
        kind = "group" if isinstance(person, Chat) else "private"
        at = self.sandbox.clock()
        row = await self.store(
            chats.reader, person.id, kind=kind, username="", title="", at=at
        )
        for name in topics or ("AI",):
            topic = await self.store(follows.topic, name)
            await self.store(follows.follow, row.id, topic.id, at)

    async def readers(self, number: int) -> list[Person]:
        """Let so many people follow AI, each in a chat with the bot."""
        found = [
            self.sandbox.world.add_person(f"Reader {one}") for one in range(number)
        ]
        for reader in found:
            self.sandbox.world.open_private(reader)
            await self.follower(reader)
        return found

    def restart(self) -> None:
        """Go on with what another process would make anew, on the same store."""
        old = self.telegram
        self.telegram = Connection(old._messenger, old.username, old._parts)

    async def deliver(self, after: float = 0.0, lasting: float = 0.5) -> None:
        """Let so many seconds pass, then send all that may go out within `lasting` seconds."""
        self.sandbox.advance(after)
        await self.telegram.courier.deliver(
            self.sandbox.clock() + timedelta(seconds=lasting)
        )
        await self.telegram.notifier.send()

    def made(self, chat: Chat | Person | None = None) -> list[Call]:
        """Return the calls to a chat, the channel if none is named, in order."""
        return [
            call
            for call in list(self.sandbox.calls)[self.calls :]
            if call.chat == (chat or self.place).id
        ]

    def alerts(self) -> list[str]:
        """Return what the editors were told."""
        return [
            message.text for message in self.sandbox.messages(self.editor)[self.told :]
        ]

    def posts(self, chat: Chat | Person | None = None) -> list[Message]:
        """Return the bot's posts in a chat."""
        place = chat or self.place
        return [
            one
            for one in self.sandbox.messages(place)
            if one.sender is self.sandbox.bot and not one.service
        ]

    async def rows(
        self, sql: str = "SELECT * FROM deliveries ORDER BY id"
    ) -> list[Row]:
        return await self.store(rows, sql)

    async def row(self) -> Row:
        """Return the one delivery."""
        (found,) = await self.rows()
        return found

    async def hear(self) -> None:
        """Let the bot handle what waits for it."""
        await self.telegram.polling.drain()


@asynccontextmanager
async def going(
    sandbox: Sandbox,
    editor: Person,
    *,
    threads: Sequence[int] = (0,),
    place: Chat | None = None,
    buttons: str = "keyboard",
    **sections: Any,
) -> AsyncIterator[Outgoing]:
    """Run a bot with a chat of its own, or threads of it, and an empty database; sections are settings that differ."""
    place = place or sandbox.world.add_channel("News")
    channels = [
        {"chat": str(place.id), "thread": thread, "buttons": buttons}
        for thread in threads
    ]
    settings = _settings(sandbox, editor, channels, sections)
    async with joined(sandbox, settings, shipped()) as known:
        await known.channels.begin(settings, {}, sandbox.clock())
        told = len(sandbox.messages(editor))
        yield Outgoing(
            sandbox,
            known.store,
            known.bot,
            known.channels,
            editor,
            place,
            len(sandbox.calls),
            told,
        )


@asynccontextmanager
async def at_work() -> AsyncIterator[Outgoing]:
    """Run a bot with a channel and an editor who has pressed Start."""
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Eddie")
        sandbox.world.open_private(editor)
        async with going(sandbox, editor) as bot:
            yield bot


def _settings(
    sandbox: Sandbox,
    editor: Person,
    channels: list[dict[str, Any]],
    sections: dict[str, Any],
) -> Settings:
    chosen: dict[str, Any] = {
        "telegram": {
            "token": sandbox.token,
            "api_base_url": sandbox.base_url,
            "admins": [editor.id],
        },
        "feed": {"first_run": 0},
        "pace": LOOSE,
        "delivery": {"edit_seconds": 0},
    }
    for name, values in sections.items():
        chosen[name] = chosen.get(name, {}) | values
    return Settings(channels=channels, **chosen)  # type: ignore[arg-type]  # pydantic reads it
