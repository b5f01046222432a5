"""`paperboy backup` and `paperboy restore`. The copying itself is `store.backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", hidden=True)],
    config: options.Config = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also replace a backup of another database.")
    ] = False,
) -> None:
    """Copy the database to FILE, also while the bot runs.

    FILE may be an earlier backup of the same database, which is replaced. Any other file is kept.
    """
    from bot import settings
    from bot.cli import console
    from bot.store import backup as copies

    database = settings.load(config, with_token=False).store.database
    size = copies.backup(database, file, force=force)
    console.out.say(f"{file}: a copy of {database}, {size:,} bytes")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", hidden=True)],
    config: options.Config = None,
) -> None:
    """Put the backup FILE in the database's place.

    The bot must not be running. The database that is replaced is kept beside it.
    """
    from bot import settings
    from bot.cli import console
    from bot.clock import now
    from bot.store import backup as copies
    from bot.store import lock

    database = settings.load(config, with_token=False).store.database
    with lock.held(database):
        kept = copies.restore(file, database, now())
    console.out.say(f"{database}: restored from {file}")
    if kept:
        console.out.say(f"What it replaced is kept: {database.parent / kept.name}")
