"""Options that several commands share, and loading of the settings. Runs no command."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import escaping
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.rendering.templates import Templates
    from bot.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The settings file; by default PAPERBOY_CONFIG or config/paperboy.toml.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def on_signal(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM, on Ctrl-C, and when the terminal is closed."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop)
    loop.add_signal_handler(signal.SIGINT, stop)
    closed = signal.SIGHUP
    if signal.getsignal(closed) is not signal.SIG_IGN:  # nohup ignores it
        loop.add_signal_handler(closed, stop)


def loaded(
    config: Path | None,
    *,
    with_folder: bool = False,
    with_token: bool = True,
    on_settings: Callable[[Settings], None] = lambda chosen: None,
) -> tuple[Settings, Templates]:
    """Return the checked settings and templates.

    with_folder: the folder of articles must exist. with_token: see `settings.load`.
    on_settings: called with the settings before the templates are loaded.
    Raises UsageError with one line for each problem.
    """
    from bot import settings
    from bot.rendering.loading import words

    problems: list[str] = []
    chosen: Settings | None = None
    templates: Templates | None = None
    try:
        chosen = settings.load(config, with_token=with_token)
        on_settings(chosen)
        if with_folder:
            problems += _folder_problems(chosen.feed.folder)
    except UsageError as error:
        problems += error.problems
    try:
        templates = words(settings.file_in_use(config).parent)
    except UsageError as error:
        problems += error.problems
    if chosen is None or templates is None or problems:
        raise UsageError(*problems)
    return chosen, templates


def settings_alone(config: Path | None) -> tuple[Settings, tuple[str, ...]]:
    """Return the checked settings, and a line for each problem of templates and topics.

    Raises UsageError if the settings are invalid; it lists all problems.
    """
    from bot import settings

    try:
        return loaded(config)[0], ()
    except UsageError as error:
        try:
            return settings.load(config), error.problems
        except UsageError:
            raise error from None


def print_json(value: Any) -> None:
    """Print one line of JSON; characters that the terminal's encoding lacks are escaped."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    typer.echo(
        escaping.json(json.dumps(value, ensure_ascii=not utf8, default=_as_text))
    )


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _folder_problems(folder: Path) -> list[str]:
    from bot.feed import folder as folders

    what = folders.problem(folder)
    if not what:
        return []
    return [
        f"feed.folder: {folder}: {what}. Make it, or set [feed] folder (PAPERBOY_FEED__FOLDER)."
    ]
