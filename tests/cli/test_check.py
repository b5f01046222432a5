"""`paperboy check`: everything that would keep the bot from its work, each with its fix, and a code for scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import checking
from bot.sandbox import Sandbox, faults, objects
from bot.settings import Settings
from bot.store import lock
from tests.support.operating import Done, Home

ALL = ["can_post_messages", "can_delete_messages"]


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    sandbox.world.add_channel("News", username="newsroom", bot_rights=ALL)
    sandbox.world.add_channel("Posting only", username="posting_only")
    sandbox.world.add_channel("Rights taken", username="rights_taken", bot_rights=[])
    sandbox.world.add_channel("Not a member", username="not_a_member", bot_rights=None)
    return sandbox


@pytest.fixture
def home(tmp_path: Path, sandbox: Sandbox) -> Home:
    home = Home(tmp_path)
    edith = sandbox.world.add_person("Edith")
    sandbox.world.open_private(edith)
    home.connect(sandbox, ["@newsroom"], telegram={"admins": [edith.id]})
    home.write("Something to post")
    return home


def found(done: Done) -> list[tuple[str, str, str]]:
    """Return sign, what, and fix of each finding."""
    rows: list[tuple[str, str, str]] = []
    for line in done.out.splitlines():
        if line.startswith("    "):
            sign, what, _ = rows.pop()
            rows.append((sign, what, line.strip()))
        else:
            rows.append((line[0], line[2:], ""))
    return rows


async def test_where_all_is_well_it_says_so(sandbox: Sandbox, home: Home) -> None:
    done = await home.done("check")
    assert (done.code, done.err) == (0, "")
    assert found(done) == [
        ("✓", "feed.folder: data/articles", ""),
        ("✓", "store.database: data/paperboy.db will be made", ""),
        ("✓", "telegram.token: this is @paperboy_demo_bot", ""),
        ("✓", "channels: @newsroom: News", ""),
    ]
    assert not home.database.exists()
    assert {call.method.lower() for call in sandbox.calls} <= {
        "getme",
        "getwebhookinfo",
        "getchat",
        "getchatmember",
    }


async def test_it_runs_beside_a_bot_that_holds_the_database(
    sandbox: Sandbox, home: Home
) -> None:
    assert (await home.done("scan")).code == 0
    with lock.held(home.database):
        done = await home.done("check")
    assert done.code == 0
    assert ("✓", "store.database: data/paperboy.db", "") in found(done)


async def test_each_channel_has_its_finding_with_a_fix(
    sandbox: Sandbox, home: Home
) -> None:
    channels = [
        "@newsroom",
        "@posting_only",
        "@rights_taken",
        "@not_a_member",
        "@no_such_channel",
        "-1009999999999",
    ]
    home.connect(sandbox, channels, telegram={"admins": []})
    done = await home.done("check")
    assert (done.code, done.err) == (1, "")
    rows = {
        what.split(": ")[1]: (sign, what, fix)
        for sign, what, fix in found(done)
        if what.startswith("channels")
    }
    assert list(rows) == channels
    assert [rows[channel][0] for channel in channels] == ["✓", "!", "✗", "✗", "✗", "✗"]
    assert all(fix for sign, _, fix in rows.values() if sign != "✓")
    assert "may not delete" in rows["@posting_only"][1]
    assert "may not post" in rows["@rights_taken"][1]
    assert "right to post messages" in rows["@rights_taken"][2]
    assert "administrator" in rows["@not_a_member"][2]
    assert "is not there" in rows["@no_such_channel"][1]
    assert ("!", "telegram.admins: nobody") in [row[:2] for row in found(done)]


async def test_warnings_alone_are_no_failure(sandbox: Sandbox, home: Home) -> None:
    home.connect(sandbox, [])
    done = await home.done("check")
    assert done.code == 0
    assert [what for sign, what, fix in found(done) if sign == "!" and fix] == [
        "telegram.admins: nobody",
        "channels: none",
    ]
    assert "[[channels]]" in done.out  # brackets are no markup


async def test_a_token_that_telegram_refuses_is_a_problem_and_is_not_shown(
    sandbox: Sandbox, home: Home
) -> None:
    sandbox.fail("getMe", faults.refused(401, "Unauthorized"), times=None)
    done = await home.done("check")
    assert done.code == 1
    assert (
        "✗",
        "telegram.token: Telegram refuses it",
        "Take a new one from @BotFather.",
    ) in found(done)
    assert sandbox.token not in done.out + done.err


def test_no_token_no_folder_and_no_database_are_told_together(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.database.write_text("rubbish" * 1_000)
    home.settle("[feed]\nfolder = 'nowhere'")
    done = home.run("check")
    assert (done.code, done.err) == (1, "")
    folder, database, token = found(done)
    assert folder == (
        "✗",
        "feed.folder: nowhere: there is no such folder",
        "Make it, or set [feed] folder.",
    )
    assert database[0] == "✗"
    assert "is damaged (it is not an SQLite database)" in database[1]
    assert "paperboy restore" in database[2]
    assert token[:2] == ("✗", "telegram.token: is missing")
    assert "@BotFather" in token[2]


def test_a_server_that_is_not_there_is_a_problem_with_a_fix(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settle(
        f'[telegram]\ntoken = "123456789:{"A" * 35}"\napi_base_url = "http://127.0.0.1:9"'
    )
    done = home.run("check")
    assert (done.code, done.err) == (1, "")
    (problem,) = (row for row in found(done) if row[0] == "✗")
    assert problem[1].startswith("telegram: Telegram can't be reached")
    assert "api_base_url" in problem[2]
    assert "A" * 35 not in done.out


async def test_a_channel_with_a_discussion_group_is_told_what_buttons_cost(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = objects.full_chat
    monkeypatch.setattr(
        objects, "full_chat", lambda chat: whole(chat) | {"linked_chat_id": -1001}
    )
    for buttons, warned in (("keyboard", True), ("text", False), ("none", False)):
        chosen = Settings.model_validate(
            {
                "telegram": {"token": sandbox.token, "api_base_url": sandbox.base_url},
                "channels": [{"chat": "@newsroom", "buttons": buttons}],
            }
        )
        last = (await checking.findings(chosen))[-1]
        assert (
            "no comments under a post with buttons" in last.what,
            last.level == "warning",
        ) == (
            warned,
            warned,
        )
