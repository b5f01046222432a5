"""The shape of updates: which are usable, whose each is, and what in them is malformed.

python-telegram-bot does not check types. A proxy, or somebody who knows a webhook's secret, can
send text in the place of numbers, and numbers that are too large for the database.
"""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]
#: Telegram's numbers of updates (TDLib, EventId).
NUMBERS = range(1, 2_000_000_001)
#: The kinds of update, as fields of its object.
_KINDS = (
    "message",
    "channel_post",
    "my_chat_member",
    "callback_query",
    "edited_message",
    "inline_query",
)
#: Telegram's numbers have at most 52 significant bits (Bot API).
MOST = 2**53
_WHO = {
    "id": int,
    "type": str,
    "title": str,
    "username": str,
    "first_name": str,
    "last_name": str,
}
_MESSAGE = {
    **{
        "message_id": int,
        "message_thread_id": int,
        "date": int,
        "text": str,
        "caption": str,
        "media_group_id": str,
    },
    **{"migrate_to_chat_id": int, "migrate_from_chat_id": int},
}
#: Name of an object → its fields that handlers read, and their types.
_FIELDS: dict[str, dict[str, type]] = {
    **dict.fromkeys(("chat", "from", "user", "sender_chat"), _WHO),
    **dict.fromkeys(
        (
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "reply_to_message",
            "pinned_message",
        ),
        _MESSAGE,
    ),
    "callback_query": {"id": str, "data": str},
    "old_chat_member": {"status": str},
    "new_chat_member": {"status": str},
}


def valid(answer: object) -> list[Body]:
    """Return the updates of an answer to getUpdates, in order, without those that lack a number.

    Raises ValueError for anything but a list.
    """
    if not isinstance(answer, list):
        kind = type(answer).__name__
        raise ValueError(f"a list of updates was expected, not {kind}")  # noqa: TRY004 - as for JSON
    good = {one["update_id"]: one for one in answer if is_update(one)}
    return [good[number] for number in sorted(good)]


def is_update(body: object) -> bool:
    """Return True for an object whose number can be that of an update."""
    return (
        isinstance(body, dict)
        and type(body.get("update_id")) is int
        and body["update_id"] in NUMBERS
    )


def chat_of(body: Body) -> int:
    """Return the number of the chat, else of the user, in whose order an update is handled.

    Returns 0 if it has neither.
    """
    for kind in _KINDS:
        content = body.get(kind)
        if not isinstance(content, dict):
            continue
        message = content.get("message") if kind == "callback_query" else content
        for place in (message, content):
            for field in ("chat", "from"):
                if (number := _number(place, field)) is not None:
                    return number
    return 0


def oddity(update: dict[str, Any]) -> str:
    """Return in words what in an update has the wrong shape, or "" where all is well."""
    waiting: list[tuple[str, object]] = [("update", update)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, dict):
            if fault := _wrong_field(name, one):
                return fault
            waiting += one.items()
        elif isinstance(one, list):
            waiting += [(name, value) for value in one]
        elif type(one) is int and not -MOST < one < MOST:
            return f"{name} is out of range"
    return ""


def _wrong_field(name: str, fields: dict[str, Any]) -> str:
    """Return in words which field of an object has the wrong type, or ""."""
    for field, expected in _FIELDS.get(name, {}).items():
        if fields.get(field) is not None and type(fields[field]) is not expected:
            type_name = "text" if expected is str else "a whole number"
            return f"{field} of {name} is not {type_name}"
    return ""


def _number(place: object, field: str) -> int | None:
    """Return the number of the chat or user in a field of an object; None where there is none."""
    whose = place.get(field) if isinstance(place, dict) else None
    if isinstance(whose, dict) and type(whose.get("id")) is int:
        return int(whose["id"])
    return None
