"""Addresses of posts in Telegram, as people copy them from a channel. Pure; knows no article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class PostLink(NamedTuple):
    """What the address of a post names: the channel by name or number, and the message."""

    username: str
    #: Telegram's number of a channel without a name; None: it has one.
    chat_id: int | None
    message: int


_HOSTS = r"(?:www\.)?(?:t\.me|telegram\.(?:me|dog))"
_NAME = r"[A-Za-z][A-Za-z0-9_]{2,31}"
#: The name may stand before the host; a thread's number may stand before the message's.
_WEB = re.compile(
    rf"(?:https?://)?(?:(?P<before>{_NAME})\.t\.me|{_HOSTS}/(?:s/)?(?:c/(?P<number>\d+)|(?P<name>{_NAME})))"
    r"(?:/\d+)?/(?P<message>\d+)/?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_APP = re.compile(r"tg://(?:resolve|privatepost)/?\?", re.IGNORECASE)
#: What Telegram puts before the number of a channel in its addresses.
_CHANNELS = -1_000_000_000_000
#: Digits of a number that the store can hold.
_DIGITS = 15


def read(text: str) -> PostLink | None:
    """Return what the address of a post names; None for any other text."""
    text = text.strip()
    if _APP.match(text):
        return _of_app(text)
    parts = _WEB.fullmatch(text)
    if parts is None:
        return None
    name = parts["before"] or parts["name"] or ""
    return _link(name, parts["number"] or "", parts["message"])


def _of_app(text: str) -> PostLink | None:
    """Return what an address for Telegram's app names: `tg://resolve?domain=news&post=5`."""
    values = parse_qs(urlsplit(text).query)
    name = _first(values, "domain")
    number = _first(values, "channel")
    if not name and not number:
        return None
    message = _first(values, "post")
    return _link(name, number, message)


def _first(values: Mapping[str, Sequence[str]], key: str) -> str:
    return values[key][0] if key in values else ""


def _link(name: str, number: str, message: str) -> PostLink | None:
    """Return the link of these parts; None where one is no number that the store can hold."""
    if not _is_number(message):
        return None
    if not number:
        return PostLink(name, None, int(message))
    if not _is_number(number):
        return None
    return PostLink(name, _CHANNELS - int(number), int(message))


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _DIGITS
