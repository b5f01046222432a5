"""`paperboy demo`: the whole bot against the sandbox. Needs no token and calls no other machine.

Joins the sandbox and the app, which don't know each other.
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
from bot.app import App
from bot.domain import plain_text
from bot.errors import UsageError
from bot.rendering.loading import words
from bot.sandbox import Sandbox
from bot.sandbox.folder import Folder
from bot.settings import Settings

#: Articles in the folder at the start; a click adds the next one.
FIRST = 8
CHANNEL = "paperboy_daily"
DATABASE = "paperboy.db"
#: A demo that continues an earlier one numbers its messages from the seconds since this moment:
#: above all numbers used before, which the bot has recorded and must not see again.
EPOCH = 1_600_000_000


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is set up: the bot, the sandbox and the folder between them."""

    app: App
    sandbox: Sandbox
    folder: Folder

    @property
    def address(self) -> str:
        """The address of the chat page."""
        return f"{self.sandbox.base_url}/"


@asynccontextmanager
async def prepared(
    keep: Path, *, port: int = 0, samples: Path | None = None
) -> AsyncIterator[Demo]:
    """Set up a demo that keeps its copy of the articles and its database in the folder `keep`.

    Raises UsageError for a folder without articles, SandboxError for a port that is taken.
    """
    source = samples or shipped.articles()
    folder = Folder(source, keep / "articles", FIRST, shown=plain_text.repair)
    if not any(folder.listing().values()):
        problem = "there are no articles in it (.md, .markdown, .txt)"
        raise UsageError(f"--folder: {samples}: {problem}")
    async with Sandbox(port=port, extras=folder.routes()) as sandbox:
        folder.publish = sandbox.publish
        editor = _populate(sandbox)
        if remembers(keep):
            sandbox.world.go_on_after(int(sandbox.clock().timestamp()) - EPOCH)
        chosen = _settings(keep, sandbox, editor)
        async with App.opened(chosen, words(None)) as app:
            yield Demo(app, sandbox, folder)


def _populate(sandbox: Sandbox) -> int:
    """Add the demo's people and its channel; return the editor's id."""
    sandbox.world.add_person("Ann", username="ann")
    editor = sandbox.world.add_person("Eddie", username="eddie")
    sandbox.world.add_channel("Paperboy Daily", username=CHANNEL)
    return editor.id


async def run(
    keep: Path,
    *,
    port: int,
    samples: Path | None,
    browser: bool,
    show: Callable[[str], None],
) -> None:
    """Run the demo until a signal ends it; `show` is called with the page's address."""
    async with prepared(keep, port=port, samples=samples) as demo:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, demo.app.stop)
        show(demo.address)
        if browser and _has_screen():
            _open_in_browser(demo.address)
        await demo.app.run()


def remembers(keep: Path) -> bool:
    """Return True if an earlier demo was kept in this folder."""
    return (keep / DATABASE).exists()


def _open_in_browser(address: str) -> None:
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _has_screen() -> bool:
    """Return True if a browser would open a window: a text browser would take over our terminal."""
    if sys.platform in ("darwin", "win32") or "BROWSER" in os.environ:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _settings(keep: Path, sandbox: Sandbox, editor: int) -> Settings:
    """Return the settings of a demo, with high rate limits. Reads no file and no variable."""
    telegram = {
        "token": sandbox.token,
        "api_base_url": sandbox.base_url,
        "admins": [editor],
    }
    return Settings.model_construct(
        telegram=settings.Telegram.model_validate(telegram),
        feed=settings.Feed(
            folder=keep / "articles", interval_seconds=2.0, first_run="all"
        ),
        store=settings.Store(database=keep / DATABASE),
        channels=(settings.Channel(chat=f"@{CHANNEL}"),),
        pace=settings.Pace(per_chat_seconds=0.05, per_group_minute=1_000),
        delivery=settings.Delivery(doubt_seconds=5, edit_seconds=0.5, undo_seconds=2),
        readers=settings.Readers(),
        web=settings.Web(),
    )
