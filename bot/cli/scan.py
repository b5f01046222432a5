"""`paperboy scan`: records what is new in the folder, and prints what it found. Sends nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.cli import collector, logs, options
from bot.domain.plain_text import counted

if TYPE_CHECKING:
    from bot.app import App
    from bot.ingest.scan_report import ScanReport
    from bot.ingest.scanner import Progress
    from bot.rendering.report import StatusReport


def scan(config: options.Config = None, as_json: options.Json = False) -> None:
    """Record what is new in the folder; send nothing."""
    with collector.off_while_loading():
        settings, templates = options.loaded(config, with_folder=True)
        from bot.app import App
    logs.silence()
    opening = App.opened(settings, templates)
    scanned, status = asyncio.run(_scan(opening))
    if as_json:
        options.print_json(_as_json(scanned, status))
    else:
        _show(scanned, status)


async def _scan(
    opening: AbstractAsyncContextManager[App],
) -> tuple[ScanReport, StatusReport]:
    async with opening as app:
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
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("Reading"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
    )
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scan", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
