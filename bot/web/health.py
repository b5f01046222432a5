"""What `/health` is told. Judges nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the bot does its work, and what keeps it from it."""

    ok: bool
    reasons: tuple[str, ...] = ()
