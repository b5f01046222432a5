"""Which of a document's images a post shows. Fetches none: goes by address and stated size."""

from __future__ import annotations

import math
import re
from enum import Enum
from typing import NamedTuple

from bot.domain import urls
from bot.feed.values import entries

#: A preview narrower or lower than this looks broken; one below the second pair is a counting pixel
#: or an icon.
SMALL = (200, 100)
TINIEST = (50, 50)
_MOST = 20
#: Formats of which Telegram shows no preview.
_NO_PREVIEW = (".svg", ".ico")
_PLACEHOLDER = re.compile(
    r"(?:^|[^a-z])(?:logos?|placeholder|favicon|avatars?|spacer|blank|1x1)(?:[^a-z]|$)"
)


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
    return others.get(_Rank.PLACEHOLDER) or others.get(_Rank.SMALL)


def _image(entry: object) -> _Image | None:
    """Return the image of an entry, or None when it can't be shown."""
    if not isinstance(entry, dict):
        entry = {"url": entry}
    url = _address(entry.get("url"))
    if url is None:
        return None
    width = _pixels(entry.get("width"))
    height = _pixels(entry.get("height"))
    if width < TINIEST[0] or height < TINIEST[1]:
        return None
    if width < SMALL[0] or height < SMALL[1]:
        return _Image(_Rank.SMALL, url)
    path = url.partition("://")[2].partition("/")[2]
    if _PLACEHOLDER.search(path.lower()):
        return _Image(_Rank.PLACEHOLDER, url)
    return _Image(_Rank.GOOD, url)


def _address(value: object) -> str | None:
    """Return the address of an image that Telegram previews, else None.

    One without a scheme, such as `//host/pic.jpg`, is one of https.
    """
    if isinstance(value, str) and value.strip().startswith("//"):
        value = f"https:{value.strip()}"
    url = urls.link(value)
    if url is None:
        return None
    path = url.lower().partition("?")[0]
    return None if path.endswith(_NO_PREVIEW) else url


def _pixels(value: object) -> float:
    """Return a stated size; one that is not stated counts as large enough."""
    if not isinstance(value, str):
        return math.inf
    digits = value[:12].strip().lower().removesuffix("px")
    if not digits.isascii() or not digits.isdecimal():
        return math.inf
    return int(digits) or math.inf
