"""Which of a document's images a post shows. Fetches none: goes by address and stated size."""

from __future__ import annotations

import re

from bot.domain import urls

#: A preview narrower or lower than this looks broken; one below the second pair is a counting pixel or an icon.
SMALL = (200, 100)
TINIEST = (50, 50)
_MOST = 20
_STAND_IN = re.compile(r"(?:^|[^a-z])(?:logos?|placeholder|favicon|avatars?|spacer|blank|1x1)(?:[^a-z]|$)")


def best(value: object) -> str | None:
    """Return the address of the first image that is neither small nor a stand-in, else the least bad, else None."""
    entries = value[:_MOST] if isinstance(value, list) else [value]
    ranked = [(rank, url) for entry in entries for rank, url in _ranked(entry)]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _ranked(entry: object) -> list[tuple[int, str]]:
    """Return the image of an entry with its rank (0 good, 1 stand-in, 2 small), or nothing when it can't be shown."""
    fields = entry if isinstance(entry, dict) else {"url": entry}
    url = urls.link(_with_scheme(fields.get("url")))
    if url is None or url.lower().partition("?")[0].endswith((".svg", ".ico")):
        return []  # Telegram previews neither
    width, height = _pixels(fields.get("width")), _pixels(fields.get("height"))
    if width < TINIEST[0] or height < TINIEST[1]:
        return []
    if width < SMALL[0] or height < SMALL[1]:
        return [(2, url)]
    return [(1 if _STAND_IN.search(url.partition("://")[2].partition("/")[2].lower()) else 0, url)]


def _with_scheme(url: object) -> object:
    """Return an address that leaves its scheme to the page it stands on, such as `//host/pic.jpg`, as one of https."""
    return f"https:{url.strip()}" if isinstance(url, str) and url.strip().startswith("//") else url


def _pixels(value: object) -> float:
    """Return a stated size; what is not stated is taken for large enough."""
    text = value[:12].strip().lower().removesuffix("px") if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() and int(text) > 0 else float("inf")
