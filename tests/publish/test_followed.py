"""A post that an editor asked for follows its file until it is sent, and the editor hears why it is not: over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.arrival import Future
from bot.publish import followed
from bot.sandbox import Message, Sandbox
from bot.store.database import write
from tests.support.outgoing import Outgoing, going

WEEK = timedelta(days=7)


@pytest.fixture
async def publisher(sandbox: Sandbox) -> AsyncIterator[Outgoing]:
    editor = sandbox.world.add_person("Edith")
    sandbox.world.open_private(editor)
    async with going(sandbox, editor, delivery={"undo_seconds": 5}) as made:
        made.rules = {"future": Future.WAIT, "hold": True}
        await made.record("a.md")
        await made.deliver(1)
        yield made


async def _ask(publisher: Outgoing, text: str = "/republish last") -> Message:
    await publisher.sandbox.say(publisher.editor, text)
    await publisher.hear()
    return publisher.posts(publisher.editor)[-1]


async def _later(publisher: Outgoing, seconds: float) -> None:
    await publisher.deliver(seconds)
    await publisher.telegram.reporter.send()


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("draft", "• waits for News: its file is a draft now"),
        ("unpublished", "• waits for News: its file says published: false now"),
        ("published", "• waits for News until "),
        ("expires", "• not posted in News: it has expired"),
        ("removed", "• not posted in News: its source took it back"),
    ],
)
async def test_what_its_file_says_meanwhile_counts(
    publisher: Outgoing, field: str, line: str
) -> None:
    answer = await _ask(publisher)
    now = publisher.sandbox.clock()
    moments = {"published": now + WEEK, "expires": now - timedelta(seconds=1)}
    await publisher.record("a.md", **{field: moments.get(field, True)})
    await _later(publisher, 10)
    assert line in answer.text.replace("\u2060", "")
    assert answer.buttons == []
    if field != "removed":
        assert len(publisher.posts()) == 1
    if field in ("draft", "unpublished"):
        await publisher.record("a.md", **{field: False})
        await _later(publisher, 10)
        assert len(publisher.posts()) == 2
        assert "• posted in News" in answer.text


async def test_what_expires_while_it_waits_is_not_posted(publisher: Outgoing) -> None:
    expires = publisher.sandbox.clock() + timedelta(seconds=4)
    await publisher.record("a.md", expires=expires)
    answer = await _ask(publisher)
    await _later(publisher, 10)
    assert "• not posted in News: it has expired" in answer.text
    assert len(publisher.posts()) == 1


async def test_the_file_is_read_again_before_the_post_is_sent(
    publisher: Outgoing,
) -> None:
    read: list[Any] = []

    async def reread(articles: Mapping[str, int]) -> Mapping[str, str]:
        read.append(dict(articles))
        return {"a.md": "a.md is no longer in the folder"} if len(read) > 1 else {}

    publisher.telegram.courier.followed.reread = reread
    await _ask(publisher)
    assert read == []
    await _later(publisher, 10)
    assert read == [{"a.md": 1}]
    assert len(publisher.posts()) == 2
    answer = await _ask(publisher)
    await _later(publisher, 10)
    assert len(read) == 2
    assert len(publisher.posts()) == 2
    text = answer.text.replace("\u2060", "")
    assert "• not posted in News: a.md is no longer in the folder" in text
    assert answer.buttons == []


async def test_a_post_of_a_file_that_was_gone_already_does_not_follow_it(
    publisher: Outgoing,
) -> None:
    async def reread(articles: Mapping[str, int]) -> Mapping[str, str]:
        raise AssertionError(articles)

    publisher.telegram.courier.followed.reread = reread
    await publisher.store(write, "UPDATE files SET missing = 1")
    await _ask(publisher)
    await _later(publisher, 10)
    assert len(publisher.posts()) == 2


async def test_a_folder_that_does_not_answer_holds_no_post(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def reread(articles: Mapping[str, int]) -> Mapping[str, str]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(followed, "LONGEST", 0.01)
    publisher.telegram.courier.followed.reread = reread
    answer = await _ask(publisher)
    await _later(publisher, 10)
    assert len(publisher.posts()) == 2
    assert "• posted in News" in answer.text
