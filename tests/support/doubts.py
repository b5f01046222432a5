"""A bot whose posts get lost on the way, at a clock that moves by hand. Not a test by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bot.botapi.client import Messenger
from bot.domain.article import Article
from bot.domain.delivery import Lane
from bot.domain.record import pack
from bot.domain.topics import Taxonomy, Topic
from bot.rendering.templates import Templates
from bot.sandbox import Chat, Message, Person, Sandbox
from bot.session.connection import Connection
from bot.settings import Settings
from bot.store import chats, outbox
from bot.store.database import rows
from bot.store.thread import Store
from tests.support.joining import LOOSE, joined
from tests.support.rows import add_topics, insert_article

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOUBT = 60.0
RIGHTS = ("can_manage_chat", "can_post_messages")
EDITOR = 4_242
TAXONOMY = Taxonomy((Topic(name="Space"),))


@cache
def words() -> Templates:
    return Templates(None, TAXONOMY)


@dataclass
class Post:
    """The bot, one channel (or group) of its settings, and others who write there."""

    sandbox: Sandbox
    store: Store
    messenger: Messenger
    bot: Connection
    chat: Chat
    owner: Person
    editor: Person
    count: int = 0

    async def article(self, title: str = "", *names: str) -> int:
        """Record an article for the channel and return its delivery."""
        self.count += 1
        title = title or f"Story {self.count}"
        address = f"https://news.example/{self.count}"
        at = self.sandbox.clock()
        made = Article(
            identity=address,
            url=address,
            title=title,
            topics=names or ("Space",),
            excerpt="What is known.",
        )
        number = await self.store(
            insert_article, pack(made), path=f"{self.count}.md", at=at
        )
        await self.store(add_topics, number, names or ("Space",), ())
        chat = (await self.store(chats.channels))[0].id
        return await self.open(number, chat)

    async def open(
        self, number: int, chat: int, lane: Lane = Lane.CHANNEL, edition: int = 1
    ) -> int:
        """Open a delivery of an article."""
        at = self.sandbox.clock()
        await self.store(
            outbox.open_, number, [chat], lane=lane, edition=edition, rank=at, at=at
        )
        return int((await self.rows("SELECT max(id) FROM deliveries"))[0][0])

    async def deliver(self, seconds: float = 0.0) -> None:
        """Let so many seconds pass, then let the bot do what it can at that moment."""
        self.sandbox.advance(seconds)
        await self.bot.courier.deliver(self.sandbox.clock())

    async def lose(self, *faults_and_titles: Any) -> int:
        """Post an article and lose it by a fault; return its delivery."""
        fault, *title = faults_and_titles
        for method in ("sendMessage", "sendPhoto"):
            self.sandbox.fail(method, fault, chat=self.chat)
        delivery = await self.article(*title)
        await self.deliver(1)
        self.sandbox.faults.clear()
        assert await self.state(delivery) == "doubtful"
        return delivery

    async def others_write(self, *texts: str, unheard: bool = True) -> list[Message]:
        """Let the owner write into the channel; unheard: the bot is not told."""
        said = [await self.sandbox.say(self.owner, text, self.chat) for text in texts]
        if unheard:
            self.sandbox.updates.clear()
        else:
            await self.bot.polling.drain()
        return said

    async def restart(self) -> None:
        """Go on as a process does that begins."""
        await self.bot.courier.recover()

    async def state(self, delivery: int) -> str:
        return str(
            (await self.rows("SELECT state FROM deliveries WHERE id = ?", delivery))[0][
                0
            ]
        )

    async def number(self, delivery: int) -> int | None:
        """Return the message that a delivery is known to be."""
        found: int | None = (
            await self.rows("SELECT message FROM deliveries WHERE id = ?", delivery)
        )[0][0]
        return found

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        return await self.store(rows, sql, values)

    def posts(
        self, where: Chat | Person | None = None, *, deleted: bool = True
    ) -> list[Message]:
        """Return the bot's posts in the channel, those gone as well."""
        found = self.sandbox.messages(where or self.chat, deleted=deleted)
        return [one for one in found if one.sender is self.sandbox.bot]

    def titles(self) -> list[str]:
        return [one.text.partition("\n")[0] for one in self.posts()]

    def calls(self, method: str) -> int:
        return len(self.sandbox.calls.of(method))


@asynccontextmanager
async def losing(
    *,
    editors: tuple[int, ...] = (EDITOR,),
    started: bool = True,
    rights: tuple[str, ...] = RIGHTS,
    protected: bool = False,
    group: bool = False,
    forum: bool = False,
    earlier: int = 0,
    topics: int = 1,
    **channel: Any,
) -> AsyncIterator[Post]:
    """Open a bot with one channel. started: the editor pressed Start. earlier: messages of before the forum's topics.

    topics: of the forum, each a channel of its own.
    channel: keys of the channel's block in the settings.
    """
    async with Sandbox(clock=lambda: NOON) as sandbox:
        owner, editor = (
            sandbox.world.add_person("Olga"),
            sandbox.world.add_person("Eddie", id=EDITOR),
        )
        if group:
            chat = sandbox.world.add_group("News", [], [owner], forum=forum)
        else:
            chat = sandbox.world.add_channel(
                "News", "news", rights, protected=protected, owner=owner
            )
        if started:
            sandbox.world.open_private(editor)
        for number in range(earlier):
            await sandbox.say(owner, f"Word {number}", chat)
        sandbox.updates.clear()
        threads = (
            [
                sandbox.world.add_topic(chat, f"Posts {number}").id
                for number in range(topics)
            ]
            if forum
            else [0]
        )
        settings = Settings(
            telegram={
                "token": sandbox.token,
                "api_base_url": sandbox.base_url,
                "admins": editors,
            },
            channels=[
                {"chat": str(chat.id), "thread": thread, **channel}
                for thread in threads
            ],
            delivery={"doubt_seconds": DOUBT},
            pace=LOOSE,
        )
        async with joined(sandbox, settings, words()) as known:
            yield Post(
                sandbox, known.store, known.messenger, known.bot, chat, owner, editor
            )


def minutes(count: float) -> float:
    return timedelta(minutes=count).total_seconds()
