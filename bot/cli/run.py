"""`paperboy demo` and `paperboy run`: the bot at work until it is told to stop. Knows no job."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import logs, options
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.rendering.templates import Templates
    from bot.settings import Settings

#: `run --once` ends so when something is left waiting (docs/architecture.md, Contract).
LEFT_WAITING = 3


def demo(
    port: Annotated[
        int, typer.Option(metavar="PORT", help="The page's port; by default any free one.", show_default=False)
    ] = 0,
    folder: Annotated[Path | None, typer.Option(metavar="DIR", help="Your articles instead of the samples.")] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the data in this folder, for the next time.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Try the whole bot on this machine, without a token."""
    from bot import demo as stage
    from bot.cli import console
    from bot.settings import Log

    if not 0 <= port <= 65_535:
        raise UsageError(f"--port: {port}: must be from 1 to 65535, or 0 for any free port")
    if folder is not None and not folder.is_dir():
        raise UsageError(f"--folder: {folder}: there is no such folder")
    if keep is not None and keep.exists() and not keep.is_dir():
        raise UsageError(f"--keep: {keep}: is not a folder")
    if keep is not None and stage.remembers(keep):
        console.out.say("\n  What was posted before is remembered, but not shown: the demo's chats start empty.")
    logs.begin(Log())
    place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="paperboy-demo-")
    with place as data:
        asyncio.run(stage.demo(Path(data), port=port, samples=folder, browser=not no_browser, tell=_tell))


def run(
    config: options.Config = None,
    once: Annotated[bool, typer.Option("--once", help="Scan, answer, deliver what is due, then exit.")] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="Receive updates by webhook instead of polling.")] = False,
) -> None:
    """Run the bot: scan the folder, post, answer.

    Ctrl-C stops it; what is left to send goes out after the next start.
    """
    if once and webhook:
        raise UsageError("--once and --webhook can't be combined: a webhook needs a bot that keeps running")
    with _unswept():
        found, templates = options.loaded(config, with_folder=True)
        import bot.app  # noqa: F401 - loaded here, where nothing sweeps meanwhile

        logs.begin(found.log)
    if asyncio.run(_run(found, templates, once=once, webhook=webhook)):
        raise typer.Exit(LEFT_WAITING)


@contextmanager
def _unswept() -> Iterator[None]:
    """Load what stays for good: the garbage collector, a tenth of a start, does not look at it, now or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _run(found: Settings, templates: Templates, *, once: bool, webhook: bool) -> int:
    from bot.app import App

    async with App.opened(found, templates) as app:
        options.on_signal(app.stop)
        if once:
            return await app.run_once()
        await app.run(webhook=webhook)
        return 0


def _tell(address: str) -> None:
    from bot.cli import console

    console.out.say(f"\n  Paperboy's demo is at {address}\n  Press Ctrl-C to stop it.\n")
