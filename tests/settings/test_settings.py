"""Settings: the file, the variables, and one line for each problem, which names where it stands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot import settings
from bot.errors import UsageError
from bot.settings import Buttons, Settings

TOKEN = "123456789:AAExampleExampleExampleExampleExampl"
Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith(settings.PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(toml: str) -> Path:
        file = tmp_path / "my.toml"
        file.write_text(toml, encoding="utf-8")
        return file

    return _write


def problems(file: Path | None = None) -> list[str]:
    with pytest.raises(UsageError) as caught:
        settings.load(file)
    assert caught.value.exit_code == 2
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert "\n" not in "".join(caught.value.problems)
    return [line.removeprefix(f"{file}: ") for line in caught.value.problems]


# --- where settings come from -----------------------------------------------------------------------------------------


def test_without_file_and_variables_the_defaults_hold() -> None:
    assert settings.load() == Settings()


def test_the_file_in_the_working_directory_is_found(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "paperboy.toml").write_text("[feed]\nfirst_run = 3\n")
    assert settings.load().feed.first_run == 3
    assert settings.file_in_use() == Path("config/paperboy.toml")


def test_a_named_file_goes_before_the_variable_and_the_variable_before_the_usual_place(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("config/paperboy.toml", 1), ("by_variable.toml", 2)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"[feed]\nfirst_run = {number}\n")
    monkeypatch.setenv("PAPERBOY_CONFIG", "by_variable.toml")
    assert settings.load().feed.first_run == 2
    assert settings.file_in_use() == Path("by_variable.toml")
    named = write("[feed]\nfirst_run = 3\n")
    assert settings.load(named).feed.first_run == 3
    assert settings.file_in_use(named) == named
    monkeypatch.setenv("PAPERBOY_CONFIG", "")
    assert settings.load().feed.first_run == 1


def test_a_variable_changes_its_key_and_leaves_the_sections_others(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERBOY_FEED__FIRST_RUN", "all")
    found = settings.load(write('[feed]\nfirst_run = 3\nfolder = "elsewhere"\n')).feed
    assert (found.first_run, found.folder) == ("all", Path("elsewhere"))


@pytest.mark.parametrize(
    ("name", "value", "read", "expected"),
    [
        (
            "PAPERBOY_TELEGRAM__ADMINS",
            "[1, 2, 2]",
            lambda s: s.telegram.admins,
            frozenset({1, 2}),
        ),
        (
            "PAPERBOY_TELEGRAM__TOKEN",
            f" {TOKEN}\n",
            lambda s: s.telegram.token.get_secret_value(),
            TOKEN,
        ),
        (
            "PAPERBOY_TELEGRAM__API_BASE_URL",
            "http://127.0.0.1:8081/",
            lambda s: s.telegram.api_base_url[-5:],
            ":8081",
        ),
        (
            "PAPERBOY_TELEGRAM__PAID_BROADCAST",
            "true",
            lambda s: s.telegram.paid_broadcast,
            True,
        ),
        ("PAPERBOY_FEED__PATTERNS", '["*.md"]', lambda s: s.feed.patterns, ("*.md",)),
        (
            "PAPERBOY_FEED__FIRST_RUN",
            "0",
            lambda s: (s.feed.first_run, s.feed.newest),
            (0, 0),
        ),
        (
            "PAPERBOY_FEED__FIRST_RUN",
            "all",
            lambda s: (s.feed.first_run, s.feed.newest),
            ("all", None),
        ),
        (
            "PAPERBOY_STORE__DATABASE",
            "/data/p.db",
            lambda s: s.store.database,
            Path("/data/p.db"),
        ),
        (
            "PAPERBOY_PACE__MESSAGES_PER_SECOND",
            "0.5",
            lambda s: s.pace.messages_per_second,
            0.5,
        ),
        (
            "paperboy_web__listen",
            "127.0.0.1:80",
            lambda s: s.web.listen,
            "127.0.0.1:80",
        ),
        (
            "PAPERBOY_CHANNELS",
            '[{"chat": "@abcd"}, {"chat": -1001}]',
            lambda s: [c.chat for c in s.channels],
            None,
        ),
    ],
)
def test_each_kind_of_setting_can_be_a_variable(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    read: Callable[[Settings], Any],
    expected: Any,
) -> None:
    monkeypatch.setenv(name, value)
    assert read(settings.load()) == (
        ["@abcd", "-1001"] if expected is None else expected
    )


def test_every_key_can_be_set_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default of each, written as a variable, is taken as the same value."""
    for section, keys in Settings().model_dump(mode="json").items():
        if section == "channels":
            continue
        for key, value in keys.items():
            text = value if isinstance(value, str) else json.dumps(value)
            monkeypatch.setenv(f"PAPERBOY_{section}__{key}".upper(), text)
    assert settings.load() == Settings()


