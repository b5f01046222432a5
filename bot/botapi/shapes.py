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
    "message_id": int,
    "message_thread_id": int,
    "date": int,
    "text": str,
    "caption": str,
    "media_group_id": str,
    "migrate_to_chat_id": int,
    "migrate_from_chat_id": int,
}
_TYPE_NAMES = {str: "text", int: "a whole number"}
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

#: Name of an object → its fields that Telegram never leaves out, and handlers rely on.
_NEEDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("chat", "sender_chat"), ("id", "type")),
    **dict.fromkeys(("from", "user"), ("id",)),
    **dict.fromkeys(
        (
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "reply_to_message",
        ),
        ("message_id", "chat", "date"),
    ),
    "callback_query": ("id", "from"),
    "my_chat_member": ("chat", "from", "old_chat_member", "new_chat_member"),
    **dict.fromkeys(("old_chat_member", "new_chat_member"), ("status",)),
}


def valid(answer: object) -> list[Body]:
    """Return the updates of an answer to getUpdates, in order, without those that lack a number.

    Raises ValueError for anything but a list.
    """
    if not isinstance(answer, list):
        kind = type(answer).__name__
        raise ValueError(f"a list of updates was expected, not {kind}")  # noqa: TRY004 - as for JSON
    by_number = {}
    for one in answer:
        if is_update(one):
            by_number[one["update_id"]] = one
    return [by_number[number] for number in sorted(by_number)]


def is_update(body: object) -> bool:
    """Return True for an object whose number can be that of an update."""
    if not isinstance(body, dict):
        return False
    number = body.get("update_id")
    return type(number) is int and number in NUMBERS


def chat_of(body: Body) -> int:
    """Return the number of the chat, else of the user, in whose order an update is handled.

    Returns 0 if it has neither.
    """
    for kind in _KINDS:
        content = body.get(kind)
        if not isinstance(content, dict):
            continue
        message = content.get("message") if kind == "callback_query" else content
        number = _whose(message) or _whose(content)
        if number:
            return number
    return 0


def fault(update: dict[str, Any]) -> str | None:
    """Return in words what in an update has the wrong shape, or None where all is well."""
    waiting: list[tuple[str, object]] = [("update", update)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            wrong = _wrong_field(name, value)
            if wrong:
                return wrong
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((name, one) for one in value)
        elif type(value) is int and abs(value) >= MOST:
            return f"{name} is out of range"
        elif isinstance(value, str) and not _is_unicode(value):
            return f"{name} is not Unicode text"
    return None


def _wrong_field(name: str, fields: dict[str, Any]) -> str | None:
    """Return in words which field of an object is missing or has the wrong type, or None."""
    for field in _NEEDED.get(name, ()):
        if fields.get(field) is None:
            return f"{name} has no {field}"
    types = _FIELDS.get(name, {})
    for field, expected in types.items():
        value = fields.get(field)
        if value is not None and type(value) is not expected:
            type_name = _TYPE_NAMES[expected]
            return f"{field} of {name} is not {type_name}"
    return None


def _is_unicode(text: str) -> bool:
    """Return False for text with half a character, which can't be stored or sent."""
    return text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text)


def _whose(content: object) -> int | None:
    """Return the number of an object's chat, else of its user; None where it has neither."""
    return _number(content, "chat") or _number(content, "from")


def _number(place: object, field: str) -> int | None:
    """Return the number of the chat or user in a field of an object; None where there is none."""
    if not isinstance(place, dict):
        return None
    whose = place.get(field)
    if not isinstance(whose, dict):
        return None
    number = whose.get("id")
    return number if type(number) is int else None
