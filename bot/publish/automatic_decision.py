"""The last decision made without an editor, for `status` and `check`. Decides nothing.

It is shown until an editor was told, or `KEPT` is over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.notices import Alert, Notice
from bot.store import facts, notices
from bot.store.database import Database
from bot.store.facts import Fact

#: How long it is shown where no editor was told.
KEPT = timedelta(days=30)
_MINUTE, _LENGTH = "%Y-%m-%d %H:%M", len("2026-11-27 21:00")


def record(db: Database, decision: str, at: datetime) -> Notice:
    """Record a decision, in words; return the notice for editors who can be told later."""
    dated = f"{at:{_MINUTE}} UTC: {decision}"
    facts.put(db, Fact.BULK_SKIPPED, dated)
    reason = f"{dated}. /republish posts one after all"
    return Notice(
        key=_key(dated), alert=Alert.OTHER, about="older articles", reason=reason
    )


def last(db: Database, at: datetime) -> str:
    """Return the last decision with its date; empty if an editor was told of it or it is old."""
    dated = facts.get(db, Fact.BULK_SKIPPED)
    if dated is None or _is_old(dated, at):
        return ""
    if notices.was_heard(db, _key(dated)):
        return ""
    return dated


def _is_old(dated: str, at: datetime) -> bool:
    """Return True if a decision was recorded longer ago than it is kept; False without a date."""
    try:
        decided = datetime.strptime(dated[:_LENGTH], _MINUTE).replace(tzinfo=UTC)
    except ValueError:
        return False
    return decided.date() < (at - KEPT).date()


def _key(dated: str) -> str:
    return f"undecided:{dated[:_LENGTH]}"
