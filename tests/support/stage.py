"""A stage for stories about the whole bot: the sandbox, a folder, a database, and the bot between them.

Everything is real but Telegram: HTTP, files, SQLite. The bot runs as a task of this process or as a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from bot.app import App
from bot.rendering.loading import words
from bot.rendering.templates import Templates
from bot.sandbox import Chat, Message, Person, Sandbox
from bot.settings import Settings
from tests.support import commands
from tests.support.commands import Command
from tests.support.documents import document, slug
from tests.support.operating import PATIENCE

T = TypeVar("T")
CHANNEL = "paperboy_daily"
Where = Chat | Person | None


@cache
def shipped_words() -> Templates:
    return words(None)


class Stage:
    """One bot with its surroundings; see `staged`."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        self.sandbox = sandbox
        self.home = home
        self.folder = home / "articles"
        self.folder.mkdir()
        world = sandbox.world
        self.channel = world.add_channel("Paperboy Daily", username=CHANNEL)
        self.editor = world.add_person("Eddie")
        self.reader = world.add_person("Ann")
        world.open_private(
            self.editor
        )  # editors press Start first, or nothing can be told to them
        self._chosen: dict[str, Any] = {}
        self._app: App | None = None
        self._run: asyncio.Task[None] | None = None
        self._dropped = 0

    # The bot

    def choose(self, **sections: Any) -> Settings:
        """Return the settings, with those sections' keys replaced from now on."""
        for name, values in sections.items():
            merge = isinstance(values, dict)
            self._chosen[name] = (
                {**self._chosen.get(name, {}), **values} if merge else values
            )
        return Settings(
            **(self._defaults() | {name: self._section(name) for name in self._chosen})
        )

    async def start(self, *, webhook: bool = False, **sections: Any) -> None:
        """Let the bot run in this process; `sections` are settings that differ from `_defaults`."""
        ready = asyncio.Event()
        self._run = asyncio.create_task(
            self._perform(self.choose(**sections), ready, webhook)
        )
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({waiting, self._run}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._run.done():
            self._run.result()

    async def stop(self) -> None:
        """End the bot as SIGTERM does; raises what it ended with."""
        if self._app:
            self._app.stop()
        if self._run:
            run, self._run = self._run, None
            await run

    async def ended(self) -> None:
        """Wait until the bot ends by itself; raises what it ended with."""
        if self._run:
            run, self._run = self._run, None
            await asyncio.wait_for(run, PATIENCE)

    async def restart(self, **sections: Any) -> None:
        """Stop the bot and start another on the same database."""
        await self.stop()
        await self.start(**sections)

    async def once(self, **sections: Any) -> int:
        """Do what `paperboy run --once` does; return how much is left waiting."""
        async with App.opened(
            self.choose(**sections), shipped_words(), self.sandbox.clock
        ) as app:
            return await app.run_once()

    async def scan(self, **sections: Any) -> None:
        """Do what `paperboy scan` does: record, send nothing."""
        async with App.opened(self.choose(**sections), shipped_words()) as app:
            await app.scan()

    @asynccontextmanager
    async def process(self, *arguments: str, **sections: Any) -> AsyncIterator[Command]:
        """Run a command with the settings as variables; it is killed at the end if it still runs."""
        settings = self.choose(**sections)
        told = settings.model_dump(
            mode="json", exclude={"telegram": {"token"}, "web": {"secret"}}
        )
        token = {"PAPERBOY_TELEGRAM__TOKEN": self.sandbox.token}
        process = await commands.start(
            arguments, self.home, {**os.environ, **_variables(told), **token}
        )
        try:
            yield process
        finally:
            process.kill()
            await process.communicate()

    async def command(self, *arguments: str, **sections: Any) -> tuple[int, str, str]:
        """Run a command to its end; return its exit code and what it wrote to stdout and stderr."""
        async with self.process(*arguments, **sections) as process:
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    # The folder

    def drop(self, title: str, *topics: str, name: str = "", **fields: Any) -> Path:
        """Put an article into the folder, whole at once as by a rename; one of that name is replaced."""
        self._dropped += 1
        path = self.folder / (name or f"{slug(title)}.md")
        part = path.with_name(f".{path.name}.{self._dropped}")
        part.write_text(document(title, *topics, **fields), encoding="utf-8")
        path.parent.mkdir(exist_ok=True)
        return part.replace(path)

    # What is seen

    def posts(
        self, title: str, where: Where = None, *, deleted: bool = False
    ) -> list[Message]:
        """Return the posts of an article in a chat (the channel's, if none is named), by its title."""
        found = self.sandbox.messages(where or self.channel, deleted=deleted)
        return [
            one
            for one in found
            if one.text.partition("\n")[0] == title and not one.service
        ]

    def titles(self, where: Where = None) -> list[str]:
        """Return the first line of each message of a chat."""
        return [
            one.text.partition("\n")[0]
            for one in self.sandbox.messages(where or self.channel)
        ]

    async def until(self, seen: Callable[[], T]) -> T:
        """Return the first true answer of `seen`, asked whenever something happened at Telegram's.

        Raises what the bot ended with, should it end meanwhile.
        """
        waiting = asyncio.ensure_future(self.sandbox.wait_for(seen, timeout=PATIENCE))
        await asyncio.wait(
            {waiting, *([self._run] if self._run else [])},
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not waiting.done() and self._run:
            waiting.cancel()
            await self.ended()
        return await waiting

    async def post(
        self, title: str, where: Where = None, *, number: int = 1
    ) -> Message:
        """Return the post of an article once it is there, or its `number`th."""
        return (await self.until(lambda: self.posts(title, where)[number - 1 :]))[0]

    async def settled(self) -> None:
        """Return when the folder as it is now was looked at and everything that follows from it was done.

        A later look can't overtake an earlier one, so what a post of a new file comes after has been read.
        """
        signpost = f"Signpost {self._dropped}"
        self.drop(
            signpost, quality=1_000, publishedDateTime=datetime.now(UTC).isoformat()
        )
        await self.post(signpost)
        await self.sandbox.settled(timeout=PATIENCE)

    async def at_rest(self) -> None:
        """Return when no delivery is on its way, none waits and no post is to be edited."""
        waiting = (
            "SELECT 1 FROM deliveries WHERE state IN ('pending', 'sending') OR edit_due IS NOT NULL "
            "UNION ALL SELECT 1 FROM fanouts"
        )
        async with asyncio.timeout(PATIENCE):
            await self.sandbox.settled(timeout=PATIENCE)
            while self.rows(waiting):
                await asyncio.sleep(0.01)  # a commit rings no bell

    async def ask(
        self,
        person: Person,
        text: str,
        chat: Chat | None = None,
        *,
        thread: int | None = None,
    ) -> Message:
        """Say something and return the bot's answer in that chat."""
        return await self._answered(
            chat or person, self.sandbox.say(person, text, chat, thread=thread)
        )

    async def open_link(self, person: Person, payload: str) -> Message:
        """Follow a deep link and return the bot's answer."""
        return await self._answered(person, self.sandbox.open_link(person, payload))

    async def tap(
        self, person: Person, message: Message, button: str | tuple[int, int]
    ) -> str:
        """Tap a button that sends something back, and return the line it brought up."""
        before = len(self.sandbox.callback_answers)
        await self.sandbox.tap(person, message, button)
        await self.until(lambda: len(self.sandbox.callback_answers) > before)
        return self.sandbox.callback_answers[-1].text

    async def told(self, *said: str) -> str:
        """Return the message to the editor that holds all these words, once it is there."""

        def found() -> list[str]:
            texts = [one.text for one in self.sandbox.messages(self.editor)]
            return [
                text
                for text in texts
                if all(one.casefold() in text.casefold() for one in said)
            ]

        return (await self.until(found))[0]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the database holds; nothing changes."""
        with closing(sqlite3.connect(self.database)) as db:
            return db.execute(sql, values).fetchall()

    @property
    def database(self) -> Path:
        return self.home / "paperboy.db"

    # Within

    async def _answered(self, place: Person | Chat, act: Any) -> Message:
        before = {one.id for one in self.sandbox.messages(place)}
        await act

        def answers() -> list[Message]:
            return [
                one
                for one in self.sandbox.messages(place)
                if self._is_answer(one) and one.id not in before
            ]

        return (await self.until(answers))[0]

    def _is_answer(self, message: Message) -> bool:
        buttons = [button.get("text") for row in message.buttons for button in row]
        return message.sender is self.sandbox.bot and "Read the article" not in buttons

    async def _perform(
        self, settings: Settings, ready: asyncio.Event, webhook: bool
    ) -> None:
        async with App.opened(settings, shipped_words()) as app:
            self._app = app
            ready.set()
            try:
                await app.run(webhook=webhook)
            finally:
                self._app = None

    def _section(self, name: str) -> Any:
        values = self._chosen[name]
        return (
            {**self._defaults().get(name, {}), **values}
            if isinstance(values, dict)
            else values
        )

    def _defaults(self) -> dict[str, Any]:
        """Return the settings of a story: a loose pace, edits at once, everything on this machine."""
        return {
            "telegram": {
                "token": self.sandbox.token,
                "api_base_url": self.sandbox.base_url,
                "admins": [self.editor.id],
            },
            "feed": {
                "folder": str(self.folder),
                "interval_seconds": 0.1,
                "settle_seconds": 0.05,
                "first_run": 10,
            },
            "store": {"database": str(self.database)},
            "channels": [{"chat": f"@{CHANNEL}"}],
            "pace": {
                "messages_per_second": 10_000,
                "per_chat_seconds": 0,
                "per_group_minute": 100_000,
            },
            "delivery": {"doubt_seconds": 0.05, "edit_seconds": 0, "undo_seconds": 0},
        }


@asynccontextmanager
async def staged(home: Path) -> AsyncIterator[Stage]:
    """Open a stage; the bot on it does not run yet, and does not run afterwards."""
    async with Sandbox() as sandbox:
        stage = Stage(sandbox, home)
        try:
            yield stage
        finally:
            await stage.stop()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _variables(sections: dict[str, Any]) -> dict[str, str]:
    """Return settings as `PAPERBOY_…` variables."""
    found = {"PAPERBOY_CHANNELS": json.dumps(sections.pop("channels"))}
    for section, values in sections.items():
        for key, value in values.items():
            name = f"PAPERBOY_{section}__{key}".upper()
            found[name] = value if isinstance(value, str) else json.dumps(value)
    return found
