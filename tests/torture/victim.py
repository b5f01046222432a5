"""The bot as the kill test runs it: `paperboy run`, unchanged, which kills itself at a named step of its work.

A step is the moment before or after a commit, named for the store's function, or before or after a call, named for its
method. One process imports the bot and waits; each line it reads is a life: a fork that becomes the bot. A line is
JSON: {"environment", "log", "steps", "step", "nth"}; it answers with the process's number, then with how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import bot.app
import bot.botapi.wire
import bot.cli
import bot.cli.run
import bot.store.thread

#: No life lasts longer, whatever becomes of whoever started it.
LONGEST = 120


class Steps:
    """The steps of one life; at the `nth` time of `fatal` it ends."""

    def __init__(self, path: str, fatal: str, nth: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._fatal = fatal
        self._nth = nth
        self._times: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        self._times[name] += 1
        if self._times[name] <= 3:
            os.write(self._file, f"{name}\n".encode())
        if name == self._fatal and self._times[name] == self._nth:
            os.write(self._file, b"!\n")
            os.kill(os.getpid(), signal.SIGKILL)


class Commits:
    """Tells of every commit, by the statements that SQLite carries out and the function they belong to."""

    def __init__(self, step: Steps) -> None:
        self._step = step
        self._function = "opening"
        self._committed = False

    def watch(self) -> None:
        connect = sqlite3.connect

        def connected(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            connection.set_trace_callback(self._statement)
            return connection

        sqlite3.connect = connected  # type: ignore[assignment]
        call = bot.store.thread.Store.__call__

        async def named(
            store: Any, work: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Any:
            return await call(store, self._named(work), *args, **kwargs)

        bot.store.thread.Store.__call__ = named  # type: ignore[method-assign, assignment]

    def _named(self, work: Callable[..., Any]) -> Callable[..., Any]:
        name = f"{work.__module__.removeprefix('bot.')}.{work.__name__}"

        def done(*args: Any, **kwargs: Any) -> Any:
            self._function = name
            try:
                return work(*args, **kwargs)
            finally:
                self._after()

        return done

    def _statement(self, sql: str) -> None:
        self._after()
        if sql.upper().startswith("COMMIT"):
            self._step(f"before commit {self._function}")
            self._committed = True

    def _after(self) -> None:
        if self._committed:
            self._committed = False
            self._step(f"after commit {self._function}")


def watch_calls(step: Steps) -> None:
    """Tell of every call of the Bot API."""
    ask = bot.botapi.wire.Wire.ask

    async def asked(wire: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        step(f"before call {method}")
        try:
            return await ask(wire, method, *args, **kwargs)
        finally:
            step(f"after call {method}")

    bot.botapi.wire.Wire.ask = asked  # type: ignore[method-assign]


def live(life: dict[str, Any]) -> None:
    """Be the bot until the end."""
    signal.alarm(LONGEST)
    log = os.open(life["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream, place in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(place, stream)
    os.environ.update(life["environment"])
    step = Steps(life["steps"], life["step"], life["nth"])
    Commits(step).watch()
    watch_calls(step)
    sys.argv = ["paperboy", "run"]
    bot.cli.main()


def main() -> None:
    for line in sys.stdin:
        life = json.loads(line)
        child = os.fork()
        if not child:
            try:
                live(life)
            finally:
                os._exit(1)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
