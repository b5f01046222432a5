"""What articles wait for, in words, for /status and `paperboy status`. Counts nothing."""

from __future__ import annotations

from datetime import UTC, tzinfo

from bot.rendering import dates, labels
from bot.rendering.report import StatusReport


def words(report: StatusReport, tz: tzinfo = UTC) -> str:
    """Return how many articles wait for what, on one line; empty if none waits."""
    this_year = f" {report.at.year}"
    date = dates.day(report.next_date, tz).removesuffix(this_year)
    parts = []
    for waits, (one, several) in labels.WAITS.items():
        count = report.waits.get(waits, 0)
        if count == 1:
            parts.append(one.format(date=date))
        elif count:
            parts.append(several.format(count, date=date))
    return " · ".join(parts)
