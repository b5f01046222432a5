"""The lock that keeps a database to one process. Knows nothing of what is in it.

See docs/architecture.md, One process per database.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import DatabaseInUse, DatabaseLinked, StoreError
from bot.store import links

#: Seconds a lock is tried for: `is_held` of another process takes it for a moment.
_GRACE = 0.2


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Hold the database for this process while the block runs.

    Raises DatabaseInUse when another has it, DatabaseLinked when another could have it by another
    name.
    """
    lock = FileLock(_file(database), mode=0o600)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        if database.is_file() and database.stat().st_nlink > 1:
            # another process could have it by another name
            raise DatabaseLinked(str(database), _other_name(links.real(database)))
        lock.acquire(timeout=_GRACE, poll_interval=_GRACE / 4)
    except Timeout:
        raise DatabaseInUse(str(database)) from None
    except OSError as error:
        raise StoreError(
            f"{database}: can't be locked: {error.strerror or error}"
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_held(database: Path) -> bool:
    """Return True if another process has the database. Needs no right to write."""
    try:
        file = os.open(_file(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks: nobody could hold one
        return False
    else:
        return False
    finally:
        os.close(file)


def _other_name(database: Path) -> str:
    """Return another hard link to the database in its folder; empty: it is elsewhere."""
    others = (
        one
        for one in database.parent.iterdir()
        if one.name != database.name and not one.is_symlink()
    )
    return next((one.name for one in others if one.samefile(database)), "")


def _file(database: Path) -> str:
    """Return the lock's file: one for a database, by whatever name it is reached."""
    return f"{links.real(database)}.lock"
