"""The bot at work in a process of its own, against the benchmark's Telegram in another one."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import documents
from tests.bench.measuring import python, running
from tests.bench.place import settings
from tests.bench.server import TOKEN

#: Above what Telegram allows, so that the bot is the limit.
NO_LIMITS = {
    "PAPERBOY_TELEGRAM__PAID_BROADCAST": "true",
    "PAPERBOY_PACE__MESSAGES_PER_SECOND": "10000",
    "PAPERBOY_PACE__PER_CHAT_SECONDS": "0",
    "PAPERBOY_PACE__PER_GROUP_MINUTE": "100000",
    "PAPERBOY_DELIVERY__COMMANDS_PER_MINUTE": "10000",
}
#: Generous; nothing waits for it to pass.
PATIENCE = 600.0


@dataclass(slots=True)
class Telegram:
    """The server's other end: what it was asked, and updates for it to hand out."""

    url: str
    process: subprocess.Popen[str]
    #: (nanoseconds of the monotonic clock, method, chat) of every call so far.
    calls: list[tuple[int, str, int]] = field(default_factory=list)
    handed: dict[int, int] = field(default_factory=dict)

    def look(self) -> list[tuple[int, str, int]]:
        """Return the calls that came since the last look."""
        told = json.loads(self._post("told", b""))
        new = [(moment, method, chat) for moment, method, chat in told["told"]]
        self.handed = {int(number): moment for number, moment in told["handed"].items()}
        self.calls += new
        return new

    def say(self, *updates: dict[str, Any]) -> None:
        """Let people write."""
        self._post("say", json.dumps(updates).encode())

    def wait_for(
        self,
        count: int,
        method: str = "sendMessage",
        chat: int = 0,
        pause: float = 0.02,
    ) -> list[int]:
        """Wait until so many calls of a method came (to a chat); return their moments."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.look()
            found = [
                moment
                for moment, name, to in self.calls
                if name == method and chat in (0, to)
            ]
            if len(found) >= count:
                return found
            time.sleep(pause)
        raise TimeoutError(f"{len(found)} of {count} calls of {method} came")

    def _post(self, path: str, body: bytes) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", body, timeout=30) as answer:
            told: bytes = answer.read()
            return told


@contextmanager
def telegram() -> Iterator[Telegram]:
    """Serve for the time of the block."""
    with running(python("-m", "tests.bench.server")) as process:
        assert process.stdout
        yield Telegram(f"http://127.0.0.1:{int(process.stdout.readline())}", process)


@contextmanager
def bot(
    served: Telegram,
    folder: Path,
    database: Path,
    *,
    program: tuple[str, ...] = ("-m", "bot", "run"),
    **more: str,
) -> Iterator[subprocess.Popen[str]]:
    """Run the bot for the time of the block; it has begun to poll when the block begins."""
    before = len(served.calls)
    variables = settings(folder, database, **NO_LIMITS) | more
    variables |= {
        "PAPERBOY_TELEGRAM__TOKEN": TOKEN,
        "PAPERBOY_TELEGRAM__API_BASE_URL": served.url,
    }
    with running(python(*program, **variables)) as process:
        until = time.monotonic() + PATIENCE
        while not any(method == "getUpdates" for _, method, _ in served.calls[before:]):
            assert process.poll() is None, "the bot ended"
            assert time.monotonic() < until, "the bot does not poll"
            served.look()
            time.sleep(0.005)
        yield process


def land(folder: Path, number: int, topics: tuple[str, ...] | None = None) -> int:
    """Let an article's file land by rename; return the moment before it did, by the monotonic clock."""
    hidden = folder / f".{number}.part"
    hidden.write_text(documents.document(number, topics), encoding="utf-8")
    moment = time.monotonic_ns()
    os.replace(hidden, folder / f"landed-{number}.md")  # noqa: PTH105 - as a writer would
    return moment


def until(true: Callable[[], bool], pause: float = 0.02) -> None:
    """Wait until something is so."""
    late = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < late, "waited for nothing"
        time.sleep(pause)


def update(number: int, reader: int, text: str) -> dict[str, Any]:
    """Return the update that brings what a reader writes (Bot API Update)."""
    person = {"id": reader, "is_bot": False, "first_name": "Reader"}
    message: dict[str, Any] = {
        "message_id": number,
        "date": 1_792_000_000,
        "from": person,
        "chat": {"id": reader, "type": "private", "first_name": "Reader"},
        "text": text,
    }
    if text.startswith("/"):
        length = len(text.split()[0])
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return {"update_id": number, "message": message}
