"""`paperboy status`: reads how things stand from the database. `status_view` prints it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.cli import options

if TYPE_CHECKING:
    from bot.rendering.report import StatusReport
    from bot.settings import Settings


def status(config: options.Config = None, as_json: options.Json = False) -> None:
    """Show how things stand: posts, readers, problems."""
    from bot.cli import status_view
    from bot.settings import load

    found = _read_status(load(config, with_token=False))
    if as_json:
        options.print_json(asdict(found))
    else:
        status_view.show(found)


def _read_status(settings: Settings) -> StatusReport:
    """Return how things stand. Raises StoreError where there is no database."""
    from bot.clock import now
    from bot.feed import folder as folders
    from bot.publish.report import report
    from bot.store import inspection, lock

    folder = settings.feed.folder
    problem = folders.problem(folder)
    if problem:
        problem = f"{folder}: {problem}"
    running = lock.is_held(settings.store.database)
    with inspection.reading(settings.store.database) as db:
        return report(
            db,
            now(),
            folder=str(folder),
            problem=problem,
            running=running,
            drafts=settings.feed.drafts == "hold",
        )
