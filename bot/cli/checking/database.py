"""The database and its disk: present, undamaged, writable, with free space. Changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.cli.checking.finding import Finding, fine, may, problem, warning
from bot.clock import now
from bot.domain.arrival import Waits
from bot.errors import StoreError
from bot.publish import automatic_decision
from bot.settings import Settings
from bot.store import channel_starts, disk, holding, inspection, links
from bot.store.inspection import Depth

#: Free bytes below which a disk is nearly full, and below which nothing can be written.
_LITTLE, _NOTHING = 100_000_000, 1_000_000


def findings(database: Path) -> list[Finding]:
    """Return what is wrong with the database, or that nothing is."""
    try:
        links.real(database)
        if not database.exists():
            return [_new_database(database)]
        inspection.examine(database, Depth.EVERYTHING)
    except StoreError as error:
        return [problem(f"store.database: {error.what}", error.fix)]
    for place in (database, links.real(database).parent):
        if not may(place, os.W_OK):
            fix = (
                "Run the bot as the user who owns it, "
                f"or give its user the right to write {place}."
            )
            return [
                problem(f"store.database: {place} can't be written by this user", fix)
            ]
    return [fine(f"store.database: {database}"), *_waiting(database)]


def _waiting(database: Path) -> Iterator[Finding]:
    """Warn of articles that wait for an editor or were skipped because there was none."""
    with inspection.reading(database) as db:
        skipped = automatic_decision.last(db, now())
        waits = holding.counts(db)
    if skipped:
        yield warning(f"articles: {skipped}", "Set [telegram] admins and press Start.")
    if count := waits.get(Waits.BULK, 0) + waits.get(Waits.RESTORED, 0):
        yield warning(
            f"articles: {count} {'waits' if count == 1 else 'wait'} for an editor's decision",
            "/status shows them; [telegram] admins names the editors.",
        )


def disk_findings(chosen: Settings) -> Iterator[Finding]:
    """Yield what is wrong with the disk: full, or lost at the next start."""
    database = chosen.store.database
    try:
        links.real(database)
    except StoreError:  # `findings` tells it
        return
    free = shutil.disk_usage(_place(database)).free
    if free < _LITTLE:
        what = (
            f"store.database: {database}: its disk has only {free // 1_000_000} MB left"
        )
        fix = "Free some space, or set [store] database elsewhere."
        yield problem(what, fix) if free < _NOTHING else warning(what, fix)
    reason = disk.temporary(database, os.environ)
    if not reason or chosen.feed.chose_start or _has_served(database):
        return
    yield warning(
        f"store.database: {database} is new and {reason}: "
        "the bot will post nothing that is there already",
        "Put it on a disk that lasts, or set [feed] first_run, for every start to post that many.",
    )


def _new_database(database: Path) -> Finding:
    place = _place(database)
    if not place.is_dir():
        return problem(
            f"store.database: {place} is not a folder",
            "Set [store] database to another place.",
        )
    if not may(place, os.W_OK | os.X_OK):
        return problem(
            f"store.database: {place} can't be written",
            "Set [store] database to another place.",
        )
    return fine(f"store.database: {database} will be made")


def _place(database: Path) -> Path:
    """Return the nearest existing folder above the database."""
    return next(parent for parent in database.absolute().parents if parent.exists())


def _has_served(database: Path) -> bool:
    try:
        with inspection.reading(database) as db:
            return channel_starts.any_begun(db)
    except StoreError:  # reported already, or not there yet
        return database.exists()