def test_channels_come_with_their_filters(write: Write) -> None:
    file = write(
        '[[channels]]\nchat = "@News_1"\ntopics = ["AI"]\nmin_quality = 40\nthread = 7\n'
        'on_doubt = "ask"\nbuttons = "text"\n'
        "[[channels]]\nchat = -1001234567890\n"
    )
    first, second = settings.load(file).channels
    assert (
        first.chat,
        first.topics,
        first.min_quality,
        first.thread,
        first.on_doubt,
    ) == (
        *("@News_1", ("AI",), 40, 7),
        "ask",
    )
    assert (second.chat, second.topics, second.thread, second.on_doubt) == (
        "-1001234567890",
        (),
        0,
        "resend",
    )
    assert (first.buttons, second.buttons) == (Buttons.TEXT, Buttons.KEYBOARD)


def test_where_a_posts_links_stand_is_one_of_three(write: Write) -> None:
    assert problems(write('[[channels]]\nchat = "@news"\nbuttons = "comments"\n')) == [
        "channels[1].buttons: must be 'keyboard', 'text' or 'none'"
    ]


def test_two_threads_of_one_group_are_two_channels(write: Write) -> None:
    file = write(
        '[[channels]]\nchat = "@forum"\nthread = 1\n[[channels]]\nchat = "@Forum"\nthread = 2\n'
    )
    assert len(settings.load(file).channels) == 2


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "windows.toml"
    file.write_bytes(b"\xef\xbb\xbf[feed]\r\nfirst_run = 4\r\n")
    assert settings.load(file).feed.first_run == 4


# --- problems ---------------------------------------------------------------------------------------------------------

IN_THE_FILE = {
    "an unknown key": ("[feed]\nfoldr = 'x'", ["feed.foldr: there is no such setting"]),
    "an unknown section": (
        "[feeds]\nfolder = 'x'",
        ["feeds: there is no such setting"],
    ),
    "an unknown key of a channel": (
        "[[channels]]\nchat = '@abcd'\ncolour = 1",
        ["channels[1].colour: there is no such setting"],
    ),
    "a channel without a name": (
        "[[channels]]\nchat = '@abcd'\n[[channels]]\ntopics = []",
        [
            'channels[2].chat: is missing; a channel needs its name: chat = "@my_channel"'
        ],
    ),
    "channels as one block": (
        "[channels]\nchat = '@abcd'",
        ["channels: must be a list"],
    ),
    "a channel twice": (
        "[[channels]]\nchat = '@abcd'\n[[channels]]\nchat = '@ABCD'",
        ["channels: @abcd is there twice with the same thread; join the two blocks"],
    ),
    "a section as a value": (
        "feed = 5",
        ["feed: must be a section with settings of its own"],
    ),
    "text for a number": (
        "[feed]\nmax_file_bytes = 'many'",
        ["feed.max_file_bytes: must be a whole number"],
    ),
    "a list as text": ("[feed]\npatterns = '*.md'", ["feed.patterns: must be a list"]),
    "no pattern": ("[feed]\npatterns = []", ["feed.patterns: is empty"]),
    "an empty pattern": (
        "[feed]\npatterns = ['']",
        ["feed.patterns: holds an empty pattern"],
    ),
    "a pattern that leaves the folder": (
        "[feed]\npatterns = ['a/../../x']",
        ["feed.patterns: a/../../x leads out of the folder"],
    ),
    "a pattern from the root": (
        "[feed]\npatterns = ['/etc/*']",
        ["feed.patterns: /etc/* leads out of the folder"],
    ),
    "no folder": ("[feed]\nfolder = ''", ["feed.folder: is empty"]),
    "no database": ("[store]\ndatabase = ''", ["store.database: is empty"]),
    "a start of some": (
        "[feed]\nfirst_run = 'some'",
        ['feed.first_run: must be a number, 0 or more, or "all"'],
    ),
    "a start below nothing": (
        "[feed]\nfirst_run = -1",
        ['feed.first_run: must be a number, 0 or more, or "all"'],
    ),
    "a start of yes": (
        "[feed]\nfirst_run = true",
        ['feed.first_run: must be a number, 0 or more, or "all"'],
    ),
    "a pace of nothing": (
        "[pace]\nmessages_per_second = 0",
        ["pace.messages_per_second: must be greater than or equal to 0.001"],
    ),
    "a pace without end": (
        "[pace]\nmessages_per_second = inf",
        ["pace.messages_per_second: must be less than or equal to 10000"],
    ),
    "a pace that is no number": (
        "[pace]\nper_chat_seconds = nan",
        ["pace.per_chat_seconds: must be less than or equal to 3600"],
    ),
    "an editor by name": (
        "[telegram]\nadmins = [1, 'anna']",
        ["telegram.admins[2]: must be a whole number"],
    ),
    "an editor that is a group": (
        "[telegram]\nadmins = [-100]",
        ["telegram.admins[1]: must be greater than 0"],
    ),
    "an address without http": (
        "[telegram]\napi_base_url = 'localhost:8081'",
        ["telegram.api_base_url: must be an http or https address"],
    ),
    "a port without a host": (
        "[web]\nlisten = '8080'",
        ['web.listen: needs an address and a port, like "127.0.0.1:8080"'],
    ),
    "two at once": (
        "[feed]\nfirst_run = -1\n[store]\nfile = 'x'",
        [
            'feed.first_run: must be a number, 0 or more, or "all"',
            "store.file: there is no such setting",
        ],
    ),
}


