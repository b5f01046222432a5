"""What Telegram refuses, forgets or cuts off: each has one fate, and no other chat suffers for it."""

from __future__ import annotations

import pytest

from bot.errors import PaperboyError, UsageError
from bot.sandbox import Chat, faults
from tests.support.stage import Stage

TITLE = "Ropemakers' guild finds its lost knot"
LATER = "Second knot found beside the first"
BAD_HTML = faults.refused(
    400,
    'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 1',
)


@pytest.fixture
def second(stage: Stage) -> Chat:
    """Another channel of the settings."""
    channel = stage.sandbox.world.add_channel("Late Edition", username="late_edition")
    stage.choose(channels=[{"chat": "@paperboy_daily"}, {"chat": "@late_edition"}])
    return channel


async def test_a_pause_that_telegram_asks_for_holds_that_chat_only_and_outlives_a_restart(
    stage: Stage, second: Chat
) -> None:
    stage.sandbox.fail("sendMessage", faults.retry_after(2), chat=stage.channel)
    await stage.start()
    stage.drop(TITLE)
    await stage.post(TITLE, second)
    stage.drop(LATER)
    await stage.post(LATER, second)
    await stage.restart()
    await stage.post(TITLE)
    await stage.post(LATER)
    calls = [
        call
        for call in stage.sandbox.calls.of("sendMessage")
        if call.chat == stage.channel.id
    ]
    assert len(calls) == 3  # one was refused; the restart asked no sooner
    assert calls[1].at - calls[0].at >= 2


async def test_a_channel_that_the_bot_may_not_post_in_waits_and_the_editors_hear_of_it_once(
    stage: Stage, second: Chat
) -> None:
    await stage.start()
    await stage.sandbox.add_bot(stage.channel, ["can_manage_chat"])
    stage.drop(TITLE)
    await stage.post(TITLE, second)
    await stage.told("Paperboy Daily", "right")
    stage.drop(LATER)
    await stage.post(LATER, second)
    await stage.restart()
    await stage.sandbox.settled()
    assert (
        len(
            [one for one in stage.sandbox.messages(stage.editor) if "right" in one.text]
        )
        == 1
    )

    await stage.sandbox.add_bot(stage.channel, ["can_manage_chat", "can_post_messages"])
    await stage.post(TITLE)
    await stage.post(LATER)
    await stage.settled()
    assert [one for one in stage.titles() if one in (TITLE, LATER)] == [TITLE, LATER]


async def test_a_channel_that_threw_the_bot_out_waits_until_it_is_let_in_again(
    stage: Stage, second: Chat
) -> None:
    await stage.start()
    await stage.sandbox.remove_bot(stage.channel)
    stage.drop(TITLE)
    await stage.post(TITLE, second)
    await stage.told("Paperboy Daily")
    await stage.sandbox.add_bot(stage.channel, ["can_post_messages"])
    await stage.post(TITLE)


async def test_a_group_of_the_settings_that_got_a_new_number_is_posted_to_at_once(
    stage: Stage,
) -> None:
    small = stage.sandbox.world.add_group(
        "Small", [stage.reader], [stage.editor], supergroup=False
    )
    await stage.start(channels=[{"chat": str(small.id)}])
    stage.drop(TITLE)
    await stage.post(TITLE, small)
    await stage.stop()
    large = stage.sandbox.world.migrate(small)
    stage.sandbox.updates.clear()
    await stage.start()
    stage.drop(LATER)
    await stage.post(LATER, large)
    await stage.restart()
    stage.drop("A third knot")
    await stage.post("A third knot", large)
    await stage.sandbox.settled()
    assert stage.titles(large).count(LATER) == 1
    assert stage.sandbox.messages(stage.editor) == []
    assert TITLE not in stage.titles(large)


async def test_markup_that_telegram_refuses_goes_out_once_as_plain_text_and_the_editors_hear(
    stage: Stage,
) -> None:
    await stage.start()
    stage.sandbox.fail("sendMessage", BAD_HTML, chat=stage.channel)
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    await stage.told("can't parse entities")
    await stage.settled()
    assert len(stage.posts(TITLE)) == 1
    assert post.content.parse_mode is None
    assert "<b>" not in post.text
    assert post.buttons


