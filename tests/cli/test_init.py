"""`paperboy init`: the first settings, by options or by answers, checked; nothing that is there is overwritten."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
import typer

from bot import settings
from bot.cli.init import Answers, filled
from bot.errors import UsageError
from bot.sandbox import Sandbox
from bot.store.database import open_database
from tests.support.operating import Home, typed

TOKEN = f"123456789:{'A' * 35}"
OPTIONS = f"init --token {TOKEN} --folder articles --channel @news"


async def test_options_make_settings_that_work(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Home(
        tmp_path_factory.mktemp("new"),
        {"PAPERBOY_TELEGRAM__API_BASE_URL": sandbox.base_url},
    )
    (place.place / "articles").mkdir()
    done = await place.done(
        "init",
        "--token",
        sandbox.token,
        "--folder",
        "articles",
        "--channel",
        "@newsroom",
        "--admin",
        "1001",
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("config/paperboy.toml: written\n")
    assert done.out.endswith("\nNext: `paperboy run`.\n")
    file = place.place / "config" / "paperboy.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().count("#") > 30  # the comments are there
    found = settings.load(file)
    assert found.telegram.token.get_secret_value() == sandbox.token
    assert found.telegram.admins == {1001}
    assert (str(found.feed.folder), [one.chat for one in found.channels]) == (
        "articles",
        ["@newsroom"],
    )


@pytest.fixture
def home(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a database, where the commands are typed in this process."""
    home.settle(
        f'[telegram]\ntoken = "123456789:{"A" * 35}"\napi_base_url = "http://127.0.0.1:9"'
    )
    open_database(home.database).close()
    monkeypatch.chdir(home.place)
    return home


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    sandbox.world.add_channel("News", username="newsroom")
    sandbox.world.add_person("Eddie", id=1001)
    return sandbox


def test_settings_that_are_there_are_left_alone(home: Home) -> None:
    before = (home.place / "config" / "paperboy.toml").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        typed(OPTIONS)
    assert (home.place / "config" / "paperboy.toml").read_bytes() == before


def test_where_settings_are_there_another_file_can_be_written(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="exists already and is kept") as refused:
        typed(OPTIONS)
    (home.place / "articles").mkdir()
    other = str(refused.value).rpartition("paperboy init ")[2].rstrip("`")
    monkeypatch.setattr("bot.cli.check.check", lambda file: None)
    typed(f"{OPTIONS} {other}")
    assert capsys.readouterr().out.endswith(f"\nNext: `paperboy run {other}`.\n")
    assert (
        settings.load(home.place / other.removeprefix("--config ")).channels[0].chat
        == "@news"
    )


@pytest.mark.parametrize("option", ["--token x", "--channel news", "--admin eddie"])
def test_an_answer_that_can_not_be_is_refused_and_nothing_written(
    home: Home, option: str
) -> None:
    file = home.place / "config" / "paperboy.toml"
    file.unlink()
    with pytest.raises(UsageError):
        typed(f"{OPTIONS} {option}")
    assert not file.exists()


def _checks(monkeypatch: pytest.MonkeyPatch, *passes: bool) -> list[str]:
    """Let `check` pass or not, one call after another; return what it read as the folder."""
    read, results = [], iter(passes)

    def check(file: Path) -> None:
        read.append(str(settings.load(file).feed.folder))
        if not next(results):
            raise typer.Exit(1)

    monkeypatch.setattr("bot.cli.check.check", check)
    return read


def _type_answers(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Sit at a terminal and type these answers; an empty one takes the default."""
    typed_answers = iter(answers)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(
        "typer.prompt", lambda *_, default, **__: next(typed_answers) or default
    )
    monkeypatch.setattr("typer.confirm", lambda *_, **__: next(typed_answers) == "y")


def test_a_wrong_answer_can_be_corrected_at_once(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home.place / "config" / "paperboy.toml"
    file.unlink()
    for folder in ("articels", "articles"):
        (home.place / folder).mkdir(exist_ok=True)
    read = _checks(monkeypatch, False, True)
    again = ("y", "", "articles", "", "")
    _type_answers(monkeypatch, TOKEN, "articels", "@news", "", *again)
    typed("init")
    assert read == ["articels", "articles"]
    found = settings.load(file)
    assert found.telegram.token.get_secret_value() == TOKEN
    assert [one.chat for one in found.channels] == ["@news"]
    assert capsys.readouterr().out.endswith("\nNext: `paperboy run`.\n")


def test_an_answer_that_is_no_setting_can_be_corrected_too(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.place / "config" / "paperboy.toml").unlink()
    read = _checks(monkeypatch, True)
    again = ("y", TOKEN, "", "", "")
    _type_answers(monkeypatch, "nonsense", "articles", "@news", "", *again)
    typed("init")
    assert read == ["articles"]
    assert "token" in capsys.readouterr().out


def test_what_is_not_corrected_is_kept_and_says_how_to_answer_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home.place / "config" / "paperboy.toml"
    file.unlink()
    _checks(monkeypatch, False, True)
    typed(f"init --token {TOKEN} --folder articels --channel @news")
    assert "`paperboy init --force`" in capsys.readouterr().out
    with pytest.raises(UsageError, match="`paperboy init --force`"):
        typed(OPTIONS)
    typed(f"{OPTIONS} --force")
    assert str(settings.load(file).feed.folder) == "articles"
    old = file.with_name("paperboy.toml.old")
    assert str(settings.load(old).feed.folder) == "articels"


def test_forced_answers_that_can_not_be_leave_the_old_settings(home: Home) -> None:
    file = home.place / "config" / "paperboy.toml"
    before = file.read_bytes()
    with pytest.raises(UsageError):
        typed(f"{OPTIONS} --force --channel news")
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_where_nobody_can_answer_the_options_are_named(home: Home) -> None:
    (home.place / "config" / "paperboy.toml").unlink()
    with pytest.raises(UsageError, match="give --folder, --channel"):
        typed(f"init --token {TOKEN}")


@pytest.mark.parametrize(
    "text", ['a "quoted" \\ folder', "ordner/äöü", "it's", "a # b"]
)
def test_any_answer_is_written_as_it_was_given(text: str) -> None:
    found = tomllib.loads(filled(Answers(TOKEN, text, "", "")))
    assert found["feed"]["folder"] == text
    assert "channels" not in found
