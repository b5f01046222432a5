"""`paperboy run` as a host runs it: real processes, exit codes and signals, against the sandbox."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app, settings, single_run
from bot.errors import PaperboyError, UsageError
from bot.ingest.scanner import Scanner
from bot.rendering.loading import words
from bot.sandbox import Sandbox, faults
from bot.sandbox.faults import Rule
from bot.session import webhook
from bot.store import lock
from tests.support import hostile
from tests.support.operating import PATIENCE, Home, ended

CHANNEL = "newsroom"


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    sandbox.world.add_channel("News", username=CHANNEL)
    return sandbox


@pytest.fixture
def home(tmp_path: Path, sandbox: Sandbox) -> Home:
    home = Home(tmp_path)
    home.connect(sandbox, [f"@{CHANNEL}"])
    return home


def titles(sandbox: Sandbox) -> list[str]:
    (channel,) = (
        chat for chat in sandbox.world.chats.values() if chat.username == CHANNEL
    )
    return [message.text.partition("\n")[0] for message in sandbox.messages(channel)]


async def until(seen: Callable[[], object]) -> None:
    """Return once `seen` is true; for what rings no bell."""
    async with asyncio.timeout(PATIENCE):
        while not seen():
            await asyncio.sleep(0.02)


async def test_once_posts_what_is_new_and_a_second_time_nothing(
    sandbox: Sandbox, home: Home
) -> None:
    home.write("A quiet harbour")
    assert (await home.done("run", "--once")).code == 0
    assert titles(sandbox) == ["A quiet harbour"]
    assert (await home.done("run", "--once")).code == 0
    assert titles(sandbox) == ["A quiet harbour"]


async def test_once_ends_with_three_when_something_is_left_waiting(
    sandbox: Sandbox, home: Home
) -> None:
    home.write("A quiet harbour")
    sandbox.fail("sendMessage", faults.retry_after(300))
    done = await home.done("run", "--once")
    assert (done.code, titles(sandbox)) == (3, [])
    assert "Traceback" not in done.err


async def test_once_ends_with_one_when_a_channel_is_not_there(
    sandbox: Sandbox, home: Home
) -> None:
    home.connect(sandbox, [f"@{CHANNEL}", "@nowhere"])
    done = await home.done("run", "--once")
    assert done.code == 1
    assert "channels: @nowhere: " in done.err


async def test_once_gives_up_where_there_is_no_way_to_telegram(
    sandbox: Sandbox, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that has only a timer starts it again; it must not wait for ever."""
    sandbox.faults.add("getMe", faults.page(), times=None)
    monkeypatch.chdir(home.place)
    monkeypatch.setattr(single_run, "ONCE", timedelta(seconds=0.5))
    for name, value in home.variables.items():
        monkeypatch.setenv(name, value)
    async with (
        asyncio.timeout(PATIENCE),
        app.App.opened(settings.load(), words(None)) as bot,
    ):
        with pytest.raises(
            PaperboyError,
            match=r"^nothing was done, as Telegram does not let the bot in: ",
        ):
            await bot.run_once()


