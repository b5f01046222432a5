"""What `/health` reports. Judges nothing, and loads no web server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the bot does its work, and what prevents it."""

    ok: bool
    reasons: tuple[str, ...] = ()
