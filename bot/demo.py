"""`paperboy demo`: the whole bot against the built-in stand-in for Telegram. No token, no account, nothing leaves here.

Joins the sandbox and the app; neither knows of the other.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import settings, shipped
from bot.app import App, words
from bot.domain import plain_text
from bot.errors import UsageError
from bot.sandbox import Sandbox
from bot.sandbox.folder import Folder
from bot.settings import Settings

#: Articles in the folder at the start; the others are dropped by a click.
FIRST = 8
CHANNEL = "paperboy_daily"
DATABASE = "paperboy.db"
#: Messages of a demo that goes on are numbered by the second since then, later than any of the demos before it: the bot
#: remembers those, and must not take a new message for one of them.
EPOCH = 1_600_000_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo that is set up: the bot, the stand-in and the folder between them."""

    app: App
    sandbox: Sandbox
    folder: Folder

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"{self.sandbox.base_url}/"


@asynccontextmanager
async def staged(keep: Path, *, port: int = 0, samples: Path | None = None) -> AsyncIterator[Stage]:
    """Set everything up in the folder `keep`: a copy of the samples, the database, the stand-in on loopback.

    Raises UsageError for a folder without articles, SandboxError for a port that is taken.
    """
    folder = Folder(samples or shipped.articles(), keep / "articles", FIRST, shown=plain_text.repair)
    if not any(folder.listing().values()):
        raise UsageError(f"--folder: {samples}: there are no articles in it (.md, .markdown, .txt)")
    async with Sandbox(port=port, extras=folder.routes()) as sandbox:
        folder.publish = sandbox.publish
        world = sandbox.world
        world.add_person("Ann", username="ann")
        editor = world.add_person("Eddie", username="eddie")
        world.add_channel("Paperboy Daily", username=CHANNEL)
        if remembers(keep):
            world.go_on_after(int(sandbox.clock().timestamp()) - EPOCH)
        chosen = _settings(keep, sandbox, editor.id)
        async with App.opened(chosen, words(None)) as app:
            yield Stage(app, sandbox, folder)


async def demo(keep: Path, *, port: int, samples: Path | None, browser: bool, tell: Callable[[str], None]) -> None:
    """Run the demo until it is cancelled or told to stop; `tell` gets the page's address."""
    async with staged(keep, port=port, samples=samples) as stage:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, stage.app.stop)
        tell(stage.address)
        if browser and _has_screen():
            threading.Thread(target=webbrowser.open, args=(stage.address,), daemon=True).start()
        await stage.app.run()


def remembers(keep: Path) -> bool:
    """Say whether a demo has been here before."""
    return (keep / DATABASE).exists()


def _has_screen() -> bool:
    """Say whether a browser would have a window; one that lives in the terminal would take it away from us."""
    elsewhere = sys.platform in ("darwin", "win32") or "BROWSER" in os.environ
    return elsewhere or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _settings(keep: Path, sandbox: Sandbox, editor: int) -> Settings:
    """Return the settings of a demo: the operator's file and variables have no part in it; the pace is looser."""
    return Settings.model_construct(
        telegram=settings.Telegram.model_validate(
            {"token": sandbox.token, "api_base_url": sandbox.base_url, "admins": [editor]}
        ),
        feed=settings.Feed(folder=keep / "articles", interval_seconds=2.0, first_run="all"),
        store=settings.Store(database=keep / DATABASE),
        channels=(settings.Channel(chat=f"@{CHANNEL}"),),
        pace=settings.Pace(per_chat_seconds=0.05, per_group_minute=1_000),
        delivery=settings.Delivery(doubt_seconds=5, edit_seconds=0.5, undo_seconds=2),
        readers=settings.Readers(),
        web=settings.Web(),
    )
