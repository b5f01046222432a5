"""`paperboy scan`, `preview`, `check`, `status` and `verify`: what there is and how it stands. Nothing here posts."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import logs, options
from bot.domain.plain_text import counted
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.ingest.scanner import ScanReport
    from bot.publish.verification import Verified
    from bot.rendering.report import StatusReport
    from bot.rendering.templates import Templates
    from bot.settings import Settings


def scan(config: options.Config = None, as_json: options.Json = False) -> None:
    """Record what is new in the folder; send nothing."""
    from bot.cli import status_view

    found, templates = options.loaded(config, with_folder=True)
    logs.silence()
    scanned, standing = asyncio.run(_scan(found, templates))
    if as_json:
        options.print_json(_scanned(scanned, standing))
    else:
        status_view.scan(scanned, standing)


def preview(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", hidden=True)],
    config: options.Config = None,
    as_json: options.Json = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="PAGE", help="Write the posts as a page to open in a browser.")
    ] = None,
) -> None:
    """Show the posts that article files would become.

    Drawn on a terminal; elsewhere, and with --json, one JSON object a line. Needs no token and sends nothing.
    """
    from bot import settings
    from bot.app import now
    from bot.cli import console, preview_payload
    from bot.rendering.loading import words

    templates = words(settings.file_in_use(config).parent)
    chosen, problems = preview_payload.settings_or_defaults(config)
    for problem in problems:
        console.err.say(f"{problem} (previewed with the defaults)")
    previews = []
    show = _drawn() if sys.stdout.isatty() and not as_json else options.print_json
    for file in files:
        previews.append(preview_payload.previewed(file, templates, chosen, now()))
        if html is None:
            show(previews[-1])
    if html is not None:
        from bot.cli import preview_drawing

        html.write_text(preview_drawing.page(previews), encoding="utf-8", errors="backslashreplace")
        drawn = [one for one in previews if "error" not in one]
        console.out.say(f"{html}: {counted(len(drawn), 'post')}")
        for one in previews:
            if "error" in one:
                console.err.say(f"{one['file']}: {one['error']}")
    if any("error" in one for one in previews):
        raise typer.Exit(1)


def check(config: options.Config = None) -> None:
    """Find what would stop the bot from working.

    Looks at settings, folder, database, token, editors, and the rights in every channel; says how to fix each problem.
    Exits with 1 where there is one.
    """
    from bot import settings
    from bot.cli import checking, status_view

    configured = settings.file_in_use(config).parent
    found, problems = options.settings_alone(config)
    findings = asyncio.run(checking.findings(found, configured))
    status_view.findings(findings)
    if problems:
        raise UsageError(*problems)
    if any(one.level == "problem" for one in findings):
        raise typer.Exit(1)


def status(config: options.Config = None, as_json: options.Json = False) -> None:
    """Show how things stand: posts, readers, problems."""
    from bot import settings
    from bot.cli import status_view

    standing = _standing(settings.load(config, with_token=False))
    if as_json:
        options.print_json(asdict(standing))
    else:
        status_view.status(standing)


def verify(config: options.Config = None, as_json: options.Json = False) -> None:
    """Check that every article went where it should, and once.

    Compares what the database holds; sends nothing. Exits with 1 where something is wrong.
    """
    from bot.cli import status_view

    found, templates = options.loaded(config, with_token=False)
    verified = _verified(found, templates)
    if as_json:
        options.print_json(asdict(verified))
    else:
        status_view.verified(verified)
    if verified.findings:
        raise typer.Exit(1)


def _verified(found: Settings, templates: Templates) -> Verified:
    """Look at the whole database, also while the bot runs. Raises StoreError where it is not there or unreadable."""
    from bot.app import now
    from bot.publish import verification
    from bot.store import inspection, lock

    database = found.store.database
    with inspection.reading(database) as db:
        running = lock.is_held(database)
        return verification.verify(
            db, found.channels, templates.taxonomy, now(), running=running, max_age=found.feed.max_age
        )


def _standing(found: Settings) -> StatusReport:
    """Return how things stand. Raises StoreError where there is no database."""
    from bot.app import now
    from bot.publish.report import report
    from bot.store import inspection, lock

    folder = found.feed.folder
    problem = "" if folder.is_dir() else f"{folder}: is not a folder"
    running = lock.is_held(found.store.database)
    with inspection.reading(found.store.database) as db:
        drafts = found.feed.drafts == "hold"
        return report(db, now(), folder=str(folder), problem=problem, running=running, drafts=drafts)


async def _scan(found: Settings, templates: Templates) -> tuple[ScanReport, StatusReport]:
    from bot.app import App
    from bot.cli import status_view

    async with App.opened(found, templates) as app:
        options.on_signal(app.stop)
        with status_view.progress() as tell:
            scanned = await app.scan(tell)
        return scanned, await app.report()


def _scanned(scanned: ScanReport, standing: StatusReport) -> dict[str, Any]:
    return {
        "files": scanned.files,
        "unchanged": scanned.unchanged,
        **{str(relation): count for relation, count in sorted(scanned.relations.items())},
        "edits": scanned.edits,
        "missing": scanned.missing,
        "articles": standing.articles,
        "rejected": [asdict(one) for one in standing.rejected],
        "warnings": [{"path": one.path, "warning": one.reason} for one in standing.warned],
    }


def _drawn() -> Any:
    from bot.cli import status_view

    return status_view.post
