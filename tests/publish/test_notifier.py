"""Telling editors, over HTTP: few messages, by name, each editor for themselves, later where it can't be now."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.publish.notifier import QUESTIONS, QUIET, UNREACHABLE
from bot.sandbox import Person, Sandbox, faults
from tests.support.outgoing import Outgoing, going

BAD = "Bad Request: "


@pytest.fixture
async def bot() -> AsyncIterator[Outgoing]:
    async with Sandbox() as sandbox:
        editor = sandbox.world.add_person("Edith")
        sandbox.world.open_private(editor)
        async with going(sandbox, editor) as made:
            yield made


def _bad(path: str) -> Notice:
    return Notice(key=f"rejected:{path}", alert=Alert.REJECTED, files=(path,), reason="has no title")


def _question(number: int) -> Notice:
    choices = (Choice(Decision.LEAVE, str(number)),)
    return Notice(key=f"question:{number}", alert=Alert.OTHER, about=f"question {number}", choices=choices)


async def _later(bot: Outgoing, seconds: float = QUIET.total_seconds() + 1) -> None:
    bot.sandbox.advance(seconds)
    await bot.telegram.notifier.send()


async def test_many_of_one_kind_become_one_message_and_the_next_waits(bot: Outgoing) -> None:
    await bot.telegram.tell_editors(*(_bad(f"{number}.md") for number in range(12)))
    await bot.telegram.notifier.send()
    (first,) = bot.alerts()
    assert first.startswith("12 files are not articles")
    assert "• 11.md: has no title" in first
    await bot.telegram.tell_editors(_bad("12.md"), _bad("11.md"))
    due = await bot.telegram.notifier.send()
    assert due is not None
    await bot.telegram.tell_editors(_bad("13.md"))
    await bot.telegram.notifier.send()
    assert len(bot.alerts()) == 1
    await _later(bot)
    assert [text.splitlines()[0] for text in bot.alerts()[1:]] == ["2 files are not articles"]
    assert await bot.telegram.notifier.send() is None


async def test_more_than_fit_are_counted(bot: Outgoing) -> None:
    await bot.telegram.tell_editors(*(_bad(f"{number:03}{'x' * 180}.md") for number in range(600)))
    await bot.telegram.notifier.send()
    (told,) = bot.alerts()
    assert told.startswith("600 files")
    assert " more" in told.splitlines()[-1]


async def test_an_editor_who_never_pressed_start_loses_nothing_for_the_others(bot: Outgoing) -> None:
    absent = bot.sandbox.world.add_person("Abe")
    bot.telegram.notifier._editors = [absent.id, bot.editor.id]
    await bot.telegram.tell_editors(_bad("a.md"))
    await bot.telegram.notifier.send()
    assert len(bot.alerts()) == 1
    bot.sandbox.world.open_private(absent)
    await bot.telegram.notifier.send()  # is left alone for a while
    assert bot.sandbox.messages(absent) == []
    await _later(bot, UNREACHABLE.total_seconds() + 1)
    assert "a.md is" not in bot.sandbox.messages(absent)[0].text
    assert "a.md: has no title" in bot.sandbox.messages(absent)[0].text
    assert len(bot.alerts()) == 1


async def test_who_presses_start_is_told_at_once(bot: Outgoing) -> None:
    absent = bot.sandbox.world.add_person("Abe")
    bot.telegram.notifier._editors = [absent.id]
    await bot.telegram.tell_editors(_bad("a.md"))
    await bot.telegram.notifier.send()
    bot.sandbox.world.open_private(absent)
    bot.telegram.notifier.reachable(absent.id)
    await bot.telegram.notifier.send()
    assert len(bot.sandbox.messages(absent)) == 1


async def test_what_can_not_be_sent_now_is_sent_later(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(500, "Internal Server Error"), chat=bot.editor)
    await bot.telegram.tell_editors(_bad("a.md"))
    await bot.telegram.notifier.send()
    assert bot.alerts() == []
    await _later(bot)
    assert len(bot.alerts()) == 1


async def test_an_alert_whose_markup_is_refused_goes_out_as_plain_text(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.refused(400, BAD + "can't parse entities"), chat=bot.editor)
    await bot.telegram.tell_editors(_bad("a.md"))
    await bot.telegram.notifier.send()
    assert "a.md: has no title" in bot.alerts()[0]


async def test_questions_come_one_by_one_and_not_all_at_once(bot: Outgoing) -> None:
    await bot.telegram.tell_editors(*map(_question, range(QUESTIONS + 1)))
    await bot.telegram.notifier.send()
    await bot.telegram.notifier.send()
    assert len(bot.alerts()) == QUESTIONS
    await _later(bot)
    assert len(bot.alerts()) == QUESTIONS + 1


async def test_a_decision_is_taken_once_and_by_editors_only(bot: Outgoing, stranger: str = "Sid") -> None:
    await bot.telegram.tell_editors(_question(1))
    await bot.telegram.notifier.send()
    message = bot.sandbox.messages(bot.editor)[-1]
    keyboard = message.reply_markup
    for _ in range(2):
        await bot.sandbox.tap(bot.editor, message, "Leave as it is")
        await bot.hear()
        message.reply_markup = keyboard
    assert "everything stays as it is" in message.text
    other: Person = bot.sandbox.world.add_person(stranger)
    bot.sandbox.world.post(bot.sandbox.world.open_private(other), bot.sandbox.bot, message.content)
    copy = bot.sandbox.messages(other)[-1]
    copy.reply_markup = keyboard
    await bot.sandbox.tap(other, copy, "Leave as it is")
    await bot.hear()
    assert "too old" in bot.sandbox.callback_answers[-1].text


async def test_rejected_copied_and_mended_files_are_told_together_and_once(bot: Outgoing) -> None:
    title = "Parliament votes on a new law for data centres"
    for path in ("a.md", "b.md", "c.md"):
        await bot.record(path, title=title)
    await bot.deliver()
    copies = [text for text in bot.alerts() if "not posted" in text.splitlines()[0]]
    assert [text.splitlines()[0] for text in copies] == ["2 articles repeat earlier ones and were not posted"]
    assert f"repeats “{title}” (a.md)" in copies[0]
    assert f"{title} (b.md)" in copies[0]


async def test_a_pause_of_an_hour_is_told_and_its_end(bot: Outgoing) -> None:
    bot.sandbox.fail("sendMessage", faults.retry_after(4_000), chat=bot.place)
    await bot.record()
    await bot.deliver()
    assert [text.splitlines()[0] for text in bot.alerts()] == ["Telegram asks me to pause in News"]
    await bot.deliver(4_001)
    assert [text.splitlines()[0] for text in bot.alerts()[1:]] == ["The pause in News is over"]


@pytest.mark.parametrize(("seconds", "told"), [(3_599, []), (3_700, ["an hour"]), (3 * 3_600, ["3 hours"])])
async def test_telegram_out_of_reach_for_an_hour_is_told_when_it_is_back(
    bot: Outgoing, seconds: float, told: list[str]
) -> None:
    await bot.telegram.polling.back(seconds)
    await bot.telegram.notifier.send()
    assert [text.splitlines()[0] for text in bot.alerts()] == [f"I could not reach Telegram for {one}" for one in told]
