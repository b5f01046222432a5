"""The record that every check returns. Checks nothing itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How grave a finding is."""

    #: Nothing has to be done.
    FINE = "fine"
    #: The bot works, but perhaps not as intended.
    WARNING = "warning"
    #: The bot, or one of its channels, can't work.
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    level: Level
    what: str
    #: What to do about it; empty when it is fine.
    fix: str = ""


def fine(what: str) -> Finding:
    """Return a finding that nothing has to be done about."""
    return Finding(Level.FINE, what)


def warning(what: str, fix: str) -> Finding:
    """Return a finding that does not keep the bot from working."""
    return Finding(Level.WARNING, what, fix)


def problem(what: str, fix: str) -> Finding:
    """Return a finding that keeps the bot, or one of its channels, from working."""
    return Finding(Level.PROBLEM, what, fix)


def may(place: Path, mode: int) -> bool:
    """Return True if this process may access `place` in `mode`, by its effective user."""
    by_effective_user = os.access in os.supports_effective_ids
    return os.access(place, mode, effective_ids=by_effective_user)
