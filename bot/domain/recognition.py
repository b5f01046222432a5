"""Whether a message that Telegram shows is the post that a search is for. Pure; asks nothing.

(docs/architecture.md, Doubt and recovery.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: An object of the Bot API: a message or a keyboard.
Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is searched for: a delivery's payload as Telegram would show it, and where."""

    chat_id: int
    #: The bot's own number.
    me: int
    #: What is read: no markup.
    text: str
    keyboard: Object | None = None
    #: The same words may have gone to another thread of the chat; a copy does not show its thread.
    in_other_thread: bool = False


def comes_from(copy: Object, chat_id: int, me: int, message: int) -> bool:
    """Return True if a forwarded copy's origin is that message of the chat.

    The origin is the Bot API's MessageOrigin. In a group it names the sender only: the bot.
    """
    origin = copy.get("forward_origin") or {}
    match origin.get("type"):
        case "channel":
            place = (origin["chat"]["id"], origin["message_id"])
            return place == (chat_id, message)
        case "chat":
            return bool(origin["sender_chat"]["id"] == chat_id)
        case "user":
            return bool(origin["sender_user"]["id"] == me)
        case _:
            return False


def shows(message: Object, target: Target) -> bool:
    """Return True if a message has the target's text and no other delivery's keyboard."""
    text = message.get("text") or message.get("caption") or ""
    if folded(text) != folded(target.text):
        return False
    links = deep_links(message.get("reply_markup"))
    # A copy may come without its buttons.
    return not links or links == deep_links(target.keyboard)


def folded(text: str) -> str:
    """Return a text without what Telegram may change: invisible characters, repeated spaces."""
    visible = ""
    for letter in unicodedata.normalize("NFC", text):
        if letter.isspace():
            visible += " "
        elif unicodedata.category(letter)[0] != "C":
            visible += letter
    return " ".join(visible.split())


def deep_links(keyboard: Object | None) -> set[str]:
    """Return the payloads of a keyboard's deep links, one of which carries the delivery's id."""
    payloads: set[str] = set()
    for row in (keyboard or {}).get("inline_keyboard", ()):
        for button in row:
            query = urlsplit(button.get("url", "")).query
            payloads.update(parse_qs(query).get("start", ()))
    return payloads