async def test_once_ends_in_the_middle_of_a_long_scan_when_it_is_told_to(
    sandbox: Sandbox, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def endless(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.chdir(home.place)
    monkeypatch.setattr(app, "STOP_SECONDS", 0.1)
    monkeypatch.setattr(Scanner, "scan", endless)
    for name, value in home.variables.items():
        monkeypatch.setenv(name, value)
    async with (
        asyncio.timeout(PATIENCE),
        app.App.opened(settings.load(), words(None)) as bot,
    ):
        run = asyncio.create_task(bot.run_once())
        await begun.wait()
        bot.stop()
        assert (
            await run == 1
        )  # at least: what it did not come to may be left, and the command ends with 3


async def test_a_scan_that_is_told_to_end_says_so_without_a_traceback_or_a_warning(
    home: Home,
) -> None:
    """Thousands of files are read by processes of their own, which end too."""
    for number in range(2_500):
        (home.articles / f"{number}.md").write_text(
            f"---\ntitle: {number}\nwebUrl: https://host.example/{number}\n---\n"
        )
    async with home.process("scan") as process:
        await until(home.database.exists)
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        done = await ended(process)
    assert (done.code, done.lines) in [
        (
            1,
            [
                "the scan was stopped before it was done; what it recorded is kept: run it again"
            ],
        ),
        (0, []),  # it was faster
        (-signal.SIGTERM, []),  # it had not begun
    ]


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({}, ["web.listen", "web.public_url"]),
        ({"listen": "127.0.0.1:1"}, ["web.public_url"]),
    ],
)
async def test_a_webhook_without_an_address_is_refused_before_anything_begins(
    sandbox: Sandbox,
    home: Home,
    chosen: dict[str, str],
    named: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home.connect(sandbox, web=chosen)
    monkeypatch.chdir(home.place)
    async with app.App.opened(settings.load(), words(None)) as bot:
        with pytest.raises(UsageError) as refused:
            await bot.run(webhook=True)
    assert [one.partition(":")[0] for one in refused.value.problems] == named
    assert refused.value.exit_code == 2
    assert not sandbox.calls.of("getMe")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://h.example", "/telegram"),
        ("https://h.example/a%20b/c", "/a b/c/telegram"),
    ],
)
def test_a_webhook_is_served_below_the_path_of_its_address(url: str, path: str) -> None:
    web = settings.Web(listen="127.0.0.1:1", public_url=url)
    assert webhook.hook(web, lambda update: None).path == path  # type: ignore[arg-type, return-value]


async def test_the_fifty_good_ones_among_two_hundred_hostile_files_are_posted(
    sandbox: Sandbox, home: Home
) -> None:
    bad = hostile.write(home.articles, 200)
    good = hostile.write_good(home.articles, 50)
    done = await home.done("scan", "--json")
    assert done.code == 0, done.err
    assert (done.json["files"], done.json["new"], done.json["articles"]) == (
        250,
        50,
        50,
    )
    assert [one["path"] for one in done.json["rejected"]] == sorted(bad)
    assert all(one["reason"].isprintable() for one in done.json["rejected"])
    done = await home.done("run", "--once")
    assert done.code == 0, done.err
    assert titles(sandbox) == good
    assert "hostile" not in done.err  # told by the scan; nothing changed


async def test_a_bad_file_is_logged_once_and_tried_again_when_it_changes(
    sandbox: Sandbox, home: Home
) -> None:
    file = home.articles / "bad.md"
    file.write_text("no front matter at all")
    first, second = await home.done("run", "--once"), await home.done("run", "--once")
    assert first.err.count('"message": "bad.md: ') == 1
    assert '"message": "bad.md: ' not in second.err
    home.write("A quiet harbour", name="bad.md")
    assert '"message": "bad.md: ' not in (await home.done("run", "--once")).err
    assert titles(sandbox) == ["A quiet harbour"]
    assert (await home.done("status", "--json")).json["rejected"] == []


async def test_a_bad_file_is_shown_by_scan_by_status_and_to_editors(
    sandbox: Sandbox, home: Home
) -> None:
    editor = sandbox.world.add_person("Edith")
    home.connect(sandbox, [f"@{CHANNEL}"], telegram={"admins": [editor.id]})
    (home.articles / "bad.md").write_text("no front matter at all")
    reason = "has no front matter: it does not begin with a line of ---"
    for command in ("scan", "status"):
        assert f"  bad.md: {reason}\n" in (await home.done(command)).out
    sandbox.world.open_private(editor)
    await sandbox.say(editor, "/status")
    assert (await home.done("run", "--once")).code == 0
    assert any(
        "bad.md" in message.text and reason in message.text
        for message in sandbox.messages(editor)
    )


async def test_a_revoked_token_ends_it_with_five(sandbox: Sandbox, home: Home) -> None:
    sandbox.fail("*", faults.refused(401, "Unauthorized"), times=None)
    for command in (["run"], ["run", "--once"]):
        done = await home.done(*command)
        assert (done.code, len(done.lines)) == (5, 1), done.err
        assert "@BotFather" in done.err
        assert sandbox.token not in done.err


