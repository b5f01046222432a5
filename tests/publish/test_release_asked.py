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
from bot.session import Connection
from bot.store import articles, facts, holding
from bot.store.database import milliseconds
from bot.store.facts import Fact
from tests.support.newsroom import article
from tests.support.outgoing import Outgoing, going

FEED = {"first_run": 2, "bulk_above": 3}
TITLES = [f"What was known long ago of the harbour, part {number} of many" for number in range(9)]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def editor(sandbox: Sandbox) -> Person:
    person = sandbox.world.add_person("Edith")
    sandbox.world.open_private(person)
    return person


@pytest.fixture
async def bot(sandbox: Sandbox, editor: Person) -> AsyncIterator[Outgoing]:
    async with going(sandbox, editor, feed=FEED) as made:
        await _scanned(made)
        yield made


async def _scanned(bot: Outgoing, fact: Fact = Fact.SCANNED) -> None:
    """The last whole scan has just ended, say."""
    bot.sandbox.advance(60)
    await bot.store(facts.put, fact, str(milliseconds(bot.sandbox.clock())))


async def _arrive(bot: Outgoing, *numbers: int) -> None:
    """Let old articles arrive in one batch; the higher its number, the newer."""
    at = bot.sandbox.clock()
    read = []
    for one in numbers or range(5):
        told = article(TITLES[one], f"https://old.example/{one}", published=at - timedelta(days=100, seconds=-one))
        read.append(Read(f"{one}.md", (one, one, one), pack(told)))
    await bot.store(recorder.record, read, bot.telegram.releaser.rules, at)


async def _ask(bot: Outgoing) -> Message:
    """Let the editors be asked, as soon as no more arrives; return the one message."""
    due = await bot.telegram.releaser.turn()
    assert due is not None
    bot.sandbox.advance((due - bot.sandbox.clock()).total_seconds())
    await bot.telegram.releaser.turn()
    await bot.telegram.releaser.turn()
    (asked,) = bot.posts(bot.editor)[bot.told :]
    return asked


async def _tap(bot: Outgoing, person: Person, message: Message, button: Any) -> str:
    await bot.sandbox.tap(person, message, button)
    await bot.hear()
    return bot.sandbox.callback_answers[-1].text


async def _posted(bot: Outgoing) -> list[int]:
    """Send what may go out; return the numbers of what is in the channel, in its order."""
    await bot.deliver(1)
    return [TITLES.index(message.text.partition("\n")[0]) for message in bot.posts()]


def _labels(message: Message) -> list[str]:
    return [button["text"] for row in message.buttons for button in row]


def _restart(bot: Outgoing) -> None:
    """Go on with another process's end of the line, on the same store."""
    old = bot.telegram
    bot.telegram = Connection(
        old._messenger,
        old.username,
        settings=old._settings,
        templates=old._templates,
        store=bot.store,
        channels=bot.channels,
        pace=old.courier._limiter,
        clock=old._clock,
        wake=lambda: None,
        standing=dict,
    )


@pytest.mark.parametrize(
    ("button", "posted"),
    [("Post the newest 2", [3, 4]), ("Post all", [0, 1, 2, 3, 4]), ("Skip all", [])],
)
@pytest.mark.parametrize("restarts", [False, True])
async def test_editors_are_asked_once_about_a_bulk_arrival_and_a_tap_decides_once(
    bot: Outgoing, button: str, posted: list[int], restarts: bool
) -> None:
    await _arrive(bot)
    assert await _posted(bot) == []
    asked = await _ask(bot)
    assert asked.text.startswith("5 older articles arrived at once")
    assert TITLES[4] in asked.text.replace("\u2060", "")
    assert _labels(asked) == ["Post the newest 2", "Post all", "Skip all", "One by one"]
    keyboard = asked.reply_markup
    if restarts:
        _restart(bot)
    assert await _tap(bot, bot.editor, asked, button) == "The message now says what was done"
    assert asked.buttons == []
    assert await _posted(bot) == posted
    for other in ("Post all", "Skip all"):
        asked.reply_markup = keyboard
        if restarts:
            _restart(bot)
        assert await _tap(bot, bot.editor, asked, other) == "That is already done"
    assert await _posted(bot) == posted
    await bot.telegram.releaser.turn()
    assert bot.posts(bot.editor)[bot.told :] == [asked]


async def test_what_was_deleted_meanwhile_does_not_go_out(bot: Outgoing) -> None:
    await _arrive(bot)
    asked = await _ask(bot)
    await bot.store(recorder.miss, ["2.md", "4.md"])
    await _tap(bot, bot.editor, asked, "Post all")
    assert await _posted(bot) == [0, 1, 3]
    await bot.store(recorder.miss, ["2.md", "4.md"])
    assert await bot.store(holding.counts) == {}


async def test_one_by_one_asks_about_each_the_newest_first(bot: Outgoing) -> None:
    await _arrive(bot, 1, 2, 3, 4)
    asked = await _ask(bot)
    await _tap(bot, bot.editor, asked, "One by one")
    for number, button in ((4, "Post it"), (3, "Skip it"), (2, "Post it")):
        assert TITLES[number] in asked.text.replace("\u2060", "")
        assert _labels(asked) == ["Post it", "Skip it", "Skip all"]
        await _tap(bot, bot.editor, asked, button)
    assert _labels(asked) == ["Post it", "Skip it"]
    keyboard = asked.reply_markup
    await _tap(bot, bot.editor, asked, "Skip it")
    assert asked.buttons == []
    asked.reply_markup = keyboard
    assert await _tap(bot, bot.editor, asked, "Post it") == "That is already done"
    assert await _posted(bot) == [2, 4]


