"""`paperboy demo`, as a newcomer starts it: a process that prints an address, posts eight and ends when told to."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.operating import PATIENCE, Home, ended


@dataclass
class Show:
    """A demo that runs."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient

    async def posts(self) -> list[dict[str, Any]]:
        """Return the messages of the demo's channel."""
        state = (await self.client.get("/sim/state")).json()
        (channel,) = (
            chat["id"] for chat in state["chats"] if chat["type"] == "channel"
        )
        return [
            one
            for one in state["messages"].get(str(channel), [])
            if not one["deleted"] and not one["service"]
        ]

    async def posted(self, count: int) -> list[str]:
        """Return the titles in the channel once there are so many."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found := await self.posts()) < count:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.process.kill()
            pytest.fail(
                f"{len(found)} of {count} posts; the demo said:\n{(await ended(self.process)).err}"
            )
        return [one["text"].partition("\n")[0] for one in found]

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return (await ended(self.process)).code


@asynccontextmanager
async def shown(home: Home, *arguments: str) -> AsyncIterator[Show]:
    """Start a demo and return once it has told where it is."""
    async with home.process("demo", "--no-browser", *arguments) as process:
        assert process.stdout
        async with asyncio.timeout(PATIENCE):
            async for line in process.stdout:
                if found := re.search(rb"http://127\.0\.0\.1:\d+/", line):
                    break
            else:
                raise AssertionError((await ended(process)).err)
        async with httpx.AsyncClient(
            base_url=found[0].decode(), trust_env=False, timeout=PATIENCE
        ) as client:
            yield Show(process, client)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    # Settings of the operator's own have no part in a demo.
    return Home(tmp_path, {"PAPERBOY_FEED__FOLDER": "nowhere", "TMPDIR": str(tmp_path)})


async def test_it_posts_eight_samples_drops_the_next_at_a_click_and_leaves_nothing(
    home: Home,
) -> None:
    before = sorted(home.place.iterdir())
    async with shown(home) as show:
        assert "<title>" in (await show.client.get("/")).text
        titles = await show.posted(8)
        assert len(set(titles)) == 8
        folder = (await show.client.get("/sim/folder")).json()
        assert (len(folder["posted"]), len(folder["waiting"])) == (8, 4)
        dropped = await show.client.post("/sim/folder/drop", json={})
        assert dropped.status_code == 200
        assert set(titles) < set(await show.posted(9))
        assert await show.end(signal.SIGINT) == 0
    assert sorted(home.place.iterdir()) == before


async def test_what_is_kept_is_gone_on_with_and_nothing_is_posted_twice(
    home: Home,
) -> None:
    async with shown(home, "--keep", "kept") as show:
        await show.posted(8)
        await show.client.post("/sim/folder/drop", json={})
        await show.posted(9)
        assert await show.end() == 0
    async with shown(home, "--keep", "kept") as show:
        folder = (await show.client.get("/sim/folder")).json()
        assert len(folder["posted"]) == 9
        await show.client.post("/sim/folder/drop", json={})
        (title,) = await show.posted(1)  # what is new, and only that
        edited = await show.client.post(
            "/sim/folder/edit", json={"name": folder["posted"][0]["name"]}
        )
        assert edited.status_code == 200
        async with asyncio.timeout(PATIENCE):
            while not (
                await show.client.get(
                    "/sim/calls", params={"method": "editMessageText"}
                )
            ).json():
                await asyncio.sleep(0.05)
        assert await show.posted(1) == [
            title
        ]  # the edit was for a post of before, not for this one
        assert await show.end() == 0
    with closing(sqlite3.connect(home.place / "kept" / "paperboy.db")) as db:
        assert db.execute(
            "SELECT state, count(*) FROM deliveries GROUP BY 1"
        ).fetchall() == [
            ("gone", 1),
            ("sent", 9),
        ]
        assert db.execute(
            "SELECT count(*) FROM articles WHERE title = ?", (title,)
        ).fetchone() == (1,)


async def test_articles_of_ones_own_are_copied_not_touched(home: Home) -> None:
    for number in range(3):
        home.write(f"My own story number {number} of the town")
    before = {path: path.read_bytes() for path in home.articles.iterdir()}
    async with shown(home, "--folder", "data/articles") as show:
        assert len(await show.posted(3)) == 3
        await show.client.post("/sim/folder/edit", json={})
        async with asyncio.timeout(PATIENCE):
            while not any(one["history"] for one in await show.posts()):
                await asyncio.sleep(0.05)
        assert await show.end() == 0
    assert {path: path.read_bytes() for path in home.articles.iterdir()} == before


def test_what_can_not_be_shown_is_a_line(home: Home) -> None:
    (home.place / "empty").mkdir()
    done = home.run("demo", "--no-browser", "--folder", "empty")
    assert (done.code, done.out) == (2, "")
    assert done.lines == [
        "--folder: empty: there are no articles in it (.md, .markdown, .txt)"
    ]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = home.run("demo", "--no-browser", "--port", str(port))
    assert (done.code, len(done.lines), done.out) == (1, 1, "")
    assert done.err.startswith(f"Port {port} can't be used")


async def test_two_demos_can_not_keep_the_same_data(home: Home) -> None:
    async with shown(home, "--keep", "kept"):
        done = await home.done("demo", "--no-browser", "--keep", "kept")
    assert (done.code, len(done.lines)) == (4, 1)
