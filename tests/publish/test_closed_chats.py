"""Why a chat gets nothing, in words: Telegram's own where it closed the chat, else ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.availability import Closed
from bot.domain.chat import ChatKind, Standing
from bot.publish.closed_chats import why_closed
from bot.rendering import labels
from bot.store.chats import Chat

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
#: What the chat keeps of its last pause, or of an answer before.
REASON = "Too Many Requests: retry after 3600"


def chat(standing: Standing, number: int | None, until: datetime | None) -> Chat:
    return Chat(
        id=1,
        kind=ChatKind.CHANNEL,
        setting="@news",
        chat_id=number,
        thread=0,
        title="",
        username="news",
        state=standing,
        not_before=until,
        reason=REASON,
        begun=AT,
    )


@pytest.mark.parametrize(
    ("standing", "number", "until", "words", "opens"),
    [
        (Standing.ACTIVE, -100, None, "", None),
        (Standing.ACTIVE, -100, LATER, REASON, LATER),
        (Standing.PARKED, -100, None, REASON, None),
        (Standing.DROPPED, -100, LATER, labels.CLOSED[Closed.DROPPED], None),
        (Standing.STOPPED, -100, LATER, labels.CLOSED[Closed.STOPPED], None),
        (Standing.ACTIVE, None, LATER, labels.CLOSED[Closed.UNKNOWN], None),
    ],
)
def test_only_a_chat_that_telegram_closed_is_explained_by_its_answer(
    standing: Standing,
    number: int | None,
    until: datetime | None,
    words: str,
    opens: datetime | None,
) -> None:
    assert why_closed(chat(standing, number, until), AT) == (words, opens)
