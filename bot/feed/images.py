"""Which of a document's images a post shows. Fetches none: goes by address and stated size."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.domain import urls

#: A preview narrower or lower than this looks broken; one below the second pair is a counting pixel
#: or an icon.
SMALL = (200, 100)
TINIEST = (50, 50)
_MOST = 20
_STAND_IN = re.compile(
    r"(?:^|[^a-z])(?:logos?|placeholder|favicon|avatars?|spacer|blank|1x1)(?:[^a-z]|$)"
)


def best(value: object) -> str | None:
    """Return the address of the first image that is neither small nor a stand-in.

    Else the least bad; None where none can be shown.
    """
    entries = value[:_MOST] if isinstance(value, list) else [value]
    images = [image for image in map(_ranked, entries) if image is not None]
    return min(images, key=lambda image: image.rank).url if images else None


class _Image(NamedTuple):
    #: 0 good, 1 a stand-in, 2 small.
    rank: int
    url: str


def _ranked(entry: object) -> _Image | None:
    """Return the image of an entry, or None when it can't be shown."""
    fields = entry if isinstance(entry, dict) else {"url": entry}
    url = urls.link(_with_scheme(fields.get("url")))
    if url is None or url.lower().partition("?")[0].endswith((".svg", ".ico")):
        return None  # Telegram previews neither
    width, height = _pixels(fields.get("width")), _pixels(fields.get("height"))
    if width < TINIEST[0] or height < TINIEST[1]:
        return None
    if width < SMALL[0] or height < SMALL[1]:
        return _Image(2, url)
    path = url.partition("://")[2].partition("/")[2]
    return _Image(1 if _STAND_IN.search(path.lower()) else 0, url)


def _with_scheme(url: object) -> object:
    """Return an address without a scheme, such as `//host/pic.jpg`, as one of https."""
    if isinstance(url, str) and url.strip().startswith("//"):
        return f"https:{url.strip()}"
    return url


def _pixels(value: object) -> float:
    """Return a stated size; one that is not stated counts as large enough."""
    text = (
        value[:12].strip().lower().removesuffix("px") if isinstance(value, str) else ""
    )
    if not (text.isascii() and text.isdecimal()):
        return float("inf")
    return int(text) or float("inf")
