"""Telling editors, over HTTP: few messages, by name, each editor for themselves, later where it can't be now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import shipped
from bot.domain.interpretation import EDITOR_AWAY_SECONDS
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.errors import StoreError
from bot.jobs import Jobs
from bot.publish.notice_messages import QUESTIONS
from bot.publish.notifier import QUIET
from bot.rendering import log_lines
from bot.rendering.report import Entry
from bot.rendering.templates import Templates
from bot.sandbox import Person, Sandbox, faults
from bot.store import notices
from bot.store.database import Database, write
from tests.support.outgoing import Outgoing, going
from tests.support.scheduled import Scheduled

BAD = "Bad Request: "


@pytest.fixture
async def publisher() -> AsyncIterator[Outgoing]:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Edith")
        sandbox.world.open_private(editor)
        async with going(sandbox, editor) as made:
            yield made


def _bad(path: str) -> Notice:
    return Notice(
        key=f"rejected:{path}",
        alert=Alert.REJECTED,
        files=(path,),
        reason="has no title",
    )


def _question(number: int) -> Notice:
    choices = (Choice(Decision.LEAVE, str(number)),)
    return Notice(
        key=f"question:{number}",
        alert=Alert.OTHER,
        about=f"question {number}",
        choices=choices,
    )


async def _later(
    publisher: Outgoing, seconds: float = QUIET.total_seconds() + 1
) -> None:
    publisher.sandbox.advance(seconds)
    await publisher.telegram.notifier.send()


async def test_many_of_one_kind_become_one_message_and_the_next_waits(
    publisher: Outgoing,
) -> None:
    await publisher.telegram.tell_editors(
        *(_bad(f"{number}.md") for number in range(12))
    )
    await publisher.telegram.notifier.send()
    (first,) = publisher.alerts()
    assert first.startswith("12 files are not articles")
    assert "• 11.md: has no title" in first
    await publisher.telegram.tell_editors(_bad("12.md"), _bad("11.md"))
    due = await publisher.telegram.notifier.send()
    assert due is not None
    await publisher.telegram.tell_editors(_bad("13.md"))
    await publisher.telegram.notifier.send()
    assert len(publisher.alerts()) == 1
    await _later(publisher)
    assert [text.splitlines()[0] for text in publisher.alerts()[1:]] == [
        "2 files are not articles"
    ]
    assert await publisher.telegram.notifier.send() is None


async def test_more_than_fit_are_counted(publisher: Outgoing) -> None:
    await publisher.telegram.tell_editors(
        *(_bad(f"{number:03}{'x' * 180}.md") for number in range(600))
    )
    await publisher.telegram.notifier.send()
    (told,) = publisher.alerts()
    assert told.startswith("600 files")
    assert " more" in told.splitlines()[-1]


async def test_an_editor_who_never_pressed_start_loses_nothing_for_the_others(
    publisher: Outgoing,
) -> None:
    absent = publisher.sandbox.world.add_person("Abe")
    publisher.telegram.notifier._editors = [absent.id, publisher.editor.id]
    await publisher.telegram.tell_editors(_bad("a.md"))
    await publisher.telegram.notifier.send()
    assert len(publisher.alerts()) == 1
    publisher.sandbox.world.open_private(absent)
    await publisher.telegram.notifier.send()  # is left alone for a while
    assert publisher.sandbox.messages(absent) == []
    await _later(publisher, EDITOR_AWAY_SECONDS + 1)
    assert "a.md is" not in publisher.sandbox.messages(absent)[0].text
    assert "a.md: has no title" in publisher.sandbox.messages(absent)[0].text
    assert len(publisher.alerts()) == 1


async def test_who_presses_start_is_told_at_once(publisher: Outgoing) -> None:
    absent = publisher.sandbox.world.add_person("Abe")
    publisher.telegram.notifier._editors = [absent.id]
    await publisher.telegram.tell_editors(_bad("a.md"))
    await publisher.telegram.notifier.send()
    publisher.sandbox.world.open_private(absent)
    publisher.telegram.notifier.reachable(absent.id)
    await publisher.telegram.notifier.send()
    assert len(publisher.sandbox.messages(absent)) == 1


async def test_what_can_not_be_sent_now_is_sent_later(publisher: Outgoing) -> None:
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(500, "Internal Server Error"),
        chat=publisher.editor,
    )
    await publisher.telegram.tell_editors(_bad("a.md"))
    await publisher.telegram.notifier.send()
    assert publisher.alerts() == []
    await _later(publisher)
    assert len(publisher.alerts()) == 1


async def test_an_alert_whose_markup_is_refused_goes_out_as_plain_text(
    publisher: Outgoing,
) -> None:
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(400, BAD + "can't parse entities"),
        chat=publisher.editor,
    )
    await publisher.telegram.tell_editors(_bad("a.md"))
    await publisher.telegram.notifier.send()
    assert "a.md: has no title" in publisher.alerts()[0]


async def test_questions_come_one_by_one_and_not_all_at_once(
    publisher: Outgoing,
) -> None:
    await publisher.telegram.tell_editors(*map(_question, range(QUESTIONS + 1)))
    await publisher.telegram.notifier.send()
    await publisher.telegram.notifier.send()
    assert len(publisher.alerts()) == QUESTIONS
    await _later(publisher)
    assert len(publisher.alerts()) == QUESTIONS + 1


async def test_a_decision_is_taken_once_and_by_editors_only(
    publisher: Outgoing, stranger: str = "Sid"
) -> None:
    await publisher.telegram.tell_editors(_question(1))
    await publisher.telegram.notifier.send()
    message = publisher.sandbox.messages(publisher.editor)[-1]
    keyboard = message.reply_markup
    for _ in range(2):
        await publisher.sandbox.tap(publisher.editor, message, "Leave as it is")
        await publisher.hear()
        message.reply_markup = keyboard
    assert "everything stays as it is" in message.text
    other: Person = publisher.sandbox.world.add_person(stranger)
    publisher.sandbox.world.post(
        publisher.sandbox.world.open_private(other),
        publisher.sandbox.bot,
        message.content,
    )
    copy = publisher.sandbox.messages(other)[-1]
    copy.reply_markup = keyboard
    await publisher.sandbox.tap(other, copy, "Leave as it is")
    await publisher.hear()
    assert "too old" in publisher.sandbox.callback_answers[-1].text


async def test_rejected_copied_and_mended_files_are_told_together_and_once(
    publisher: Outgoing,
) -> None:
    title = "Parliament votes on a new law for data centres"
    for path in ("a.md", "b.md", "c.md"):
        await publisher.record(path, title=title)
    await publisher.deliver()
    copies = [
        text for text in publisher.alerts() if "not posted" in text.splitlines()[0]
    ]
    assert [text.splitlines()[0] for text in copies] == [
        "2 articles repeat earlier ones and were not posted"
    ]
    assert f"repeats “{title}” (a.md)" in copies[0]
    assert f"{title} (b.md)" in copies[0]


async def test_a_pause_of_an_hour_is_told_and_its_end(publisher: Outgoing) -> None:
    publisher.sandbox.fail(
        "sendMessage", faults.retry_after(4_000), chat=publisher.place
    )
    await publisher.record()
    await publisher.deliver()
    assert [text.splitlines()[0] for text in publisher.alerts()] == [
        "Telegram asks me to pause in News"
    ]
    await publisher.deliver(4_001)
    assert [text.splitlines()[0] for text in publisher.alerts()[1:]] == [
        "The pause in News is over"
    ]


@pytest.mark.parametrize(
    ("seconds", "told"), [(3_599, []), (3_700, ["an hour"]), (3 * 3_600, ["3 hours"])]
)
async def test_telegram_out_of_reach_for_an_hour_is_told_when_it_is_back(
    publisher: Outgoing, seconds: float, told: list[str]
) -> None:
    await publisher.telegram.polling.back(seconds)
    await publisher.telegram.notifier.send()
    assert [text.splitlines()[0] for text in publisher.alerts()] == [
        f"I could not reach Telegram for {one}" for one in told
    ]


def _fill(db: Database, full: bool) -> None:
    """Let the database have no room for another page, or room again."""
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages if full else 1_000_000}")


def _much(db: Database, *_: Any) -> Any:
    """Write what needs another page. Raises SQLITE_FULL where there is none."""
    return write(
        db, "UPDATE facts SET value = hex(zeroblob(9000)) WHERE name = 'database'"
    )


class _Writing(Scheduled):
    """A schedule with a job that writes."""

    publisher: Outgoing

    async def work(self) -> None:
        await self.bot.store(_much)


@pytest.mark.parametrize("kept", [True, False])
async def test_a_full_disk_is_told_once_and_its_end_too(
    publisher: Outgoing, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs, nothing = _Writing(), SimpleNamespace()
    signs.bot = publisher
    parts: dict[str, Any] = dict.fromkeys(
        ("settings", "poller", "channels", "pace"), nothing
    )
    jobs = Jobs(
        schedule=signs.jobs,
        telegram=publisher.telegram,
        clock=signs.clock,
        store=publisher.store,
        wake=lambda: None,
        **parts,
    )

    async def turns(count: int) -> None:
        for _ in range(count):
            signs.jobs.nudge("deliver")
            await signs.jobs._jobs["deliver"].task  # type: ignore[misc]  # it runs now
            with suppress(StoreError):
                await jobs._tell_editors()

    signs.jobs.start()
    await publisher.store(_fill, full=True)
    with monkeypatch.context() as patched:
        if not kept:
            patched.setattr(notices, "tell", _much)  # a notice finds no room either
        await turns(4)
    (told,) = publisher.alerts()
    assert told.startswith("Something is stuck")
    assert "database or disk is full" in told
    await publisher.store(_fill, full=False)
    await turns(2)
    assert [text.splitlines()[0] for text in publisher.alerts()[1:]] == [
        "The database: this works again"
    ]
    await signs.jobs.stop(1)


async def test_what_was_told_while_the_disk_was_full_is_not_told_again(
    publisher: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publisher.telegram.tell_editors(_bad("a.md"))
    with monkeypatch.context() as patched:
        patched.setattr(notices, "heard", _much)
        await publisher.store(_fill, full=True)
        await publisher.telegram.notifier.send()
        await publisher.telegram.notifier.send()
    assert len(publisher.alerts()) == 1
    await publisher.store(_fill, full=False)
    for _ in range(2):
        publisher.sandbox.advance(QUIET.total_seconds() + 1)
        await publisher.telegram.notifier.send()
    assert len(publisher.alerts()) == 1
    assert await publisher.store(notices.waiting, publisher.editor.id) == []


# --- An operator's own template ---------------------------------------------------------------------------------------

TITLE = "What is known on this day about the story in a.md"


async def test_a_template_that_fails_at_work_is_told_with_its_line_and_the_article(
    publisher: Outgoing, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = shipped.config() / "templates" / "post.html.j2"
    (tmp_path / "post.html.j2").write_text(
        source.read_text(encoding="utf-8") + "\n{{ 1 // (title | length - 49) }}\n"
    )
    own = Templates(tmp_path, publisher.telegram._parts.templates.taxonomy)
    publisher.telegram.notifier._templates = own
    sends = publisher.telegram.courier._sends
    publisher.telegram.courier._sends = replace(
        sends, composer=replace(sends.composer, templates=own)
    )
    assert len(TITLE) == 49  # no sample is so long
    for path in ("a.md", "b.md"):
        await publisher.record(path)
    await publisher.deliver(1)
    assert len(publisher.posts()) == 2
    (told,) = publisher.alerts()
    line = len(source.read_text(encoding="utf-8").splitlines()) + 2
    assert told.startswith("Your template post.html.j2 failed\nI used the shipped one")
    assert f"{TITLE} (a.md)" in told
    assert f"line {line}: integer division or modulo by zero" in told
    assert caplog.text.count("this message uses the shipped template") == 1
    await publisher.record("a.md", excerpt="New words")
    await publisher.deliver(QUIET.total_seconds() + 1)
    assert len(publisher.alerts()) == 1  # the same line, the same day


# --- The log ----------------------------------------------------------------------------------------------------------


async def test_an_editor_who_can_not_be_told_is_logged_once_with_what_to_do(
    publisher: Outgoing, caplog: pytest.LogCaptureFixture
) -> None:
    absent = publisher.sandbox.world.add_person("Abe")
    publisher.telegram.notifier._editors = [absent.id]

    async def lines() -> list[str]:
        await publisher.telegram.tell_editors(_bad("a.md"))
        for _ in range(3):
            await _later(publisher, EDITOR_AWAY_SECONDS + 1)
        found = [
            one.getMessage() for one in caplog.records if "told" in one.getMessage()
        ]
        caplog.clear()
        return found

    (line,) = await lines()
    assert line.startswith(
        f"editor {absent.id} can't be told anything until they press Start in their private chat"
    )
    assert await lines() == []
    publisher.sandbox.world.open_private(absent)
    assert await lines() == []
    await publisher.telegram.notifier.all_clear("rejected:a.md")
    publisher.sandbox.fail(
        "sendMessage",
        faults.refused(403, "Forbidden: bot was blocked by the user"),
        chat=absent,
    )
    assert len(await lines()) == 1


def test_the_log_says_in_words_what_the_editors_are_told() -> None:
    for alert in Alert:
        said = log_lines.line(alert, False, Entry(files=("a.md",), reason="so it is"))
        words = said.removeprefix("for the editors: ").removesuffix(": a.md: so it is")
        assert " " in words
        assert "_" not in words
        assert (
            log_lines.line(alert, True, Entry(files=("a.md",)))
            == f"for the editors: over: {words}: a.md"
        )
