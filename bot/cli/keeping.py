"""`paperboy backup` and `paperboy restore`: copies of the database. Knows no table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    config: options.Config = None,
) -> None:
    """Copy the database to FILE, also while the bot runs."""
    from bot import settings
    from bot.store import backup as copies

    database = settings.load(config).store.database
    size = copies.backup(database, file)
    typer.echo(f"{file}: a copy of {database}, {size:,} bytes")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `backup` made.")],
    config: options.Config = None,
) -> None:
    """Put a copy in the database's place, after verifying it. The bot must not run."""
    from bot import settings
    from bot.store import backup as copies
    from bot.store import lock

    database = settings.load(config).store.database
    with lock.held(database):
        copies.restore(file, database)
    typer.echo(f"{database}: restored from {file}")