async def test_a_token_revoked_while_it_runs_ends_it_with_five(
    sandbox: Sandbox, home: Home
) -> None:
    async with home.process("run") as process:
        await until(lambda: sandbox.calls.of("setMyCommands"))
        sandbox.fail("sendMessage", faults.refused(401, "Unauthorized"), times=None)
        home.write("A quiet harbour")
        done = await ended(process)
    assert done.code == 5, done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "command", [["run"], ["run", "--once"], ["scan"], ["restore", "copy.db"]]
)
async def test_a_database_in_use_ends_it_with_four(
    sandbox: Sandbox, home: Home, command: list[str]
) -> None:
    with lock.held(home.database):
        done = await home.done(*command)
    assert (done.code, len(done.lines)) == (4, 1), done.err
    assert "another Paperboy is using this database" in done.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_lets_the_call_on_its_way_end_and_be_written_down(
    sandbox: Sandbox, home: Home, number: signal.Signals
) -> None:
    slow = sandbox.fail("sendMessage", faults.slow(2))
    for title in ("A quiet harbour", "A loud harbour"):
        home.write(title)
    done = await stopped(home, slow, number)
    assert done == 0
    assert len(titles(sandbox)) == 1  # no new send
    assert await states(home) == {"sent": 1, "pending": 1}


async def test_a_call_that_takes_too_long_stays_on_its_way_and_the_end_comes_in_time(
    sandbox: Sandbox, home: Home
) -> None:
    home.write("A quiet harbour")
    slow = sandbox.fail("sendMessage", faults.slow(10 * PATIENCE))
    async with asyncio.timeout(
        PATIENCE
    ):  # ten seconds by the contract; the rest is for a loaded machine
        assert await stopped(home, slow, signal.SIGTERM) == 0
    assert await states(home) == {"sending": 1}


@pytest.mark.parametrize(("command", "code"), [(["run"], 0), (["run", "--once"], 3)])
async def test_a_signal_ends_it_also_while_telegram_is_silent(
    sandbox: Sandbox, home: Home, command: list[str], code: int
) -> None:
    """A single run that could do nothing has left something waiting, for all anybody knows."""
    slow = sandbox.fail("getMe", faults.slow(10 * PATIENCE))
    async with asyncio.timeout(PATIENCE):
        assert await stopped(home, slow, signal.SIGTERM, *command) == code


async def test_a_signal_ends_it_while_telegram_refuses(
    sandbox: Sandbox, home: Home
) -> None:
    broken = sandbox.fail("getMe", faults.broken(), times=None)
    async with asyncio.timeout(PATIENCE):
        assert await stopped(home, broken, signal.SIGTERM) == 0


async def test_once_is_stopped_by_a_signal_while_it_waits_for_the_pace(
    sandbox: Sandbox, home: Home
) -> None:
    home.connect(sandbox, [f"@{CHANNEL}"], pace={"per_chat_seconds": 50})
    for title in ("A quiet harbour", "A loud harbour"):
        home.write(title)
    async with asyncio.timeout(PATIENCE), home.process("run", "--once") as process:
        await until(lambda: sandbox.calls.of("getUpdates"))
        process.send_signal(signal.SIGTERM)
        assert (await ended(process)).code == 3
    assert (await states(home))["pending"] >= 1


async def stopped(home: Home, met: Rule, number: signal.Signals, *command: str) -> int:
    """Start the bot, send it a signal once a call has met its fault, and return its exit code."""
    async with home.process(*(command or ["run"])) as process:
        await until(lambda: met.hits)
        process.send_signal(number)
        done = await ended(process)
    assert "Traceback" not in done.err, done.err
    return done.code


async def states(home: Home) -> dict[str, int]:
    """Return the channel's deliveries by state."""
    (channel,) = (await home.done("status", "--json")).json["channels"]
    found: dict[str, int] = channel["deliveries"]
    return {state: count for state, count in found.items() if count}
