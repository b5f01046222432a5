"""What an update must have, and may not have, before it is handled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.botapi import shapes

CHAT = {"id": 7, "type": "private"}
USER = {"id": 7, "is_bot": False, "first_name": "Rea"}
MESSAGE = {"message_id": 5, "date": 0, "chat": CHAT, "from": USER, "text": "/stop"}
UPDATE: dict[str, Any] = {
    "update_id": 1,
    "message": {**MESSAGE, "reply_to_message": MESSAGE},
    "callback_query": {"id": "1", "from": USER, "data": "x", "message": MESSAGE},
    "my_chat_member": {
        "chat": CHAT,
        "from": USER,
        "date": 1,
        "old_chat_member": {"status": "left"},
        "new_chat_member": {"status": "member"},
    },
}


def test_a_whole_update_has_no_fault() -> None:
    assert shapes.fault(UPDATE) is None


@pytest.mark.parametrize("is_null", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "message.chat",
        "message.date",
        "message.message_id",
        "message.chat.id",
        "message.chat.type",
        "message.from.id",
        "message.reply_to_message.chat",
        "callback_query.id",
        "callback_query.from",
        "callback_query.message.chat",
        "callback_query.message.date",
        "my_chat_member.chat",
        "my_chat_member.from",
        "my_chat_member.old_chat_member",
        "my_chat_member.new_chat_member.status",
    ],
)
def test_what_telegram_never_leaves_out_may_not_be_missing(
    path: str, is_null: bool
) -> None:
    update = json.loads(json.dumps(UPDATE))  # nothing in it is shared
    *parents, field = path.split(".")
    place = update
    for name in parents:
        place = place[name]
    if is_null:
        place[field] = None
    else:
        del place[field]
    assert shapes.fault(update) == f"{parents[-1]} has no {field}"


def test_half_a_character_is_no_text() -> None:
    message = {**MESSAGE, "text": "a \ud83d b"}
    assert shapes.fault({"update_id": 1, "message": message}) == (
        "text is not Unicode text"
    )
    whole = {**MESSAGE, "text": "a \U0001f600 b"}
    assert shapes.fault({"update_id": 1, "message": whole}) is None
