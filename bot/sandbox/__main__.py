"""`python -m bot.sandbox`: a sandbox as a process. Prints its address as JSON, ends on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from typing import Any

from bot.sandbox.limits import Limits
from bot.sandbox.refusals import SandboxError
from bot.sandbox.server import Sandbox


def main() -> int:
    """Serve until a signal; return 1 if the port can't be used."""
    options = _options()
    try:
        asyncio.run(_serve(options))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=0, help="0 (the default) takes any free one"
    )
    token = os.environ.get("PAPERBOY_TELEGRAM__TOKEN")
    parser.add_argument("--token", default=token, help="a new one if not given")
    several: dict[str, Any] = {"action": "append", "default": []}
    channel = "@name of a channel to begin with; repeatable"
    parser.add_argument("--channel", help=channel, **several)
    parser.add_argument("--person", help="id:name of somebody; repeatable", **several)
    parser.add_argument(
        "--limits", action="store_true", help="enforce Telegram's rates"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="decides which calls meet a fault"
    )
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Sandbox(options.port, options.token, seed=options.seed) as telegram:
        if options.limits:
            telegram.limit(Limits())
        for name in options.channel:
            telegram.world.add_channel(name.removeprefix("@"), name.removeprefix("@"))
        for person in options.person:
            number, _, name = person.partition(":")
            telegram.world.add_person(name or "Somebody", id=int(number))
        address = {
            "base_url": telegram.base_url,
            "token": telegram.token,
            "pid": os.getpid(),
        }
        sys.stdout.write(json.dumps(address) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
