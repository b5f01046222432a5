"""The command line as a person meets it: help, wrong usage, bad settings; one line a problem, and the right code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli, shipped
from tests.support.operating import ROOT, Done, Home

COMMANDS = (
    "demo",
    "init",
    "check",
    "preview",
    "run",
    "scan",
    "status",
    "verify",
    "backup",
    "restore",
)
SECRET = "123456789-AAnotAtokenButSecretAllTheSame"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PAPERBOY_")]:
        monkeypatch.delenv(name)
    return Home(tmp_path)


def type_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> Done:
    """Run a command in this process, which is quicker; it must end by itself."""
    monkeypatch.setattr("sys.argv", ["paperboy", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return Done(int(ended.value.code or 0), out, err)


def test_help_names_every_command_of_the_contract(home: Home) -> None:
    done = home.start_python("--help")
    assert (done.code, done.err) == (0, "")
    commands = re.findall(r"^  ([a-z]+) +[A-Z]", done.out, re.MULTILINE)
    assert commands == list(COMMANDS)


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        ("demo", {"--port", "--folder", "--keep", "--no-browser"}),
        (
            "init",
            {"--token", "--folder", "--channel", "--admin", "--config", "--force"},
        ),
        ("run", {"--config", "--once", "--webhook"}),
        ("scan", {"--config", "--json"}),
        ("preview", {"--config", "--json", "--html"}),
        ("check", {"--config"}),
        ("status", {"--config", "--json"}),
        ("verify", {"--config", "--json"}),
        ("backup", {"--config", "--force"}),
        ("restore", {"--config"}),
    ],
)
def test_a_command_takes_the_options_of_the_contract(
    command: str,
    offered: set[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = type_in(capsys, monkeypatch, command, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: paperboy {command} [OPTIONS]")
    assert set(re.findall(r"--[a-z-]+", done.out)) - {"--help"} == offered


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_short_and_whole_sentences(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = type_in(capsys, monkeypatch, *command.split(), "-h")
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert not re.search(r"\.\.\.|[{}<>]", done.out)
    about = re.split(r"\n(?=Options:|Commands:|Arguments:)", done.out)
    for part in about[1:]:
        for entry in re.split(r"\n(?=  \S)", part.strip())[1:]:
            assert entry.rstrip().endswith("."), entry
    assert about[0].rstrip().endswith(".")


def test_the_version_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = type_in(capsys, monkeypatch, "--version")
    assert (done.code, done.out) == (0, f"paperboy {shipped.version()}\n")


def test_a_shell_can_complete_commands(home: Home) -> None:
    completion = {
        "_PAPERBOY_COMPLETE": "complete_bash",
        "COMP_WORDS": "paperboy ver",
        "COMP_CWORD": "1",
    }
    assert home.run(**completion).out.split() == ["verify"]


def test_nothing_typed_is_answered_with_the_help(home: Home) -> None:
    done = home.run()
    assert done.code == 2
    assert "Commands:" in done.out + done.err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ("bakup",),
            "paperboy: No such command 'bakup'. Did you mean 'backup'? See `paperboy --help`.",
        ),
        (("frob",), "paperboy: No such command 'frob'. See `paperboy --help`."),
        (
            ("scan", "--frob"),
            "paperboy scan: No such option: --frob. See `paperboy scan --help`.",
        ),
        (
            ("preview",),
            "paperboy preview: Missing argument 'FILE…'. See `paperboy preview --help`.",
        ),
        (("demo", "--port", "x"), "paperboy demo: Invalid value for '--port': "),
        (
            ("run", "--once", "--webhook"),
            "--once and --webhook can't be combined: a webhook needs a bot that keeps running",
        ),
        (("demo", "--folder", "none"), "--folder: none: there is no such folder"),
    ],
)
def test_wrong_usage_is_one_line(
    words: tuple[str, ...],
    line: str,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = type_in(capsys, monkeypatch, *words)
    assert (done.code, len(done.lines), done.out) == (2, 1, "")
    assert done.err.startswith(line)


BAD = {
    "an unknown key": (
        "[telegram]\ntokn = 'x'",
        {},
        ["telegram.tokn: there is no such setting"],
    ),
    "an unknown section": (
        "[telegramm]\ntoken = 'x'",
        {},
        ["telegramm: there is no such setting"],
    ),
    "an unknown variable": (
        "",
        {"PAPERBOY_TELEGRAM__TOKN": "x"},
        ["PAPERBOY_TELEGRAM__TOKN: there is no such setting"],
    ),
    "no TOML": ("[telegram\n", {}, ["is not TOML"]),
    "a token of another shape": (
        f"[telegram]\ntoken = '{SECRET}'",
        {},
        ["telegram.token: is not a bot token"],
    ),
    "such a token as a variable": (
        "",
        {"PAPERBOY_TELEGRAM__TOKEN": SECRET},
        ["PAPERBOY_TELEGRAM__TOKEN: telegram.token: is not a bot token"],
    ),
    "a channel without a name": (
        "[[channels]]\nmin_quality = 3",
        {},
        ["channels[1].chat: is missing"],
    ),
    "a list that is not JSON": (
        "",
        {"PAPERBOY_CHANNELS": "@news"},
        [
            """PAPERBOY_CHANNELS: is not JSON; write it like PAPERBOY_CHANNELS='[{"chat": "@my_channel"}]'"""
        ],
    ),
    "admins that are not JSON": (
        "",
        {"PAPERBOY_TELEGRAM__ADMINS": "1;2"},
        [
            "PAPERBOY_TELEGRAM__ADMINS: is not JSON; write it like PAPERBOY_TELEGRAM__ADMINS='[123456789]'"
        ],
    ),
    "one admin without a list": (
        "",
        {"PAPERBOY_TELEGRAM__ADMINS": "12"},
        [
            "PAPERBOY_TELEGRAM__ADMINS: telegram.admins: must be a list; write it like PAPERBOY_TELEGRAM__ADMINS="
        ],
    ),
    "a variable with a slip": (
        "",
        {"PAPERBOY_TELEGRAM_TOKEN": SECRET},
        [
            "PAPERBOY_TELEGRAM_TOKEN: there is no such setting; do you mean PAPERBOY_TELEGRAM__TOKEN?"
        ],
    ),
    "a truth that is none": (
        "",
        {"PAPERBOY_TELEGRAM__PAID_BROADCAST": "maybe"},
        [
            "PAPERBOY_TELEGRAM__PAID_BROADCAST: telegram.paid_broadcast: must be true or false"
        ],
    ),
    "several problems": (
        "[feed]\nfirst_run = 'some'\nfolders = 'x'\n[[channels]]\n",
        {"PAPERBOY_FROB": "1"},
        ["PAPERBOY_FROB", "feed.first_run", "feed.folders", "channels[1].chat"],
    ),
    "a file that is not there": (
        "",
        {"PAPERBOY_CONFIG": "elsewhere.toml"},
        ["there is no such settings file"],
    ),
}


@pytest.mark.parametrize("command", ["run", "scan", "check"])
@pytest.mark.parametrize(("text", "variables", "lines"), BAD.values(), ids=BAD)
def test_bad_settings_are_a_line_each(
    command: str,
    text: str,
    variables: dict[str, str],
    lines: list[str],
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home.settle(text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = type_in(capsys, monkeypatch, command)
    assert (done.code, done.out) == (2, "")
    assert len(done.lines) == len(lines), done.err
    for part in lines:
        assert any(part in line for line in done.lines), done.err
    assert SECRET not in done.err
    assert not home.database.exists()


@pytest.mark.parametrize("command", ["run", "scan"])
def test_a_missing_folder_is_a_line_that_names_it_and_its_setting(
    command: str,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home.settle("[feed]\nfolder = 'nowhere'")
    done = type_in(capsys, monkeypatch, command)
    assert (done.code, len(done.lines)) == (2, 1)
    assert done.err.startswith(
        "feed.folder: nowhere: there is no such folder. Make it, or set [feed] folder"
    )
    home.settle("[feed]\nfolder = 'config/paperboy.toml'")
    assert "is not a folder" in type_in(capsys, monkeypatch, command).err


@pytest.mark.parametrize("command", ["run", "scan", "check"])
def test_a_broken_template_and_broken_topics_are_told_with_the_settings_problems(
    command: str,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home.settle("[feed]\nfrob = 1")
    home.settle("{% if %}", "templates/post.html.j2")
    done = type_in(capsys, monkeypatch, command)
    assert (done.code, len(done.lines)) == (2, 2), done.err
    assert "feed.frob" in done.lines[0]
    assert "post.html.j2" in done.lines[1]
    home.settle("topics = [\n", "topics.toml")
    done = type_in(capsys, monkeypatch, command)
    assert (done.code, len(done.lines)) == (2, 2), done.err
    assert "topics.toml" in done.lines[1]


def test_a_template_that_refers_to_nothing_is_refused_before_anything_starts(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.settle("")
    home.settle("{{ artikel.title }}", "templates/post.html.j2")
    done = type_in(capsys, monkeypatch, "run")
    assert (done.code, len(done.lines)) == (2, 1), done.err


def test_bad_settings_end_a_real_process_so(home: Home) -> None:
    home.settle(f"[feed]\nfrob = 1\n[telegram]\ntoken = '{SECRET}'")
    done = home.start_python("run")
    assert (done.code, len(done.lines)) == (2, 2), done.err
    assert SECRET not in done.err


def test_no_token_is_a_line_that_says_where_to_get_one(home: Home) -> None:
    done = home.run("run")
    assert (done.code, len(done.lines)) == (2, 1), done.err
    assert all(
        part in done.err
        for part in ("@BotFather", "PAPERBOY_TELEGRAM__TOKEN", "paperboy demo")
    )


def test_the_settings_that_ship_are_the_defaults(home: Home) -> None:
    done = home.run("scan", "--config", ROOT / "config" / "paperboy.toml")
    assert (done.code, done.err) == (0, "")


def test_a_reader_of_our_words_may_leave(home: Home) -> None:
    for number in range(3_000):
        (home.articles / f"bad-{number}.md").write_text("no front matter")
    done = home.run("scan")
    assert done.code == 0
    assert done.out.count("no front matter") == 3_000
    shell = f"{sys.executable} -m bot status | head -1"
    left = subprocess.run(
        ["bash", "-c", shell],
        cwd=home.place,
        env=home.environment,
        capture_output=True,
        check=False,
    )
    assert left.stderr == b""


def test_what_the_system_forbids_is_a_line(home: Home) -> None:
    (home.place / "file").write_text("")
    done = home.run("backup", "file/copy.db")
    assert (done.code, len(done.lines)) == (1, 1), done.err
    done = home.run("demo", "--no-browser", "--keep", "file")
    assert (done.code, done.lines) == (2, ["--keep: file: is not a folder"])
