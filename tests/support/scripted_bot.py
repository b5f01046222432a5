"""A sandbox furnished like the demo, with a bot that a test plays. Opens no browser."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from bot.sandbox import Chat, Person, Sandbox
from bot.sandbox.folder import Folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PLAIN = {"is_disabled": True}


@dataclass
class ScriptedBot:
    """A bot that a test plays, in a sandbox with a channel, a reader and an editor."""

    sandbox: Sandbox
    folder: Path
    ann: Person
    eddie: Person
    channel: Chat
    offset: int = 0

    async def call(self, method: str, **parameters: Any) -> Any:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            address = f"{self.sandbox.base_url}/bot{self.sandbox.token}/{method}"
            answer = (await client.post(address, json=parameters)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def say(self, chat: int, text: str, **more: Any) -> int:
        more.setdefault("link_preview_options", PLAIN)
        message = await self.call(
            "sendMessage", chat_id=chat, text=text, parse_mode="HTML", **more
        )
        number: int = message["message_id"]
        return number

    async def heard(self, kind: str) -> Any:
        """The next update of a kind, as the bot polls it."""
        while True:
            updates = await self.call("getUpdates", offset=self.offset, timeout=10)
            assert updates, f"no {kind} came"
            self.offset = updates[0]["update_id"] + 1
            if kind in updates[0]:
                return updates[0][kind]


@asynccontextmanager
async def opened(folder: Path, port: int = 0) -> AsyncIterator[ScriptedBot]:
    samples = folder / "samples"
    samples.mkdir(parents=True)
    for number in range(1, 5):
        (samples / f"{number}.md").write_text(f'---\ntitle: "Story {number}"\n---\n')
    copied = Folder(samples, folder / "copy", 3)
    sandbox = Sandbox(port, extras=copied.routes())
    copied.publish = sandbox.publish
    ann, eddie = (
        sandbox.world.add_person(name, name.lower()) for name in ("Ann", "Eddie")
    )
    channel = sandbox.world.add_channel("Paperboy Daily", "paperboy_daily")
    async with sandbox:
        yield ScriptedBot(sandbox, folder / "copy", ann, eddie, channel)
