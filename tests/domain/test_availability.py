"""When a chat may receive: each reason why not, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.availability import OPEN, Availability, Closed, availability
from bot.domain.chat import Standing

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("standing", "chat_id", "paused_until", "expected"),
    [
        (Standing.ACTIVE, -1001, None, OPEN),
        (Standing.ACTIVE, -1001, AT, OPEN),
        (Standing.ACTIVE, -1001, LATER, Availability(Closed.PAUSED, LATER)),
        (Standing.ACTIVE, None, None, Availability(Closed.UNKNOWN)),
        (Standing.ACTIVE, None, LATER, Availability(Closed.UNKNOWN)),
        (Standing.STOPPED, 7, None, Availability(Closed.STOPPED)),
        (Standing.PARKED, 7, LATER, Availability(Closed.PARKED)),
        (Standing.DROPPED, None, LATER, Availability(Closed.DROPPED)),
    ],
)
def test_a_chat_is_open_or_closed_for_one_reason(
    standing: Standing,
    chat_id: int | None,
    paused_until: datetime | None,
    expected: Availability,
) -> None:
    now = availability(
        standing=standing, chat_id=chat_id, paused_until=paused_until, at=AT
    )
    assert now == expected
