"""Whether an update has the shape that Telegram gives it, as far as handlers rely on it. Reads no meaning into it.

python-telegram-bot makes objects of whatever it gets. A proxy, or somebody who knows a webhook's secret, can send texts
that are numbers and numbers that no database holds.
"""

from __future__ import annotations

from typing import Any

#: Telegram's numbers have at most 52 significant bits (Bot API).
MOST = 2**53
_WHO = {"id": int, "type": str, "title": str, "username": str, "first_name": str, "last_name": str}
_MESSAGE = {
    **{"message_id": int, "message_thread_id": int, "date": int, "text": str, "caption": str, "media_group_id": str},
    **{"migrate_to_chat_id": int, "migrate_from_chat_id": int},
}
#: Name of an object → its fields that handlers read, and what they are.
_FIELDS: dict[str, dict[str, type]] = {
    **dict.fromkeys(("chat", "from", "user", "sender_chat"), _WHO),
    **dict.fromkeys(
        ("message", "edited_message", "channel_post", "edited_channel_post", "reply_to_message", "pinned_message"),
        _MESSAGE,
    ),
    "callback_query": {"id": str, "data": str},
    "old_chat_member": {"status": str},
    "new_chat_member": {"status": str},
}


def oddity(update: dict[str, Any]) -> str:
    """Return what in an update is not as Telegram sends it, in words; empty: nothing."""
    waiting: list[tuple[str, object]] = [("update", update)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, dict):
            for field, wanted in _FIELDS.get(name, {}).items():
                if one.get(field) is not None and type(one[field]) is not wanted:
                    return f"{field} of {name} is not {'text' if wanted is str else 'a whole number'}"
            waiting += one.items()
        elif isinstance(one, list):
            waiting += [(name, value) for value in one]
        elif type(one) is int and not -MOST < one < MOST:
            return f"{name} is out of range"
    return ""
