"""`paperboy scan`, `preview`, `check` and `status`: what there is and how it stands. Nothing here sends a post."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import settings
from bot.app import App, now, words
from bot.cli import checking, options, showing
from bot.delivery import Payload
from bot.errors import ArticleError, PaperboyError, StoreError
from bot.feed import document
from bot.publishing.report import report
from bot.publishing.scan import ScanReport
from bot.rendering import posts
from bot.rendering.report import StatusReport
from bot.rendering.templates import Templates
from bot.settings import Settings
from bot.store.database import open_database

#: The bot's name where there is no bot (design §3).
NOBODY = "your_bot"


def scan(config: options.Config = None, as_json: options.Json = False) -> None:
    """Record what is new in the folder and send nothing."""
    found, templates = options.loaded(config)
    options.with_folder(found)
    scanned, standing = asyncio.run(_scan(found, templates))
    if as_json:
        typer.echo(json.dumps(_scanned(scanned, standing), ensure_ascii=False))
    else:
        showing.scan(scanned, standing)


def preview(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Article files.")],
    as_json: options.Json = False,
) -> None:
    """Show what would be sent for article files: one JSON object a line, or drawn where a person looks."""
    templates = words(settings.file_in_use().parent)
    drawn = sys.stdout.isatty() and not as_json
    failed = False
    for file in files:
        found = _previewed(file, templates)
        failed = failed or "error" in found
        if drawn:
            showing.post(found)
        else:
            typer.echo(json.dumps(found, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def check(config: options.Config = None) -> None:
    """Look for what would keep the bot from its work: settings, folder, database, token, rights."""
    found, _ = options.loaded(config)
    findings = asyncio.run(checking.findings(found))
    showing.findings(findings)
    if any(one.level == "problem" for one in findings):
        raise typer.Exit(1)


def status(config: options.Config = None, as_json: options.Json = False) -> None:
    """Show how things stand: articles, readers, deliveries, rejected files."""
    found = settings.load(config)
    database = found.store.database
    if not database.is_file():
        raise StoreError(f"{database}: there is no database yet; `paperboy run` or `paperboy scan` makes it")
    db = open_database(database)
    try:
        standing = report(db, now(), folder=str(found.feed.folder))
    finally:
        db.close()
    if as_json:
        typer.echo(json.dumps(asdict(standing), default=str, ensure_ascii=False))
    else:
        showing.status(standing)


async def _scan(found: Settings, templates: Templates) -> tuple[ScanReport, StatusReport]:
    async with App.opened(found, templates) as app:
        with showing.progress() as tell:
            scanned = await app.scan(tell)
        return scanned, await app.report()


def _scanned(scanned: ScanReport, standing: StatusReport) -> dict[str, Any]:
    return {
        "files": scanned.files,
        "unchanged": scanned.unchanged,
        **{str(verdict): count for verdict, count in sorted(scanned.verdicts.items())},
        "edits": scanned.edits,
        "missing": scanned.missing,
        "articles": standing.articles,
        "rejected": [asdict(one) for one in standing.rejected],
    }


def _previewed(file: Path, templates: Templates) -> Payload:
    """Return what would be sent for one file, or why nothing would, by the keys of design §3."""
    place = file.absolute()
    try:
        article = document.read(place.parent, place.name, max_bytes=settings.Feed().max_file_bytes)
        payload = posts.post(templates, article, bot=NOBODY, taxonomy=templates.taxonomy)
    except ArticleError as error:
        return {"file": str(file), "error": error.reason}
    except PaperboyError as error:
        return {"file": str(file), "error": str(error)}
    return {"file": str(file), **payload}
