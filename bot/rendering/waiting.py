"""What articles wait for, in words, for /status and `paperboy status`. Counts nothing."""

from __future__ import annotations

from datetime import UTC, tzinfo

from bot.domain.arrival import Waits
from bot.rendering import dates
from bot.rendering.report import StatusReport

#: The words for one article, and for several.
_WORDS = {
    Waits.DRAFT: ("1 draft", "{} drafts"),
    Waits.FUTURE: (
        "1 waits for {date}",
        "{} wait for their dates, the next for {date}",
    ),
    Waits.EDITOR: ("1 waits for an editor", "{} wait for an editor"),
    Waits.BULK: (
        "1 older article waits for an editor",
        "{} older articles wait for an editor",
    ),
    Waits.RESTORED: (
        "1 may have been posted before the database was restored and waits for an editor",
        "{} may have been posted before the database was restored and wait for an editor",
    ),
    Waits.EXPIRED: ("1 expired", "{} expired"),
}


def words(report: StatusReport, tz: tzinfo = UTC) -> str:
    """Return how many articles wait for what, on one line; empty if none waits."""
    date = dates.day(report.next_date, tz).removesuffix(f" {report.at.year}")
    parts = []
    for waits, (one, several) in _WORDS.items():
        if count := report.waits.get(waits, 0):
            words = one if count == 1 else several
            parts.append(words.format(count, date=date))
    return " · ".join(parts)
