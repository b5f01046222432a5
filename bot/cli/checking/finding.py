"""One thing that a check looked at, and how grave it is. Looks at nothing itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["fine", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    #: What to do about it; empty when it is fine.
    mend: str = ""


def fine(what: str) -> Finding:
    """Return a finding that nothing has to be done about."""
    return Finding("fine", what)


def warning(what: str, fix: str) -> Finding:
    """Return a finding that does not keep the bot from working."""
    return Finding("warning", what, fix)


def problem(what: str, fix: str) -> Finding:
    """Return a finding that keeps the bot, or one of its channels, from working."""
    return Finding("problem", what, fix)


def may(place: Path, mode: int) -> bool:
    """Return True if this process has access in `mode`; like `os.access`, but for its effective user."""
    return os.access(place, mode, effective_ids=os.access in os.supports_effective_ids)
