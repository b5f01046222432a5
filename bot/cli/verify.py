"""`paperboy verify`: prints whether every article went where it should. Changes nothing.

The comparison itself is `publish.verification`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bot.cli import options
from bot.domain.plain_text import counted

if TYPE_CHECKING:
    from bot.publish.verification import Verified
    from bot.rendering.templates import Templates
    from bot.settings import Settings

#: What one row of a table is.
_ROWS = {
    "articles": "article",
    "deliveries": "delivery",
    "chats": "chat",
    "files": "file",
}


def verify(config: options.Config = None, as_json: options.Json = False) -> None:
    """Check that every article went where it should, and once.

    Compares what the database holds; sends nothing. Exits with 1 where something is wrong.
    """
    chosen, templates = options.loaded(config, with_token=False)
    result = _verified(chosen, templates)
    if as_json:
        options.print_json(asdict(result))
    else:
        show(result)
    if result.findings:
        raise typer.Exit(1)


def _verified(chosen: Settings, templates: Templates) -> Verified:
    """Compare the whole database, also while the bot runs. Raises StoreError if unreadable."""
    from bot.clock import now
    from bot.publish import verification
    from bot.store import inspection, lock

    database = chosen.store.database
    with inspection.reading(database) as db:
        return verification.verify(
            db,
            chosen.channels,
            templates.taxonomy,
            now(),
            running=lock.is_held(database),
            max_age=chosen.feed.max_age,
        )


def show(result: Verified) -> None:
    """Print how many rows were compared, and each finding."""
    from bot.cli import console

    counts = [
        counted(count, _ROWS.get(table, table))
        for table, count in result.counts.items()
    ]
    console.out.say(", ".join(counts))
    for finding in result.findings:
        words = finding.what
        if finding.about:
            words = f"{finding.about}: {words}"
        console.out.say(words, sign=console.PROBLEM)
    if not result.findings:
        console.out.say(
            "every article went where it should, and once", sign=console.FINE
        )