async def test_a_post_that_telegram_refuses_for_good_stops_no_other(
    stage: Stage,
) -> None:
    await stage.start()
    stage.sandbox.fail("sendMessage", BAD_HTML, times=2, chat=stage.channel)
    stage.drop(TITLE)
    await stage.told("can't parse entities")
    stage.drop(LATER)
    await stage.post(LATER)
    await stage.restart()
    await stage.settled()
    assert stage.posts(TITLE) == []


@pytest.mark.parametrize(
    "fault",
    [
        faults.cut_before(),
        faults.broken(502, "Bad Gateway"),
        faults.page(502),
        faults.refused(500, "Internal Server Error"),
    ],
    ids=["cut off", "bad gateway", "an error page", "an internal error"],
)
async def test_what_the_network_swallowed_is_sent_later_once(
    stage: Stage, fault: faults.Fault
) -> None:
    await stage.start()
    stage.sandbox.fail("sendMessage", fault, chat=stage.channel)
    stage.drop(TITLE)
    await stage.post(TITLE)
    await stage.settled()
    assert len(stage.posts(TITLE)) == 1


async def test_the_bot_waits_for_a_telegram_that_is_not_there_yet(stage: Stage) -> None:
    stage.sandbox.fail("getMe", faults.cut_before(), times=1)
    await stage.start()
    stage.drop(TITLE)
    await stage.post(TITLE)


async def test_a_channels_name_is_resolved_once_so_that_a_renamed_channel_stays_the_same(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop(TITLE)
    await stage.post(TITLE)
    stage.sandbox.world.rename(stage.channel, username="daily_paper")
    stage.drop(LATER)
    await stage.post(LATER)
    await (
        stage.restart()
    )  # nothing has the name of the settings any more; the row keeps the number
    stage.drop("A third knot")
    await stage.post("A third knot")
    assert {call.chat for call in stage.sandbox.calls.of("sendMessage")} == {
        stage.channel.id
    }  # no editor is alarmed


async def test_two_settings_for_one_channel_are_refused_in_one_line(
    stage: Stage,
) -> None:
    both = [{"chat": "@paperboy_daily"}, {"chat": str(stage.channel.id)}]
    with pytest.raises(UsageError) as refused:
        await stage.once(channels=both)
    (problem,) = refused.value.problems
    assert "@paperboy_daily" in problem
    assert str(stage.channel.id) in problem
    code, out, err = await stage.command("run", "--once", channels=both)
    assert (code, out) == (2, "")
    assert "same chat" in err
    stage.drop(TITLE)
    assert await stage.once(channels=both[:1]) == 0
    assert len(stage.posts(TITLE)) == 1


async def test_a_channel_that_does_not_exist_waits_and_stops_no_other(
    stage: Stage,
) -> None:
    await stage.start(channels=[{"chat": "@nobody_there"}, {"chat": "@paperboy_daily"}])
    await stage.told("@nobody_there")
    stage.drop(TITLE)
    await stage.post(TITLE)


async def test_a_revoked_token_ends_the_bot_loudly(stage: Stage) -> None:
    await stage.start()
    await stage.settled()
    stage.sandbox.fail("sendMessage", faults.refused(401, "Unauthorized"), times=None)
    stage.drop(TITLE)
    with pytest.raises(PaperboyError, match="refuses the token") as ended:
        await stage.ended()
    assert ended.value.exit_code == 5
    stage.sandbox.faults.clear()
    await stage.start()
    await stage.post(TITLE)


async def test_a_second_bot_on_the_same_database_says_so_and_ends(stage: Stage) -> None:
    await stage.start()
    code, _, err = await stage.command("run")
    assert code == 4
    assert "another Paperboy" in err
    assert len(err.splitlines()) == 1


async def test_a_single_run_tells_what_it_left_waiting_and_the_next_brings_it(
    stage: Stage,
) -> None:
    stage.drop(TITLE)
    stage.sandbox.fail("sendMessage", faults.retry_after(300), chat=stage.channel)
    code, _, err = await stage.command("run", "--once")
    assert code == 3
    assert "Traceback" not in err
    assert await stage.once() == 1
    stage.sandbox.advance(301)
    assert await stage.once() == 0
    assert len(stage.posts(TITLE)) == 1
