"""Files as the feed has them, for stories to drop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import yaml


def slug(title: str) -> str:
    """Return a title as file names and addresses have it."""
    return "-".join(
        "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    )


def address(title: str) -> str:
    """Return where an article of `drop` is, unless it was told otherwise."""
    return f"https://news.example/{slug(title)}"


def document(title: str, *topics: str, **fields: Any) -> str:
    """Return a file of the feed; `fields` replace the usual ones."""
    values: dict[str, Any] = {
        "title": title,
        "excerpt": f"What is known about {title}.",
        "publishedDateTime": "2026-11-01T12:00:00Z",
        "webUrl": address(title),
        "type": "article",
        "quality": 50,
        "published": True,
        "provider": {"name": "The News", "domain": "news.example"},
        "topics": list(topics),
        "images": [
            {
                "url": f"https://news.example/{slug(title)}.jpg",
                "width": 1200,
                "height": 800,
            }
        ],
    }
    values |= fields
    return f"---\n{yaml.safe_dump(values, allow_unicode=True, sort_keys=False)}---\n"


def related(title: str, quality: int = 40, **fields: Any) -> dict[str, Any]:
    """Return an entry of the field `related`."""
    entry = {
        "title": title,
        "webUrl": address(title),
        "quality": quality,
        "provider": {"name": "The News"},
    }
    return entry | fields


def day(number: int) -> str:
    """Return a date of November as a document tells it."""
    return (
        (datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(days=number - 1))
        .isoformat()
        .replace("+00:00", "Z")
    )
