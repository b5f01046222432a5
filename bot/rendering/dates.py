"""Days and hours as English words, in a reader's time zone. Reads no clock."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, tzinfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(moment: datetime | None, tz: tzinfo = UTC) -> str:
    """Return `22 Aug 2021` in `tz`, or nothing for no moment."""
    if moment is None:
        return ""
    there = _in(moment, tz)
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}"


def behind(words: str, day: str) -> str:
    """Return `day` as it is to stand behind `words`: behind Persian, U+200E keeps it from reading `Oct 2026 28`.

    A number behind right-to-left letters counts as one of theirs (Unicode bidi, W2), unless a mark stands between.
    """
    directions = (unicodedata.bidirectional(one) for one in reversed(words))
    last = next((one for one in directions if one in ("L", "R", "AL")), "L")
    return f"\N{LEFT-TO-RIGHT MARK}{day}" if day and last != "L" else day


def minute(moment: datetime | None, tz: tzinfo = UTC) -> str:
    """Return `22 Aug 2021, 21:02 UTC` in `tz`, or nothing for no moment."""
    if moment is None:
        return ""
    there = _in(moment, tz)
    return f"{day(moment, tz)}, {there.hour:02}:{there.minute:02} {there.tzname() or ''}".rstrip()


def _in(moment: datetime, tz: tzinfo) -> datetime:
    try:
        return moment.astimezone(tz)
    except OverflowError:  # the first or last day there is
        return moment
