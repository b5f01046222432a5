"""The bot's lives in a kill test: its settings, and the process that becomes it again and again (see `victim`)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.paths import ROOT
from tests.torture.town import DOUBT, EDITOR, Town


class Bot:
    """The bot's lives, one after another."""

    def __init__(self, process: asyncio.subprocess.Process, home: Path) -> None:
        self._process = process
        self._home = home
        self._steps = home / "steps"
        self.log = home / "log"

    async def begin(self, step: str = "", nth: int = 1) -> int:
        """Begin a life that ends at the nth time of a step; return the process's number."""
        self._steps.write_text("")
        environment = {"PAPERBOY_CONFIG": str(self._home / "paperboy.toml")}
        life = {
            "environment": environment,
            "log": str(self.log),
            "steps": str(self._steps),
            "step": step,
            "nth": nth,
        }
        assert self._process.stdin
        self._process.stdin.write(json.dumps(life).encode() + b"\n")
        return int(await self._line())

    async def ended(self) -> int:
        """Wait for a life to end; return how (minus the signal's number)."""
        return int(await self._line())

    def steps(self) -> list[str]:
        """Return the steps the last life came to."""
        return self._steps.read_text().splitlines()

    async def _line(self) -> bytes:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        assert line, self.log.read_text()[-4000:]
        return line


def write_settings(home: Path, town: Town, buttons: str) -> None:
    """Write the settings: a loose pace, short doubt, every place a channel whose links stand in `buttons`."""
    (home / "articles").mkdir()
    channels = "".join(
        f'[[channels]]\nchat = "{chat}"\nthread = {thread}\nbuttons = "{buttons}"\n'
        for chat, thread in town.places.values()
    )
    (home / "paperboy.toml").write_text(
        f"""
[telegram]
token = "{town.token}"
api_base_url = "{town.address}"
admins = [{EDITOR}]
[feed]
folder = "{home / "articles"}"
interval_seconds = 0.2
settle_seconds = 0.05
same_title_days = 0
bulk_above = 100000
[store]
database = "{home / "paperboy.db"}"
[pace]
messages_per_second = 10000.0
per_chat_seconds = 0.0
per_group_minute = 100000
[delivery]
doubt_seconds = {DOUBT}
edit_seconds = 0.1
commands_per_minute = 10000
{channels}"""
    )


@asynccontextmanager
async def born(home: Path) -> AsyncIterator[Bot]:
    """Wait, in a process of its own, to become the bot again and again."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.torture.victim"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Bot(process, home)
    finally:
        if process.stdin:
            process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)
        if process.returncode is None:
            process.kill()
