"""What was decided without an editor, for `status` and `check`. Decides nothing.

It is shown until an editor was told, or `KEPT` is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.notices import Alert, Notice
from bot.store import facts, notices
from bot.store.database import Database
from bot.store.facts import Fact

#: How long it is told where no editor hears of it.
KEPT = timedelta(days=30)
_DAY, _MINUTE = len("2026-11-27"), len("2026-11-27 21:00")


def notice(db: Database, said: str, at: datetime) -> Notice:
    """Write down what was decided, in words; return what editors are told as soon as one can be."""
    dated = f"{at:%Y-%m-%d %H:%M} UTC: {said}"
    facts.put(db, Fact.BULK_SKIPPED, dated)
    reason = f"{dated}. /republish posts one after all"
    return Notice(
        key=_key(dated), alert=Alert.OTHER, about="older articles", reason=reason
    )


def told(db: Database, at: datetime) -> str:
    """Return the last decision with its date; empty if an editor was told of it or it is old."""
    said = facts.get(db, Fact.BULK_SKIPPED) or ""
    if not said or (
        said[:_DAY].count("-") == 2 and said[:_DAY] < f"{at - KEPT:%Y-%m-%d}"
    ):
        return ""
    return "" if notices.was_heard(db, _key(said)) else said


def _key(said: str) -> str:
    return f"undecided:{said[:_MINUTE]}"