@pytest.mark.parametrize(
    ("toml", "expected"), IN_THE_FILE.values(), ids=IN_THE_FILE.keys()
)
def test_a_problem_in_the_file_is_one_line_with_its_setting(
    write: Write, toml: str, expected: list[str]
) -> None:
    assert problems(write(toml)) == expected


@pytest.mark.parametrize(
    "chat",
    [
        "''",
        "'news'",
        "'@ab'",
        "'@1abc'",
        "'t.me/news'",
        "0",
        "true",
        "['@abcd']",
        "1.5",
    ],
)
def test_a_channel_needs_a_name_or_number_telegram_could_have(
    write: Write, chat: str
) -> None:
    assert problems(write(f"[[channels]]\nchat = {chat}")) == [
        'channels[1].chat: needs the channel\'s name or number: chat = "@my_channel" or "-1001234567890"'
    ]


VARIABLES = {
    "an unknown name": (
        {"PAPERBOY_NONSENSE": "x"},
        [
            "PAPERBOY_NONSENSE: there is no such setting; the names are in config/paperboy.toml"
        ],
    ),
    "an unknown key, told once": (
        {"PAPERBOY_FEED__FOLDR": "x"},
        [
            "PAPERBOY_FEED__FOLDR: there is no such setting; do you mean PAPERBOY_FEED__FOLDER?"
        ],
    ),
    "an unknown name in small letters": (
        {"paperboy_feed__foldr": "x"},
        [
            "paperboy_feed__foldr: there is no such setting; do you mean PAPERBOY_FEED__FOLDER?"
        ],
    ),
    "a list that is not JSON": (
        {"PAPERBOY_TELEGRAM__ADMINS": "1,2"},
        [
            "PAPERBOY_TELEGRAM__ADMINS: is not JSON; write it like PAPERBOY_TELEGRAM__ADMINS='[123456789]'"
        ],
    ),
    "every list that is not JSON": (
        {"PAPERBOY_CHANNELS": "@abcd", "PAPERBOY_FEED__PATTERNS": "*.md"},
        [
            """PAPERBOY_CHANNELS: is not JSON; write it like PAPERBOY_CHANNELS='[{"chat": "@my_channel"}]'""",
            """PAPERBOY_FEED__PATTERNS: is not JSON; write it like PAPERBOY_FEED__PATTERNS='["**/*.md", "**/*.txt"]'""",
        ],
    ),
    "an empty section": (
        {"PAPERBOY_FEED": ""},
        [
            """PAPERBOY_FEED: is not JSON; write it like PAPERBOY_FEED='{"key": "value"}'"""
        ],
    ),
    "JSON, but no list": (
        {"PAPERBOY_TELEGRAM__ADMINS": "5"},
        [
            (
                "PAPERBOY_TELEGRAM__ADMINS: telegram.admins: must be a list; "
                "write it like PAPERBOY_TELEGRAM__ADMINS='[123456789]'"
            )
        ],
    ),
    "a channel without a name": (
        {"PAPERBOY_CHANNELS": '[{"topics": []}]'},
        [
            (
                'PAPERBOY_CHANNELS: channels[1].chat: is missing; a channel needs its name: chat = "@my_channel"; '
                """write it like PAPERBOY_CHANNELS='[{"chat": "@my_channel"}]'"""
            )
        ],
    ),
    "an unknown key in JSON": (
        {"PAPERBOY_FEED": '{"foldr": "x"}'},
        ["PAPERBOY_FEED: feed.foldr: there is no such setting"],
    ),
    "a port alone": (
        {"PAPERBOY_WEB__LISTEN": "8080"},
        [
            'PAPERBOY_WEB__LISTEN: web.listen: needs an address and a port, like "127.0.0.1:8080"'
        ],
    ),
}


