"""Tests of what may not be read, also where they run as root, to whom permissions mean nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def without_privilege(folder: Path) -> Iterator[None]:
    """Give up the rights of root for a while, in a `folder` of pytest's that is opened for it."""
    if os.geteuid() != 0:
        yield
        return
    for one in (folder, *folder.parents[:-2]):  # /tmp itself is open to all
        one.chmod(one.stat().st_mode | 0o055)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
