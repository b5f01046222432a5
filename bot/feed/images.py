"""Which of a document's images a post shows. Fetches none: goes by address and stated size."""

from __future__ import annotations

import math
import re
from enum import Enum
from typing import NamedTuple

from bot.domain import urls
from bot.feed.values import entries

_MOST = 20
#: Formats of which Telegram shows no preview.
_NO_PREVIEW = (".svg", ".ico")
_PLACEHOLDER = re.compile(
    r"(?:^|[^a-z])(?:logos?|placeholder|favicon|avatars?|spacer|blank|1x1)(?:[^a-z]|$)"
)


class _Size(NamedTuple):
    width: float
    height: float

    def is_below(self, least: _Size) -> bool:
        """Return True if it is narrower or lower than `least`."""
        return self.width < least.width or self.height < least.height


#: A preview below this looks broken.
SMALL = _Size(200, 100)
#: What is below this is a counting pixel or an icon.
TINIEST = _Size(50, 50)


class _Rank(Enum):
    #: To be shown.
    GOOD = "good"
    #: A logo or a placeholder, by its address.
    PLACEHOLDER = "placeholder"
    #: Looks broken as a preview.
    SMALL = "small"


class _Image(NamedTuple):
    rank: _Rank
    url: str


def best(value: object) -> str | None:
    """Return the address of the first image that is neither small nor a placeholder.

    Else the least bad; None where none can be shown.
    """
    others: dict[_Rank, str] = {}
    for entry in entries(value, _MOST):
        image = _image(entry)
        if image is None:
            continue
        if image.rank is _Rank.GOOD:
            return image.url
        others.setdefault(image.rank, image.url)
    placeholder = others.get(_Rank.PLACEHOLDER)
    return placeholder or others.get(_Rank.SMALL)


def _image(entry: object) -> _Image | None:
    """Return the image of an entry, or None when it can't be shown."""
    if not isinstance(entry, dict):
        entry = {"url": entry}
    url = _address(entry.get("url"))
    if url is None:
        return None
    width = _pixels(entry.get("width"))
    height = _pixels(entry.get("height"))
    size = _Size(width, height)
    if size.is_below(TINIEST):
        return None
    if size.is_below(SMALL):
        return _Image(_Rank.SMALL, url)
    _, _, location = url.partition("://")
    _, _, path = location.partition("/")
    if _PLACEHOLDER.search(path.lower()):
        return _Image(_Rank.PLACEHOLDER, url)
    return _Image(_Rank.GOOD, url)


def _address(value: object) -> str | None:
    """Return the address of an image that Telegram previews, else None.

    One without a scheme, such as `//host/pic.jpg`, is one of https.
    """
    if isinstance(value, str):
        value = value.strip()
        if value.startswith("//"):
            value = f"https:{value}"
    url = urls.link(value)
    if url is None:
        return None
    path, _, _ = url.lower().partition("?")
    if path.endswith(_NO_PREVIEW):
        return None
    return url


def _pixels(value: object) -> float:
    """Return a stated size; one that is not stated counts as large enough."""
    if not isinstance(value, str):
        return math.inf
    text = value[:12].strip().lower()
    digits = text.removesuffix("px")
    if digits.isascii() and digits.isdecimal():
        return int(digits) or math.inf
    return math.inf
