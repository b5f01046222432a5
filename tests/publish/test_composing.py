"""What a post is made of for the chat it goes to: the material that the store gives for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.publish import composing
from bot.store import outbox
from tests.support.newsroom import Newsroom, article, open_newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    room = open_newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.reader(7, "AI", "Space")
    room.later(minutes=1)
    yield room
    room.db.close()


def test_only_a_persons_own_chat_is_asked_what_it_follows_already(
    newsroom: Newsroom,
) -> None:
    newsroom.number("a.md", article(topics=("Computer Vision", "Privacy")))
    newsroom.plan()
    gathered = {
        one.to.kind: one.followed
        for one in composing.gather(newsroom.db, outbox.due(newsroom.db, newsroom.at))
    }
    assert gathered == {"channel": frozenset(), "private": frozenset({"ai", "space"})}
