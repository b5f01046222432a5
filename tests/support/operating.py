"""An operator at a terminal: a home of settings and articles, and `paperboy` as a process. Not a test by itself."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from bot import cli
from bot.sandbox import Sandbox
from tests.support import commands
from tests.support.commands import Command
from tests.support.paths import ROOT

#: Generous: what a loaded machine may need. No test waits for it to pass.
PATIENCE = 60.0


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it complained of."""
        return self.err.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Home:
    """Where an operator types: the working directory with its settings."""

    place: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.articles.mkdir(parents=True, exist_ok=True)

    @property
    def articles(self) -> Path:
        return self.place / "data" / "articles"

    @property
    def database(self) -> Path:
        return self.place / "data" / "paperboy.db"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PAPERBOY_")
        }
        return kept | {"PYTHONPATH": str(ROOT)} | self.variables

    def settle(self, text: str, name: str = "paperboy.toml") -> Path:
        """Write a file of the configuration folder."""
        file = self.place / "config" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def connect(
        self, sandbox: Sandbox, channels: Iterable[str] = (), **sections: dict[str, Any]
    ) -> None:
        """Settle for a sandbox, at a loose pace; `sections` add to it."""
        chosen: dict[str, dict[str, Any]] = {
            "telegram": {"token": sandbox.token, "api_base_url": sandbox.base_url},
            "feed": {"first_run": "all", "settle_seconds": 0.01},
            "pace": {
                "per_chat_seconds": 0.0,
                "per_group_minute": 10_000,
                "messages_per_second": 1_000.0,
            },
        }
        for name, values in sections.items():
            chosen[name] = chosen.get(name, {}) | values
        lines = []
        for name, values in chosen.items():
            lines += [
                f"[{name}]",
                *(f"{key} = {json.dumps(value)}" for key, value in values.items()),
            ]
        self.settle(
            "\n".join(
                [*lines, *(f'[[channels]]\nchat = "{channel}"' for channel in channels)]
            )
        )

    def write(self, title: str, name: str = "", **fields: str) -> Path:
        """Put an article into the folder."""
        slug = "-".join(title.lower().split())
        rows = {"title": title, "webUrl": f"https://host.example/{slug}", **fields}
        path = self.articles / (name or f"{slug}.md")
        part = path.with_name(f".{path.name}.part")
        part.write_text(
            "---\n"
            + "".join(f"{key}: {value}\n" for key, value in rows.items())
            + "---\n"
        )
        return part.replace(path)

    def run(self, *arguments: str | Path, **variables: str) -> Done:
        """Run a command to its end."""
        environment = self.environment | variables
        with TemporaryFile() as out, TemporaryFile() as err:
            code = commands.run(
                list(map(os.fspath, arguments)),
                self.place,
                environment,
                (out.fileno(), err.fileno()),
                PATIENCE,
            )
            out.seek(0)
            err.seek(0)
            return Done(code, out.read().decode(), err.read().decode())

    def start_python(self, *arguments: str | Path, **variables: str) -> Done:
        """Run a command to its end with `python -m bot`; slower than `run`, as Python starts and imports all anew."""
        done = subprocess.run(
            (sys.executable, "-m", "bot", *map(str, arguments)),
            cwd=self.place,
            env=self.environment | variables,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    @asynccontextmanager
    async def process(self, *arguments: str | Path) -> AsyncIterator[Command]:
        """Run a command in this loop's company; killed at the end if it still runs."""
        process = await commands.start(
            list(map(os.fspath, arguments)), self.place, self.environment
        )
        try:
            yield process
        finally:
            process.kill()
            await process.communicate()

    async def done(self, *arguments: str | Path) -> Done:
        """Run a command to its end while the sandbox of this loop answers."""
        async with self.process(*arguments) as process:
            return await ended(process)


async def ended(process: Command) -> Done:
    """Return what a process comes to."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return Done(process.returncode or 0, out.decode(), err.decode())


def typed(command: str) -> int:
    """Run a command in this process and return its exit code; raises the error it ends with."""
    return int(
        cli.app(command.split(), prog_name="paperboy", standalone_mode=False) or 0
    )
