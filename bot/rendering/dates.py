"""Dates and times in English, in a time zone. Reads no clock.

No other module writes a date; the names of the months are in `labels`.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.domain.article import Article
from bot.rendering import labels


class SystemZone(tzinfo):
    """The time zone of this machine, for the operator and the editors."""

    def fromutc(self, moment: datetime) -> datetime:
        """Return a moment of UTC in this zone."""
        return moment.replace(tzinfo=UTC).astimezone()

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return how far this zone is ahead of UTC at a local time."""
        local = (moment or datetime(2000, 1, 1)).replace(tzinfo=None)  # noqa: DTZ001 - local time
        return local.astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:
        """Return None: how much of the offset is summer time is not known."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """Return the zone's name at a local time."""
        if moment is None:
            return None
        return moment.replace(tzinfo=None).astimezone().tzname()


def day(moment: datetime | None, tz: tzinfo = UTC) -> str:
    """Return a date like `22 Aug 2021` in `tz`; empty for None."""
    if moment is None:
        return ""
    return _words(_in(moment, tz))


def _words(day: date) -> str:
    month = labels.MONTHS[day.month - 1]
    return f"{day.day} {month} {day.year}"


def published(article: Article, tz: tzinfo = UTC) -> str:
    """Return the date that an article's file names; if it names a moment, the date in `tz`."""
    if article.day:
        return _words(date.fromisoformat(article.day))
    return day(article.published, tz)


def behind(words: str, day: str) -> str:
    """Return `day` as it is shown behind `words`.

    Behind Persian, U+200E keeps it from reading `Oct 2026 28`: a number behind right-to-left
    letters takes their direction (Unicode bidi, W2), unless a mark stands between.
    """
    if not day or _last_direction(words) == "L":
        return day
    return f"\N{LEFT-TO-RIGHT MARK}{day}"


def _last_direction(words: str) -> str:
    """Return the direction of the last letter that has one; left-to-right if none has."""
    for letter in reversed(words):
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction
    return "L"


def minute(moment: datetime | None, tz: tzinfo = UTC) -> str:
    """Return a time like `22 Aug 2021, 21:02 UTC` in `tz`; empty for None."""
    if moment is None:
        return ""
    local = _in(moment, tz)
    zone = local.tzname() or ""
    return f"{_words(local)}, {local:%H:%M} {zone}".rstrip()


def _in(moment: datetime, tz: tzinfo) -> datetime:
    try:
        return moment.astimezone(tz)
    except OverflowError:  # the first or last day that datetime knows
        return moment
