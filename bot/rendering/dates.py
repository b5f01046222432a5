"""Days and hours as English words, in a reader's time zone. Reads no clock."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.article import Article

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SystemZone(tzinfo):
    """The time zone of this machine, with its summer time: an operator's and the editors'."""

    def fromutc(self, moment: datetime) -> datetime:
        """Return a moment of UTC in this zone."""
        return moment.replace(tzinfo=UTC).astimezone()

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return how far this zone is ahead of UTC at a moment of its own."""
        return (moment or datetime(2000, 1, 1)).replace(tzinfo=None).astimezone().utcoffset()  # noqa: DTZ001 - a local one

    def dst(self, moment: datetime | None) -> timedelta | None:
        """Return None: what part of the offset is summer time is not known."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """Return what people call this zone at a moment of its own."""
        return moment.replace(tzinfo=None).astimezone().tzname() if moment else None


def day(moment: datetime | None, tz: tzinfo = UTC) -> str:
    """Return `22 Aug 2021` in `tz`, or nothing for no moment."""
    if moment is None:
        return ""
    there = _in(moment, tz)
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}"


def published(article: Article, tz: tzinfo = UTC) -> str:
    """Return the day of an article as its source's calendar has it; where that is not known, its day in `tz`."""
    if not article.day:
        return day(article.published, tz)
    year, month, number = map(int, article.day.split("-"))
    return f"{number} {_MONTHS[month - 1]} {year}"


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
