"""Other people's words on a terminal and in the log: no control of theirs gets through, and no token."""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from bot.cli import escaping, logs
from bot.cli.console import SafeConsole
from bot.settings import Log

HOSTILE = "a\x1b[2Jb\x9b31mc\u202egpj.exe\u2066d\x07"


def controls(text: str) -> set[str]:
    """Return what in a text could act on a terminal."""
    bidi = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    return {
        one
        for one in text
        if unicodedata.category(one) == "Cc" or unicodedata.bidirectional(one) in bidi
    } - {"\n"}


@given(st.text())
def test_nothing_visible_acts(text: str) -> None:
    assert controls(escaping.visible(text)) == set()
    assert "\n" not in escaping.visible(text)
    assert controls(escaping.lines(text)) == set()
    assert escaping.lines(text).count("\n") == text.count("\n")


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_words_stay_as_they_are(text: str) -> None:
    assert escaping.visible(text) == text


@given(
    st.recursive(
        st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_means_the_same(value: object) -> None:
    told = escaping.json(json.dumps(value, ensure_ascii=False))
    assert json.loads(told) == value
    assert controls(told) == set()


def test_a_console_draws_its_colours_and_nobody_elses() -> None:
    out = io.StringIO()
    console = SafeConsole(
        file=out, force_terminal=True, width=80, color_system="standard"
    )
    table = Table()
    table.add_column(HOSTILE)
    table.add_row(Text(HOSTILE, style="red"))
    console.print(Text(HOSTILE), table)
    drawn = out.getvalue()
    assert "\x1b[31m" in drawn
    assert "\x1b[2J" not in drawn
    assert controls(drawn) == {"\x1b"}
    assert drawn.count("\\x1b[2Jb") == 3


def test_a_file_name_in_the_log_has_one_colour_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    logs._handler("auto").handle(
        logging.makeLogRecord({"msg": "2026-10-11-a.md", "levelname": "INFO"})
    )
    assert "2026-10-11-a.md" in out.getvalue()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> io.StringIO:
    """The log of a bot in a format, at debug level, as it reaches stderr."""
    root = logging.getLogger()
    handlers, levels = (
        root.handlers[:],
        {name: logging.getLogger(name).level for name in ("", "bot", *logs._LIBRARIES)},
    )
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    logs.begin(Log(level="debug", format=request.param))
    yield out  # type: ignore[misc]
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("log", ["json", "auto", "text"], indirect=True)
def test_the_log_holds_no_token_and_no_control(
    log: io.StringIO, request: pytest.FixtureRequest
) -> None:
    token = f"123456789:{'A' * 35}"
    try:
        Path(f"https://host/bot{token}/getMe {HOSTILE}").read_bytes()
    except OSError:
        logging.getLogger("bot.app").exception("a file %s and %s", HOSTILE, token)
    logging.getLogger("bot.app").debug("detail")
    for library in (
        "telegram.ext",
        "aiohttp.client",
        "asyncio",
        "apscheduler",
        "httpx",
    ):
        logging.getLogger(library).info("a reader's own words")
    told = log.getvalue()
    assert "A" * 35 not in told
    assert "own words" not in told
    assert controls(told) == set()
    if "text" not in request.node.name:
        first, second = map(json.loads, told.splitlines())
        assert first["level"] == "error"
        assert first["message"].startswith("a file a\x1b[2J")
        assert "Traceback" in first["traceback"]
        assert (second["message"], second["logger"]) == ("detail", "bot.app")
