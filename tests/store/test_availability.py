"""The rule of when a chat may receive is one rule: its SQL agrees with domain.availability, on real rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.availability import OPEN, Closed
from bot.domain.chat import OnDoubt, Standing
from bot.store import chats
from bot.store.availability import ACTIVE, NEVER, OPENS, REACHABLE
from bot.store.database import milliseconds, moment, row, write
from tests.support.newsroom import AT, Newsroom, open_newsroom

moments = st.integers(-5_000, 5_000).map(lambda by: AT + timedelta(milliseconds=by / 2))


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    room = open_newsroom(Path(tmp_path_factory.mktemp("availability")) / "paperboy.db")
    yield room
    room.db.conn.close()


@given(
    standing=st.sampled_from(Standing),
    chat_id=st.none() | st.just(-1001),
    paused_until=st.none() | moments,
    at=moments,
)
def test_the_sql_and_the_rule_agree_about_every_chat(
    newsroom: Newsroom,
    standing: Standing,
    chat_id: int | None,
    paused_until: datetime | None,
    at: datetime,
) -> None:
    db = newsroom.db
    (channel,) = chats.set_channels(db, [("@one", 0, OnDoubt.RESEND)])
    write(
        db,
        "UPDATE chats SET state = ?, chat_id = ?, not_before = ? WHERE id = ?",
        (
            standing,
            chat_id,
            milliseconds(paused_until) if paused_until else None,
            channel.id,
        ),
    )
    sql = f"SELECT {OPENS} AS opens, {ACTIVE} AS active, {REACHABLE} AS reachable"
    found = row(db, f"{sql} FROM chats c WHERE c.id = ?", (channel.id,))
    chat = chats.get(db, channel.id)
    assert found
    assert chat
    now = chat.availability(at)
    assert (now == OPEN) == (found["opens"] <= milliseconds(at))
    if now.until is not None:
        assert moment(found["opens"]) == now.until
    elif now.closed:
        assert found["opens"] == NEVER
    assert bool(found["active"]) == (
        now.closed in (None, Closed.PAUSED, Closed.UNKNOWN)
    )
    assert bool(found["reachable"]) == (now.closed in (None, Closed.PAUSED))
