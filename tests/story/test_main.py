"""The main story: a file becomes a channel's post and a follower's message, and once more when an editor says so."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.updates import Update
from tests.support.operating import PATIENCE
from tests.support.stage import Stage

TITLE = "Harbour seals learn the ferry timetable by heart"
Step = Callable[[Stage], Awaitable[object]]


async def test_a_file_is_posted_and_republished(stage: Stage) -> None:
    """A new file goes to the channel and its followers, and to the channel again when it is republished."""
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    stage.drop(TITLE, "AI")
    first = await stage.post(TITLE)
    await stage.post(TITLE, stage.reader)

    answer = await stage.ask(stage.editor, "/republish last")
    second = await stage.post(TITLE, number=2)

    assert "edition 2" in answer.text.lower()
    await stage.settled()
    assert [one.id for one in stage.posts(TITLE)] == [first.id, second.id]
    assert not first.history
    assert len(stage.posts(TITLE, stage.reader)) == 1


@pytest.mark.parametrize(
    "words",
    [
        "1",
        "#1",
        "seals.md",
        "2026/seals.md",
        "HTTPS://news.example/seals/?utm_source=x",
        "last",
    ],
)
async def test_an_editor_may_name_the_article_in_many_ways(
    stage: Stage, words: str
) -> None:
    (stage.folder / "2026").mkdir()
    stage.drop(TITLE, name="2026/seals.md", webUrl="https://news.example/seals")
    await stage.start()
    await stage.post(TITLE)
    await stage.ask(stage.editor, f"/republish {words}")
    await stage.post(TITLE, number=2)


async def test_an_editor_may_republish_with_a_tap_where_the_words_named_nothing(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop(TITLE)
    await stage.post(TITLE)
    answer = await stage.ask(stage.editor, "/republish ferry timetables")
    await stage.tap(stage.editor, answer, (0, 0))
    await stage.post(TITLE, number=2)


async def _follow(stage: Stage) -> None:
    await stage.ask(stage.reader, "/topic AI")


async def _drop(stage: Stage) -> None:
    stage.drop(TITLE, "AI")


async def _be_posted(stage: Stage) -> None:
    await stage.post(TITLE)


async def _reach_the_follower(stage: Stage) -> None:
    await stage.post(TITLE, stage.reader)


async def _republish(stage: Stage) -> None:
    await stage.ask(stage.editor, "/republish last")


async def _be_posted_again(stage: Stage) -> None:
    await stage.post(TITLE, number=2)


STEPS: tuple[Step, ...] = (
    _follow,
    _drop,
    _be_posted,
    _reach_the_follower,
    _republish,
    _be_posted_again,
)
NAMES = [step.__name__.strip("_") for step in STEPS]


async def _ends_well(stage: Stage) -> None:
    await stage.settled()
    assert len(stage.posts(TITLE, deleted=True)) == 2
    assert len(stage.posts(TITLE, stage.reader, deleted=True)) == 1


@pytest.mark.parametrize(
    "restarts",
    [*({number} for number in range(len(STEPS))), set(range(len(STEPS)))],
    ids=[*(f"after {name}" for name in NAMES), "after every step"],
)
async def test_a_restart_repeats_nothing_and_loses_nothing(
    stage: Stage, restarts: set[int]
) -> None:
    await stage.start()
    for number, step in enumerate(STEPS):
        await step(stage)
        if number in restarts:
            await stage.restart()
    await _ends_well(stage)


async def test_what_was_recorded_and_not_sent_when_the_bot_ended_is_sent_once(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    await stage.settled()
    await stage.stop()
    stage.drop(TITLE, "AI")
    await stage.scan()
    await stage.start()
    await stage.post(TITLE, stage.reader)
    await stage.settled()
    assert len(stage.posts(TITLE)) == 1
    assert len(stage.posts(TITLE, stage.reader)) == 1


async def test_a_kill_between_any_two_steps_repeats_nothing_and_loses_nothing(
    stage: Stage,
) -> None:
    for step in STEPS:
        async with stage.process("run") as process:
            await step(stage)
            await stage.at_rest()
            process.send_signal(signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
    await stage.start()
    await _ends_well(stage)


async def test_sigterm_ends_the_bot_with_zero(stage: Stage) -> None:
    async with stage.process("run") as process:
        stage.drop(TITLE)
        await stage.post(TITLE)
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    assert b"Traceback" not in err


async def test_a_republish_that_comes_twice_makes_one_edition(stage: Stage) -> None:
    await stage.start()
    stage.drop(TITLE)
    await stage.post(TITLE)
    put: list[Update] = []
    queue = stage.sandbox.updates.waiting
    await stage.sandbox.say(stage.editor, "/republish last")
    put.append(queue[-1])
    await stage.post(TITLE, number=2)
    await stage.stop()

    queue.appendleft(put[0])
    await stage.start()
    await stage.settled()

    answers = [
        text
        for text in stage.titles(stage.editor)
        if TITLE in text or "edition" in text.lower()
    ]
    assert len(answers) == 2  # the second is the first one's words again
    assert len(set(answers)) == 1
    assert len(stage.posts(TITLE)) == 2
