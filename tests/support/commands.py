"""Commands as processes of their own, forked from one that has imported the bot: none waits for its imports.

A command gets its arguments, environment, working directory and streams, can be sent signals and has an exit code. What
Python itself does at its start is not part of it: `python -m bot` is tested in test_cli and test_wheel. Not a test by
itself.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from tests.support.paths import ROOT

_LARGEST = 1 << 18  # bytes of one command with its environment


class Command:
    """A command that runs: what asyncio's Process can do, as far as tests need it."""

    def __init__(
        self,
        pid: int,
        answer: asyncio.StreamReader,
        out: asyncio.StreamReader,
        err: asyncio.StreamReader,
    ):
        self.pid = pid
        self.stdout, self.stderr = out, err
        self.returncode: int | None = None
        self._ended = asyncio.ensure_future(self._end(answer))

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err, _ = await asyncio.gather(
            self.stdout.read(), self.stderr.read(), self.wait()
        )
        return out, err

    async def _end(self, answer: asyncio.StreamReader) -> int:
        self.returncode = int(await answer.read())  # to its end, which closes it
        return self.returncode


async def start(
    arguments: Sequence[str], place: Path, environment: Mapping[str, str]
) -> Command:
    """Start a command that this loop can watch."""
    out, theirs_out = os.pipe()
    err, theirs_err = os.pipe()
    answer = begin(arguments, place, environment, (theirs_out, theirs_err))
    os.close(theirs_out)
    os.close(theirs_err)
    lines = await _reader(answer.detach())
    return Command(
        int(await lines.readline()), lines, await _reader(out), await _reader(err)
    )


def run(
    arguments: Sequence[str],
    place: Path,
    environment: Mapping[str, str],
    streams: tuple[int, int],
    patience: float,
) -> int:
    """Run a command to its end, with these streams as its output and errors; return its exit code."""
    with (
        begin(arguments, place, environment, streams) as answer,
        answer.makefile() as lines,
    ):
        answer.settimeout(patience)
        pid = int(lines.readline())
        try:
            return int(lines.readline())
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise


def begin(
    arguments: Sequence[str],
    place: Path,
    environment: Mapping[str, str],
    streams: tuple[int, int],
) -> socket.socket:
    """Begin a command; the socket tells its number, and later its exit code."""
    told = json.dumps(
        {
            "arguments": list(arguments),
            "place": str(place),
            "environment": dict(environment),
        }
    )
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_server(), [told.encode()], [*streams, theirs.fileno()])
    return ours


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: protocol, os.fdopen(descriptor, "rb", 0)
    )
    return reader


@cache
def _server() -> socket.socket:
    """Return what commands are sent to: one process for all tests of this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PAPERBOY_")
    }
    process = subprocess.Popen(
        (sys.executable, "-m", "tests.support.commands", str(theirs.fileno())),
        cwd=ROOT,
        env=kept | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours


# --- the process that forks -------------------------------------------------------------------------------------------


def main() -> None:
    """Fork for each command that comes, until nobody is there to send one."""
    import bot

    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=int(sys.argv[1]))
    while True:
        told, files, *_ = socket.recv_fds(control, _LARGEST, 3)
        if not told:
            return
        if not os.fork():
            control.close()
            _watched(json.loads(told), *files)
            return
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _watched(told: dict[str, object], out: int, err: int, answer: int) -> None:
    """Become the command in another fork; this one tells its number and how it ended."""
    child = os.fork()
    if not child:
        os.close(answer)
        _become(told, out, err)
        return
    os.close(out)
    os.close(err)
    with suppress(BrokenPipeError):
        os.write(answer, f"{child}\n".encode())
        os.write(
            answer, f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode()
        )
    os._exit(0)


def _become(told: dict[str, object], out: int, err: int) -> None:
    from bot import cli

    for stream, file in ((1, out), (2, err)):
        os.dup2(file, stream)
        os.close(file)
    opened = partial(open, mode="w", encoding="utf-8", closefd=False)
    sys.stdout = opened(1, buffering=1 if os.isatty(1) else -1)
    sys.stderr = opened(2, errors="backslashreplace", buffering=1)
    os.chdir(str(told["place"]))
    os.environ.clear()
    os.environ.update(told["environment"])  # type: ignore[call-overload]
    time.tzset()
    sys.argv = ["paperboy", *told["arguments"]]  # type: ignore[misc]
    cli.main()


if __name__ == "__main__":
    main()
