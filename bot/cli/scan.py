"""`paperboy scan`: records what is new in the folder, and prints what it found. Sends nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.cli import collector, logs, options
from bot.domain.plain_text import counted

if TYPE_CHECKING:
    from bot.ingest.scan_report import ScanReport
    from bot.ingest.scanner import Progress
    from bot.rendering.report import StatusReport
    from bot.rendering.templates import Templates
    from bot.settings import Settings


def scan(config: options.Config = None, as_json: options.Json = False) -> None:
    """Record what is new in the folder; send nothing."""
    with collector.off_while_loading():
        chosen, templates = options.loaded(config, with_folder=True)
        import bot.app  # noqa: F401 - loaded while the garbage collector is off
    logs.silence()
    scanned, status = asyncio.run(_scan(chosen, templates))
    if as_json:
        options.print_json(_as_json(scanned, status))
    else:
        _show(scanned, status)


async def _scan(
    chosen: Settings, templates: Templates
) -> tuple[ScanReport, StatusReport]:
    from bot.app import App

    async with App.opened(chosen, templates) as app:
        options.on_signal(app.stop)
        with _progress_bar() as update:
            scanned = await app.scan(update)
        return scanned, await app.report()


def _as_json(scanned: ScanReport, status: StatusReport) -> dict[str, Any]:
    return {
        "files": scanned.files,
        "unchanged": scanned.unchanged,
        **_counts(scanned),
        "edits": scanned.edits,
        "missing": scanned.missing,
        "articles": status.articles,
        "rejected": [asdict(one) for one in status.rejected],
        "warnings": [
            {"path": one.path, "warning": one.reason} for one in status.warned
        ],
    }


def _show(scanned: ScanReport, status: StatusReport) -> None:
    from bot.cli import console, file_problems

    counts = []
    for relation, count in _counts(scanned).items():
        words = f"{count} {relation}"
        counts.append(words)
    new = ", ".join(counts) or "nothing new"
    files = counted(scanned.files, "file")
    console.out.say(f"{files}: {new}, {scanned.unchanged} unchanged", "bold")
    articles = counted(status.articles, "article")
    console.out.say(f"{articles} in the database")
    file_problems.show(status.warned, status.rejected)


def _counts(scanned: ScanReport) -> dict[str, int]:
    return {
        str(relation): count for relation, count in sorted(scanned.relations.items())
    }


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """Draw a bar on stderr while the block runs; nothing where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scan", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
