"""One plain value → a number, a date, yes or no, words. Knows no field.

A value of a wrong type counts as missing, or as a list of itself where a list is expected.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from bot.domain import plain_text
from bot.feed import markup

#: Scores run from 0 to about 160; whatever is beyond this is no score.
_HIGHEST = 1_000_000
# Dates outside are slips; these can be moved to any time zone without overflow.
_YEARS = range(1900, 9999)
_YES = frozenset({"true", "yes", "on", "y", "1"})
_NO = frozenset({"false", "no", "off", "n", "0"})


def number(value: object) -> int:
    """Return a score as a whole number; 0 for what is none."""
    if not isinstance(value, str):
        return 0
    try:
        score = float(value[:40])
    except ValueError:
        return 0
    if abs(score) <= _HIGHEST:  # false for NaN
        return round(score)
    return 0


def flag(value: object) -> bool | None:
    """Return what YAML's ways to write yes and no mean, quoted or not; None for anything else."""
    if not isinstance(value, str):
        return None
    word = value[:8].strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    return None


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 or RFC 5322 date as aware UTC; None for anything else.

    Without an offset it is UTC.
    """
    date = local_date(value)
    return in_utc(date) if date else None


def local_date(value: object) -> datetime | None:
    """Return a date as the source's own clock shows it, with or without an offset."""
    if not isinstance(value, str) or not value.isascii():
        return None
    text = value[:64].strip()
    date = _iso_date(text) or _rfc_date(text)
    if date is None or date.year not in _YEARS:
        return None
    return date


def in_utc(date: datetime) -> datetime:
    """Return a date as aware UTC."""
    if date.tzinfo is None:
        return date.replace(tzinfo=UTC)
    return date.astimezone(UTC)


def _iso_date(text: str) -> datetime | None:
    if not text[:4].isdecimal() or "-" not in text:
        return None  # a bare number is an amount of something, not a date
    if " " in text:
        text = text.replace(" +", "+")
        text = text.replace(" -", "-")
        text = text.replace(" Z", "Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def words(value: object, limit: int) -> str:
    """Return a text on one line in at most `limit` UTF-16 units; empty for what is not text."""
    if not isinstance(value, str):
        return ""
    return _line(value[: 4 * limit], limit)


@lru_cache(1_024)
def _line(text: str, limit: int) -> str:
    """Return `text` as `words` does. Outlets and topics come again and again."""
    repaired = plain_text.repair(markup.unwrapped(text))
    return plain_text.shorten(repaired, limit)


def entries(value: object, most: int) -> list[object]:
    """Return at most `most` entries of a list; a value of another type is a list of itself."""
    if isinstance(value, list):
        return value[:most]
    if value is None:
        return []
    return [value]
