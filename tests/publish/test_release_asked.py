"""What editors are asked about articles that wait together, and what their taps do: over HTTP."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.arrival import Waits
from bot.domain.record import pack
from bot.ingest import recorder
from bot.planning.rules import Read
from bot.publish import release
from bot.publish.report import report
from bot.sandbox import Message, Person, Sandbox
from bot.store import article_lists, facts, holding
from bot.store.database import milliseconds
from bot.store.facts import Fact
from tests.support.newsroom import article
from tests.support.outgoing import Outgoing, going

FEED = {"first_run": 2, "bulk_above": 3}
TITLES = [
    f"What was known long ago of the harbour, part {number} of many"
    for number in range(9)
]


@pytest.fixture
def editor(sandbox: Sandbox) -> Person:
    person = sandbox.world.add_person("Edith")
    sandbox.world.open_private(person)
    return person


@pytest.fixture
async def publisher(sandbox: Sandbox, editor: Person) -> AsyncIterator[Outgoing]:
    async with going(sandbox, editor, feed=FEED) as made:
        await _scanned(made)
        yield made


async def _scanned(publisher: Outgoing, fact: Fact = Fact.SCANNED) -> None:
    """The last whole scan has just ended, say."""
    publisher.sandbox.advance(60)
    await publisher.store(facts.put, fact, str(milliseconds(publisher.sandbox.clock())))


async def _arrive(publisher: Outgoing, *numbers: int) -> None:
    """Let old articles arrive in one batch; the higher its number, the newer."""
    at = publisher.sandbox.clock()
    read = []
    for one in numbers or range(5):
        told = article(
            TITLES[one],
            f"https://old.example/{one}",
            published=at - timedelta(days=100, seconds=-one),
        )
        read.append(Read(f"{one}.md", (one, one, one), pack(told)))
    await publisher.store(recorder.record, read, publisher.telegram.releaser.rules, at)


async def _ask(publisher: Outgoing) -> Message:
    """Let the editors be asked, as soon as no more arrives; return the one message."""
    due = await publisher.telegram.releaser.release()
    assert due is not None
    publisher.sandbox.advance((due - publisher.sandbox.clock()).total_seconds())
    await publisher.telegram.releaser.release()
    await publisher.telegram.releaser.release()
    (asked,) = publisher.posts(publisher.editor)[publisher.told :]
    return asked


async def _tap(
    publisher: Outgoing, person: Person, message: Message, button: Any
) -> str:
    await publisher.sandbox.tap(person, message, button)
    await publisher.hear()
    return publisher.sandbox.callback_answers[-1].text


async def _posted(publisher: Outgoing) -> list[int]:
    """Send what may go out; return the numbers of what is in the channel, in its order."""
    await publisher.deliver(1)
    return [
        TITLES.index(message.text.partition("\n")[0]) for message in publisher.posts()
    ]


def _labels(message: Message) -> list[str]:
    return [button["text"] for row in message.buttons for button in row]


@pytest.mark.parametrize(
    ("button", "posted"),
    [("Post the newest 2", [3, 4]), ("Post all", [0, 1, 2, 3, 4]), ("Skip all", [])],
)
@pytest.mark.parametrize("restarts", [False, True])
async def test_editors_are_asked_once_about_a_bulk_arrival_and_a_tap_decides_once(
    publisher: Outgoing, button: str, posted: list[int], restarts: bool
) -> None:
    await _arrive(publisher)
    assert await _posted(publisher) == []
    asked = await _ask(publisher)
    assert asked.text.startswith("5 older articles arrived at once")
    assert TITLES[4] in asked.text.replace("\u2060", "")
    assert _labels(asked) == ["Post the newest 2", "Post all", "Skip all", "One by one"]
    keyboard = asked.reply_markup
    if restarts:
        publisher.restart()
    assert (
        await _tap(publisher, publisher.editor, asked, button)
        == "The message now says what was done"
    )
    assert asked.buttons == []
    assert await _posted(publisher) == posted
    for other in ("Post all", "Skip all"):
        asked.reply_markup = keyboard
        if restarts:
            publisher.restart()
        assert (
            await _tap(publisher, publisher.editor, asked, other)
            == "That is already done"
        )
    assert await _posted(publisher) == posted
    await publisher.telegram.releaser.release()
    assert publisher.posts(publisher.editor)[publisher.told :] == [asked]


async def test_what_was_deleted_meanwhile_does_not_go_out(publisher: Outgoing) -> None:
    await _arrive(publisher)
    asked = await _ask(publisher)
    await publisher.store(recorder.record_missing, ["2.md", "4.md"])
    await _tap(publisher, publisher.editor, asked, "Post all")
    assert await _posted(publisher) == [0, 1, 3]
    await publisher.store(recorder.record_missing, ["2.md", "4.md"])
    assert await publisher.store(holding.counts) == {}


async def test_one_by_one_asks_about_each_the_newest_first(publisher: Outgoing) -> None:
    await _arrive(publisher, 1, 2, 3, 4)
    asked = await _ask(publisher)
    await _tap(publisher, publisher.editor, asked, "One by one")
    for number, button in ((4, "Post it"), (3, "Skip it"), (2, "Post it")):
        assert TITLES[number] in asked.text.replace("\u2060", "")
        assert _labels(asked) == ["Post it", "Skip it", "Skip all"]
        await _tap(publisher, publisher.editor, asked, button)
    assert _labels(asked) == ["Post it", "Skip it"]
    keyboard = asked.reply_markup
    await _tap(publisher, publisher.editor, asked, "Skip it")
    assert asked.buttons == []
    asked.reply_markup = keyboard
    assert (
        await _tap(publisher, publisher.editor, asked, "Post it")
        == "That is already done"
    )
    assert await _posted(publisher) == [2, 4]


async def test_what_arrives_after_the_question_is_asked_about_anew(
    publisher: Outgoing,
) -> None:
    await _arrive(publisher, 0, 1, 2, 3)
    asked = await _ask(publisher)
    await _arrive(publisher, 4, 5, 6)
    await _tap(publisher, publisher.editor, asked, "Post all")
    assert await _posted(publisher) == [0, 1, 2, 3]
    publisher.told += 1
    assert (await _ask(publisher)).text.startswith("3 older articles arrived at once")


@pytest.mark.parametrize(
    "button", ["Post all", "Post the newest 2", "Skip all", "One by one"]
)
async def test_only_editors_decide(publisher: Outgoing, button: str) -> None:
    await _arrive(publisher)
    asked = await _ask(publisher)
    stranger = publisher.sandbox.world.add_person("Rea")
    await publisher.sandbox.say(stranger, "/help")
    await publisher.hear()
    message = publisher.posts(stranger)[-1]
    message.reply_markup = asked.reply_markup
    assert "too old" in await _tap(publisher, stranger, message, button)
    assert await _posted(publisher) == []
    assert await publisher.store(holding.counts) == {Waits.BULK: 5}


@pytest.mark.parametrize(
    ("button", "posted"),
    [("Post all", [0, 1, 2]), ("They were posted", []), ("One by one", [2])],
)
async def test_editors_decide_once_about_what_a_restored_database_does_not_know(
    publisher: Outgoing, button: str, posted: list[int]
) -> None:
    await _scanned(publisher, Fact.RESTORED)
    await _arrive(publisher, 0, 1, 2)
    asked = await _ask(publisher)
    assert asked.text.startswith("The restored database does not know 3 articles")
    assert _labels(asked) == ["Post all", "They were posted", "One by one"]
    keyboard = asked.reply_markup
    publisher.restart()
    await _tap(publisher, publisher.editor, asked, button)
    if button == "One by one":
        await _tap(publisher, publisher.editor, asked, "Post it")
        await _tap(publisher, publisher.editor, asked, "They were posted")
    assert asked.buttons == []
    assert await _posted(publisher) == posted
    asked.reply_markup = keyboard
    assert (
        await _tap(publisher, publisher.editor, asked, "Post all")
        == "That is already done"
    )
    assert await _posted(publisher) == posted


@pytest.mark.parametrize(
    ("button", "posted"), [("Post it", [1]), ("It was posted", [])]
)
async def test_about_one_article_the_question_speaks_of_one(
    publisher: Outgoing, button: str, posted: list[int]
) -> None:
    await _scanned(publisher, Fact.RESTORED)
    await _arrive(publisher, 1)
    asked = await _ask(publisher)
    assert asked.text.startswith("The restored database does not know an article")
    assert _labels(asked) == ["Post it", "It was posted"]
    await _tap(publisher, publisher.editor, asked, button)
    assert asked.buttons == []
    assert await _posted(publisher) == posted


# --- no editor to ask -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("admins", [False, True])
async def test_where_no_editor_can_be_asked_the_newest_go_out_and_the_rest_is_skipped(
    sandbox: Sandbox, admins: bool, caplog: pytest.LogCaptureFixture
) -> None:
    silent = sandbox.world.add_person("Edith")  # who never pressed Start
    telegram = {} if admins else {"admins": []}
    async with going(sandbox, silent, feed=FEED, telegram=telegram) as publisher:
        await _scanned(publisher)
        await _arrive(publisher)
        sandbox.advance(release.QUIET.total_seconds())
        await publisher.telegram.releaser.release()
        assert await _posted(publisher) == [3, 4]
        assert await publisher.store(holding.counts) == {}
        said = "5 older articles arrived at once and no editor could be asked; posted: the newest 2; skipped: 3"
        assert said in caplog.text
        assert said in (await publisher.store(report, sandbox.clock())).undecided
        assert len(await publisher.store(article_lists.latest)) == 5
        later = sandbox.clock() + timedelta(days=31)
        assert (await publisher.store(report, later)).undecided == ""
        await _arrive(publisher, 5, 6, 7, 8)  # a clone that goes on is one arrival
        sandbox.advance(release.QUIET.total_seconds())
        await publisher.telegram.releaser.release()
        assert await _posted(publisher) == [3, 4]
        assert await publisher.store(holding.counts) == {}


async def test_what_was_decided_without_an_editor_is_told_as_soon_as_one_can_be_and_then_no_more(
    sandbox: Sandbox,
) -> None:
    silent = sandbox.world.add_person("Edith")
    async with going(sandbox, silent, feed=FEED) as publisher:
        await _scanned(publisher)
        await _arrive(publisher)
        sandbox.advance(release.QUIET.total_seconds())
        await publisher.telegram.releaser.release()
        await publisher.telegram.notifier.send()
        assert (await publisher.store(report, sandbox.clock())).undecided
        sandbox.world.open_private(silent)
        publisher.telegram.notifier.reachable(silent.id)
        await publisher.telegram.notifier.send()
        (told,) = publisher.alerts()
        assert (
            "5 older articles arrived at once and no editor could be asked; posted: the newest 2"
            in told
        )
        assert (await publisher.store(report, sandbox.clock())).undecided == ""


async def test_where_no_editor_can_be_asked_what_a_restore_left_open_waits(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with going(
        sandbox, sandbox.world.add_person("Edith"), feed=FEED, telegram={"admins": []}
    ) as publisher:
        await _scanned(publisher, Fact.RESTORED)
        await _arrive(publisher)
        sandbox.advance(release.QUIET.total_seconds())
        for _ in range(3):
            await publisher.telegram.releaser.release()
        assert await _posted(publisher) == []
        assert await publisher.store(holding.counts) == {Waits.RESTORED: 5}
        assert (
            caplog.text.count(
                "may have been posted before the database was restored: 5. They wait"
            )
            == 1
        )
