"""Where a path of a database or backup leads. Opens nothing."""

from __future__ import annotations

from pathlib import Path

from bot.errors import StoreError


def real(path: Path) -> Path:
    """Return the file that a path leads to, whether or not it exists.

    Raises StoreError for a link that leads to itself.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise StoreError(
            f"{path}: is a link that leads back to itself",
            "Remove the link, or name another file.",
        ) from error
