"""`paperboy demo`: checks its options and runs `bot.demo` until it is told to stop."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import logs
from bot.errors import UsageError

_Port = Annotated[
    int,
    typer.Option(
        metavar="PORT",
        help="The page's port; by default any free one.",
        show_default=False,
    ),
]
_Folder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Your articles instead of the samples."),
]
_Keep = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Keep the data in this folder, for the next time."
    ),
]
_NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Only print the address.")
]


def demo(
    port: _Port = 0,
    folder: _Folder = None,
    keep: _Keep = None,
    no_browser: _NoBrowser = False,
) -> None:
    """Try the whole bot on this machine, without a token."""
    from bot.cli import console
    from bot.demo import remembers, run
    from bot.settings import Log

    _check_options(port, folder, keep)
    if keep is not None and remembers(keep):
        console.out.say(
            "\n  What was posted before is remembered, but not shown: the demo's chats start empty."
        )
    logs.begin(Log())
    place = (
        nullcontext(str(keep))
        if keep
        else tempfile.TemporaryDirectory(prefix="paperboy-demo-")
    )
    with place as data:
        asyncio.run(
            run(
                Path(data),
                port=port,
                samples=folder,
                browser=not no_browser,
                show=_show_address,
            )
        )


def _check_options(port: int, folder: Path | None, keep: Path | None) -> None:
    """Raise UsageError for an option that can't be used."""
    if not 0 <= port <= 65_535:
        raise UsageError(
            f"--port: {port}: must be from 1 to 65535, or 0 for any free port"
        )
    if folder is not None and not folder.is_dir():
        raise UsageError(f"--folder: {folder}: there is no such folder")
    if keep is not None and keep.exists() and not keep.is_dir():
        raise UsageError(f"--keep: {keep}: is not a folder")


def _show_address(address: str) -> None:
    from bot.cli import console

    console.out.say(
        f"\n  Paperboy's demo is at {address}\n  Press Ctrl-C to stop it.\n"
    )
