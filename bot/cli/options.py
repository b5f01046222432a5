"""What several commands take, and what they all begin with. Runs no command."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler

from bot import settings
from bot.app import words
from bot.chat import secrets
from bot.errors import UsageError
from bot.rendering.templates import Templates
from bot.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The settings; else PAPERBOY_CONFIG, else config/paperboy.toml."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def loaded(config: Path | None) -> tuple[Settings, Templates]:
    """Return the checked settings and words. Raises UsageError, one line for each problem."""
    problems: list[str] = []
    found: Settings | None = None
    templates: Templates | None = None
    try:
        found = settings.load(config)
    except UsageError as error:
        problems += error.problems
    try:
        templates = words(settings.file_in_use(config).parent)
    except UsageError as error:
        problems += error.problems
    if found is None or templates is None:
        raise UsageError(*problems)
    return found, templates


def with_folder(found: Settings) -> None:
    """Raise UsageError unless the folder of articles is there."""
    folder = found.feed.folder
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "there is no such folder"
        raise UsageError(f"feed.folder: {folder}: {what}. Make it, or set [feed] folder (PAPERBOY_FEED__FOLDER).")


def log_to_stderr() -> None:
    """Say what happens as it happens, dressed where a person looks; never a token."""
    logging.captureWarnings(True)
    if sys.stderr.isatty():
        handler: logging.Handler = RichHandler(console=Console(stderr=True), show_path=False, rich_tracebacks=False)
        handler.setFormatter(logging.Formatter("%(message)s", datefmt="%X"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("apscheduler", "watchfiles", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    secrets.guard()
