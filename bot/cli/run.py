"""`paperboy run`: the bot at work until it is told to stop. Knows no job."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import collector, logs, options
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app import App

#: Exit codes of `run --once`: a channel or the folder is not there; something is left to send.
WENT_WRONG, LEFT_WAITING = 1, 3

_Once = Annotated[
    bool, typer.Option("--once", help="Scan, answer, deliver what is due, then exit.")
]
_Webhook = Annotated[
    bool,
    typer.Option("--webhook", help="Receive updates by webhook instead of polling."),
]


def run(
    config: options.Config = None, once: _Once = False, webhook: _Webhook = False
) -> None:
    """Run the bot: scan the folder, post, answer.

    Ctrl-C stops it; what is left to send goes out after the next start.
    """
    if once and webhook:
        raise UsageError(
            "--once and --webhook can't be combined: a webhook needs a bot that keeps running"
        )
    with collector.off_while_loading():
        from bot.store.early_check import EarlyCheck

        check = EarlyCheck()
        chosen, templates = options.loaded(
            config,
            with_folder=True,
            on_settings=lambda chosen: check.begin(chosen.store.database),
        )
        # loaded while the garbage collector is off and the database is read
        import bot.app
        import bot.session.connecting

        logs.begin(chosen.log)
    opened = bot.app.App.opened(chosen, templates, early_check=check)
    code = asyncio.run(_run(opened, once=once, webhook=webhook))
    if code:
        raise typer.Exit(code)


async def _run(
    opened: AbstractAsyncContextManager[App], *, once: bool, webhook: bool
) -> int:
    """Return the exit code; 0 unless `once`."""
    async with opened as app:
        options.on_signal(app.stop)
        if once:
            left = await app.run_once()
            went_wrong = WENT_WRONG if app.has_problem else 0
            return LEFT_WAITING if left else went_wrong
        await app.run(webhook=webhook)
        return 0
