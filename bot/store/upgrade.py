"""Keeps a copy of a database as it was before an upgrade. Changes no database."""

from __future__ import annotations

import filecmp
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from bot.errors import StoreError
from bot.store import copying, inspection, links
from bot.store.inspection import Depth

_log = logging.getLogger(__name__)


def keep_copy(database: Path) -> Path | None:
    """Copy a database before its upgrade and return the path; None: no upgrade is needed.

    The caller holds the lock. The copy is verified, readable by its owner only, and never takes the
    place of a different one. Raises StoreError where it can't be written: the database must stay as
    it is then.
    """
    if not database.exists() or not (step := inspection.pending_step(database)):
        return None
    real = links.real(database)
    part = real.with_name(f".{real.name}.part")
    try:
        copying.begin(part)
        with closing(sqlite3.connect(real)) as source:
            copying.copy(source, part)
        inspection.examine(part, Depth.PAGES)
        kept = next(
            name
            for name in _names(real, step)
            if not name.exists() or _alike(part, name)
        )
        copying.replace(part, kept)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{database}: was not upgraded, because a copy of it could not be written: "
            f"{copying.reason(error)}",
            "Make room beside it for a copy, and start again.",
        ) from error
    finally:
        copying.remove(part)
    _log.info(
        "%s is being upgraded; a copy of it as it was is kept as %s",
        database.name,
        kept.name,
    )
    return kept


def _names(database: Path, step: str) -> Iterator[Path]:
    """Yield where the copy may lie: named by the first step that the database lacks."""
    number, _, _ = step.partition("_")
    name = f"{database.name}.before-{number}"
    yield database.with_name(name)
    for repeat in count(2):
        yield database.with_name(f"{name}-{repeat}")


def _alike(one: Path, other: Path) -> bool:
    return other.is_file() and filecmp.cmp(one, other, shallow=False)
