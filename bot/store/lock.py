"""One process per database (design §6). Knows nothing of what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import DatabaseInUse, StoreError


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Hold the database for this process while the block runs. Raises DatabaseInUse at once when another has it."""
    lock = FileLock(f"{database.resolve()}.lock")  # by whatever name it is reached
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseInUse(str(database)) from None
    except OSError as error:
        raise StoreError(f"{database}: can't be locked: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def is_held(database: Path) -> bool:
    """Say whether another process has the database at the moment. Raises StoreError."""
    try:
        with held(database):
            return False
    except DatabaseInUse:
        return True
