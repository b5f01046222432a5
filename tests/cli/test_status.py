"""`paperboy status` and `scan`, as a person at a terminal sees them and as a program reads them."""

from __future__ import annotations

import json
import os
import pty
import re

import pytest

from bot.sandbox import Sandbox, faults
from tests.support import commands
from tests.support.operating import Home


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    sandbox.world.add_channel("News", username="newsroom")
    return sandbox


def at_a_terminal(home: Home, *arguments: str) -> str:
    """Run a command where a person looks, and return everything that was drawn."""
    ours, theirs = pty.openpty()
    environment = home.environment | {"TERM": "xterm-256color", "COLUMNS": "100"}
    with (
        commands.begin(arguments, home.place, environment, (theirs, theirs)) as answer,
        answer.makefile() as lines,
    ):
        os.close(theirs)
        drawn = b""
        while True:
            try:
                data = os.read(ours, 65_536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not data:
                break
            drawn += data
        _number, code = map(int, lines)
    os.close(ours)
    assert code == 0, drawn.decode()
    return drawn.decode()


async def test_it_is_told_beside_a_running_bot(sandbox: Sandbox, home: Home) -> None:
    home.connect(sandbox, ["@newsroom"])
    for title in ("A quiet harbour", "A loud harbour"):
        home.write(title)
    (home.articles / "bad.md").write_text("no front matter")
    sandbox.fail("sendMessage", faults.retry_after(300), times=None)
    async with home.process("run"):
        await sandbox.wait_for(lambda: sandbox.calls.of("sendMessage"), timeout=60)
        told = (await home.done("status", "--json")).json
        plain = await home.done("status")
    after = await home.done("status")
    assert told["running"] is True
    assert told["started"]
    assert "The bot has been running since " in plain.out
    assert "The bot is not running; it last started at " in after.out
    assert (told["articles"], told["readers"], told["follows"]) == (2, 0, 0)
    (channel,) = told["channels"]
    assert (channel["name"], sum(channel["deliveries"].values())) == ("@newsroom", 2)
    assert told["oldest_waiting"].endswith("+00:00")
    assert [one["path"] for one in told["rejected"]] == ["bad.md"]
    assert told["folder"] == "data/articles"
    assert (plain.code, plain.err) == (0, "")
    assert plain.out.startswith("2 articles · 0 readers · 0 follows\n")
    assert "One file is not an article:\n  bad.md: has no front matter" in plain.out
    assert "Oldest waiting: " in plain.out
    assert re.search(
        r"\(@newsroom\) waits until \d+ \w{3} \d{4}, \d\d:\d\d \S+: ", plain.out
    )
    assert "\x1b" not in plain.out


def test_without_a_database_it_says_what_makes_one(home: Home) -> None:
    done = home.run("status")
    assert (done.code, len(done.lines), done.out) == (1, 1, "")
    assert (
        "there is no database yet; `paperboy run` or `paperboy scan` makes it"
        in done.err
    )
    assert not home.database.exists()
    home.database.write_text("rubbish" * 1_000)
    done = home.run("status")
    assert (done.code, len(done.lines)) == (1, 1)
    assert "is damaged (it is not an SQLite database)" in done.err


def test_titles_and_reasons_are_printed_as_they_are(home: Home) -> None:
    """Brackets in other people's words are no markup of ours."""
    home.settle('[feed]\nunpublished = "hold"')
    home.write(
        "'[red]Alert[/blue] in the harbour of :smile: today'",
        name="a.md",
        published="false",
    )
    (home.articles / "[bold]b.md").write_text("no front matter")
    done = home.run("scan")
    assert (done.code, done.err) == (0, "")
    assert "  [bold]b.md: has no front matter" in done.out
    done = home.run("status")
    assert (done.code, done.err) == (0, "")
    assert "[red]Alert[/blue] in the harbour of :smile: today" in done.out


def test_a_scan_counts_and_sends_nothing(home: Home) -> None:
    home.write("A quiet harbour", published="true")
    assert (
        home.run("scan").out
        == "1 file: 1 new, 0 unchanged\n1 article in the database\n"
    )
    home.write("Another harbour")
    done = home.run("scan", "--json")
    assert done.json == {
        "files": 2, "unchanged": 1, "new": 1, "edits": 0, "missing": 0, "articles": 2, "rejected": [], "warnings": []
    }  # fmt: skip
    assert (
        home.run("scan").out
        == "2 files: nothing new, 2 unchanged\n2 articles in the database\n"
    )


def test_a_person_sees_a_long_scan_advance_and_a_program_does_not(home: Home) -> None:
    for number in range(450):
        home.write(f"Story number {number} of the harbour town", name=f"{number}.md")
    drawn = at_a_terminal(home, "scan")
    assert "Reading" in drawn
    assert "450/450" in drawn
    assert "450 files: 450 new" in drawn
    done = home.run("scan")
    assert "\x1b" not in done.out + done.err
    assert "Reading" not in done.out + done.err


def test_a_person_sees_a_preview_drawn_and_json_when_asked(home: Home) -> None:
    home.write("'A [quiet] & <calm> harbour'", name="a.md")
    drawn = at_a_terminal(home, "preview", "data/articles/a.md")
    assert "A [quiet] & <calm> harbour" in drawn
    assert "[ Read the article ]" in drawn
    assert "<b>" not in drawn
    told = json.loads(at_a_terminal(home, "preview", "data/articles/a.md", "--json"))
    assert told["text"].startswith("<b>A [quiet] &amp; &lt;calm&gt; harbour</b>")


def test_fields_that_could_not_be_read_are_told_beside_rejected_files(
    home: Home,
) -> None:
    home.write("A quiet harbour", quality="high", publishedDateTime="yesterday")
    (home.articles / "bad.md").write_text("no front matter")
    told = home.run("scan", "--json").json
    (warned,) = told["warnings"]
    assert warned["path"] == "a-quiet-harbour.md"
    assert "quality: “high” is not a number, so it was left out" in warned["warning"]
    assert "publishedDateTime: “yesterday” is not a date" in warned["warning"]
    assert [one["path"] for one in told["rejected"]] == ["bad.md"]
    plain = home.run("status").out
    assert (
        "Fields that could not be read, in 1 file:\n  a-quiet-harbour.md: line "
        in plain
    )


async def test_what_telegram_refused_is_told_with_its_reason(
    sandbox: Sandbox, home: Home
) -> None:
    home.connect(sandbox, ["@newsroom"])
    home.write("A quiet harbour")
    sandbox.fail(
        "sendMessage",
        faults.refused(400, "Bad Request: message text is empty"),
        times=None,
    )
    assert (await home.done("run", "--once")).code == 0
    told = (await home.done("status")).out
    assert (
        "(@newsroom) refused 1 A quiet harbour (a-quiet-harbour.md): there are no words in it"
        in told
    )
    (channel,) = json.loads((await home.done("status", "--json")).out)["channels"]
    assert channel["refusals"] == [
        {
            "short_id": "1",
            "title": "A quiet harbour",
            "file": "a-quiet-harbour.md",
            "reason": "there are no words in it: Message text is empty",
        },
    ]
