"""A town for the kill test: a sandbox in its own process, channels of every kind, and the people who write there.

A person and another bot post into the same channels. Whatever they write is remembered, to be compared in the end.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

#: Seconds a post is left alone before it is looked for; what is cut off lands sooner.
DOUBT = 1.0
EDITOR, ANN, BEN = 501, 502, 503
POSTER = ["can_manage_chat", "can_post_messages"]
#: Kind, code, retry_after, seconds, and in how many of a hundred calls. A fifth of those cut off land late.
TROUBLE: tuple[tuple[dict[str, Any], float], ...] = (
    ({"kind": "retry_after", "retry_after": 1}, 4),
    ({"kind": "refuse", "code": 500}, 3),
    ({"kind": "page", "code": 502}, 2),
    ({"kind": "cut_before"}, 4),
    ({"kind": "cut_after"}, 4),
    ({"kind": "late", "seconds": 0.2}, 1.2),
    ({"kind": "late", "seconds": 0.7}, 1.2),
    ({"kind": "garbage"}, 3),
    ({"kind": "slow", "seconds": 0.3}, 8),
    ({"kind": "slow_answer", "seconds": 0.3}, 8),
)
METHODS = (
    "sendMessage",
    "editMessageText",
    "editMessageReplyMarkup",
    "forwardMessage",
    "deleteMessage",
)
#: Faults after which the bot can't know that its message is there.
LOST_ANSWER = ("cut_after", "late", "garbage")


@dataclass
class Town:
    """One sandbox and who is in it."""

    client: httpx.AsyncClient
    token: str
    dice: random.Random
    #: Channels, and a group's topic: name → (number, thread).
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: What others wrote: (chat, message) → the words.
    others: dict[tuple[int, int], str] = field(default_factory=dict)
    _writers: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.client.base_url).rstrip("/")

    async def do(self, control: str, /, **body: Any) -> Any:
        """Call the sandbox's control API."""
        answer = await self.client.post(f"/sim/{control}", json=body)
        assert answer.status_code == 200, (control, body, answer.text)
        return answer.json()

    async def build(self, *, protected: bool) -> None:
        """Make the channels: one where the bot may edit others' posts, one where it may not, one whose content may be
        protected; and a forum.
        """
        for number, name in ((EDITOR, "Eddie"), (ANN, "Ann"), (BEN, "Ben")):
            await self.do("people", name=name, id=number)
        for name, is_bot in (("Olga", False), ("Other bot", True)):
            self._writers.append(
                (await self.do("people", name=name, is_bot=is_bot))["id"]
            )
        for name, more in (
            ("plain", {"bot_rights": POSTER}),
            ("mighty", {"bot_rights": [*POSTER, "can_edit_messages"]}),
            ("sealed", {"bot_rights": POSTER, "protected": protected}),
        ):
            chat = (await self.do("channels", title=name, **more))["id"]
            for writer in self._writers:
                await self.do(
                    "members",
                    chat=chat,
                    person=writer,
                    status="administrator",
                    rights=POSTER,
                )
            self.places[name] = (chat, 0)
        forum = (
            await self.do("groups", title="forum", members=self._writers, forum=True)
        )["id"]
        self.places["forum"] = (
            forum,
            (await self.do("topics", chat=forum, name="Posts"))["id"],
        )
        await self.do("start", **{"as": EDITOR})

    async def make_trouble(self) -> None:
        """From now on every third call or so meets a fault."""
        for method in METHODS:
            for fault, of_hundred in TROUBLE:
                await self.do(
                    "fault",
                    method=method,
                    times=None,
                    probability=of_hundred / 100,
                    **fault,
                )

    async def end_trouble(self) -> None:
        await self.client.delete("/sim/faults")

    async def others_write(self) -> None:
        """Let somebody else write into one of the chats."""
        chat, thread = self.dice.choice(list(self.places.values()))
        words = f"Somebody else, {len(self.others)}: {'nothing to see here' * self.dice.randrange(3)}"
        body = {
            "as": self.dice.choice(self._writers),
            "chat": chat,
            "text": words.strip(),
        }
        said = await self.do("send", **body, **({"thread": thread} if thread else {}))
        self.others[chat, said["id"]] = said["text"]

    async def state(self) -> Any:
        return (await self.client.get("/sim/state", params={"limit": 1_000_000})).json()

    async def calls(self, method: str) -> Any:
        return (await self.client.get("/sim/calls", params={"method": method})).json()


@asynccontextmanager
async def founded(
    seed: int, root: Path, *, protected: bool = True
) -> AsyncIterator[Town]:
    """Open a town, in a process of its own. protected: one of its channels forbids forwarding."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", "--seed", str(seed)),
        cwd=root,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        told = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient(
            base_url=told["base_url"], trust_env=False, timeout=60
        ) as client:
            town = Town(client, told["token"], random.Random(seed))
            await town.build(protected=protected)
            yield town
    finally:
        process.terminate()
        await process.wait()