@pytest.mark.parametrize(
    ("variables", "expected"), VARIABLES.values(), ids=VARIABLES.keys()
)
def test_a_problem_in_a_variable_is_one_line_with_its_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: list[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert problems() == expected


def test_problems_of_file_and_variables_come_together(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERBOY_FEED__FOLDR", "x")
    assert problems(write("[feed]\nmax_file_bytes = 1")) == [
        "PAPERBOY_FEED__FOLDR: there is no such setting; do you mean PAPERBOY_FEED__FOLDER?",
        "feed.max_file_bytes: must be greater than or equal to 1000",
    ]


@pytest.mark.parametrize(
    "token",
    ["12345:short", "AAExample", f"{TOKEN} x", TOKEN.replace(":", " "), TOKEN * 2],
)
def test_a_bad_token_is_refused_and_never_shown(
    write: Write, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    line = "telegram.token: is not a bot token: @BotFather gives one like 123456789:AAExampleExampleExample…"
    assert problems(write(f"[telegram]\ntoken = {json.dumps(token)}")) == [line]
    monkeypatch.setenv("PAPERBOY_TELEGRAM__TOKEN", token)
    assert problems() == [f"PAPERBOY_TELEGRAM__TOKEN: {line}"]


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6))
def test_no_secret_of_any_shape_appears_in_a_problem(secret: str) -> None:
    for broken in (
        {"telegram": {"token": secret, "x": secret}},
        {"web": {"secret": f"{secret} "}},
    ):
        try:
            found = Settings(**broken)
        except ValueError as error:
            told = settings.reading._problems(error, Path("f.toml"), {})  # type: ignore[arg-type]  # it is pydantic's
            assert all(
                secret not in line.replace("123456789:AAExampleExampleExample", "")
                for line in told
            )
        else:
            assert secret not in repr(found)


def test_neither_token_nor_secret_is_in_the_settings_words() -> None:
    words = repr(Settings(telegram={"token": TOKEN}, web={"secret": "hush-hush"}))  # type: ignore[arg-type]  # as a file gives them
    assert TOKEN not in words
    assert "hush-hush" not in words
    assert isinstance(Settings().web.secret, SecretStr)


# --- files that can't be read -----------------------------------------------------------------------------------------


def test_a_named_file_must_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "missing.toml"
    assert problems(missing) == ["there is no such settings file"]
    monkeypatch.setenv("PAPERBOY_CONFIG", "gone.toml")
    assert problems() == ["gone.toml: there is no such settings file"]


def test_a_file_that_is_no_toml_names_its_line(write: Write) -> None:
    (line,) = problems(write("[feed]\nfolder = \n"))
    assert line.startswith("is not TOML: ")
    assert "line 2" in line


def test_a_folder_or_bytes_for_a_file_are_one_line(tmp_path: Path) -> None:
    assert problems(tmp_path) == ["can't be read: Is a directory"]
    file = tmp_path / "latin.toml"
    file.write_bytes(b'[feed]\nfolder = "caf\xe9"\n')
    assert problems(file) == ["can't be read: is not UTF-8"]