async def test_what_arrives_after_the_question_is_asked_about_anew(bot: Outgoing) -> None:
    await _arrive(bot, 0, 1, 2, 3)
    asked = await _ask(bot)
    await _arrive(bot, 4, 5, 6)
    await _tap(bot, bot.editor, asked, "Post all")
    assert await _posted(bot) == [0, 1, 2, 3]
    bot.told += 1
    assert (await _ask(bot)).text.startswith("3 older articles arrived at once")


@pytest.mark.parametrize("button", ["Post all", "Post the newest 2", "Skip all", "One by one"])
async def test_only_editors_decide(bot: Outgoing, button: str) -> None:
    await _arrive(bot)
    asked = await _ask(bot)
    stranger = bot.sandbox.world.add_person("Rea")
    await bot.sandbox.say(stranger, "/help")
    await bot.hear()
    message = bot.posts(stranger)[-1]
    message.reply_markup = asked.reply_markup
    assert "too old" in await _tap(bot, stranger, message, button)
    assert await _posted(bot) == []
    assert await bot.store(holding.counts) == {Waits.BULK: 5}


@pytest.mark.parametrize(("button", "posted"), [("Post all", [0, 1, 2]), ("They were posted", []), ("One by one", [2])])
async def test_editors_decide_once_about_what_a_restored_database_does_not_know(
    bot: Outgoing, button: str, posted: list[int]
) -> None:
    await _scanned(bot, Fact.RESTORED)
    await _arrive(bot, 0, 1, 2)
    asked = await _ask(bot)
    assert asked.text.startswith("The restored database does not know 3 articles")
    assert _labels(asked) == ["Post all", "They were posted", "One by one"]
    keyboard = asked.reply_markup
    _restart(bot)
    await _tap(bot, bot.editor, asked, button)
    if button == "One by one":
        await _tap(bot, bot.editor, asked, "Post it")
        await _tap(bot, bot.editor, asked, "They were posted")
    assert asked.buttons == []
    assert await _posted(bot) == posted
    asked.reply_markup = keyboard
    assert await _tap(bot, bot.editor, asked, "Post all") == "That is already done"
    assert await _posted(bot) == posted


# --- no editor to ask -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("admins", [False, True])
async def test_where_no_editor_can_be_asked_the_newest_go_out_and_the_rest_is_skipped(
    sandbox: Sandbox, admins: bool, caplog: pytest.LogCaptureFixture
) -> None:
    silent = sandbox.world.add_person("Edith")  # who never pressed Start
    telegram = {} if admins else {"admins": []}
    async with going(sandbox, silent, feed=FEED, telegram=telegram) as bot:
        await _scanned(bot)
        await _arrive(bot)
        sandbox.advance(release.QUIET.total_seconds())
        await bot.telegram.releaser.turn()
        assert await _posted(bot) == [3, 4]
        assert await bot.store(holding.counts) == {}
        said = "5 older articles arrived at once and no editor could be asked; posted: the newest 2; skipped: 3"
        assert said in caplog.text
        assert said in (await bot.store(report, sandbox.clock())).undecided
        assert len(await bot.store(articles.latest)) == 5
        later = sandbox.clock() + timedelta(days=31)
        assert (await bot.store(report, later)).undecided == ""
        await _arrive(bot, 5, 6, 7, 8)  # a clone that goes on is one arrival
        sandbox.advance(release.QUIET.total_seconds())
        await bot.telegram.releaser.turn()
        assert await _posted(bot) == [3, 4]
        assert await bot.store(holding.counts) == {}


async def test_what_was_decided_without_an_editor_is_told_as_soon_as_one_can_be_and_then_no_more(
    sandbox: Sandbox,
) -> None:
    silent = sandbox.world.add_person("Edith")
    async with going(sandbox, silent, feed=FEED) as bot:
        await _scanned(bot)
        await _arrive(bot)
        sandbox.advance(release.QUIET.total_seconds())
        await bot.telegram.releaser.turn()
        await bot.telegram.notifier.send()
        assert (await bot.store(report, sandbox.clock())).undecided
        sandbox.world.open_private(silent)
        bot.telegram.notifier.reachable(silent.id)
        await bot.telegram.notifier.send()
        (told,) = bot.alerts()
        assert "5 older articles arrived at once and no editor could be asked; posted: the newest 2" in told
        assert (await bot.store(report, sandbox.clock())).undecided == ""


async def test_where_no_editor_can_be_asked_what_a_restore_left_open_waits(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with going(sandbox, sandbox.world.add_person("Edith"), feed=FEED, telegram={"admins": []}) as bot:
        await _scanned(bot, Fact.RESTORED)
        await _arrive(bot)
        sandbox.advance(release.QUIET.total_seconds())
        for _ in range(3):
            await bot.telegram.releaser.turn()
        assert await _posted(bot) == []
        assert await bot.store(holding.counts) == {Waits.RESTORED: 5}
        assert caplog.text.count("may have been posted before the database was restored: 5. They wait") == 1
