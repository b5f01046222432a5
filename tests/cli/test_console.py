"""What a command prints: on a terminal, lines that fit and break between words; elsewhere, whole lines for scripts."""

from __future__ import annotations

import ast
import io
import logging
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.cli import check, console, logs, preview, status_view, verify
from bot.cli.checking import Finding, Level
from bot.cli.console import SafeConsole
from bot.cli.wrapping import wrapped
from bot.domain.delivery import State
from bot.publish.verification import Verified
from bot.rendering.report import ChannelStatus, RejectedFile, StatusReport
from tests.support.operating import ROOT

PATH = "a-long-folder-name/another-long-folder-name/2026-10-11-an-article-with-a-long-name-that-is-broken.md"
HAN = "自由時報電子版的長標題在這裡測試換行自由時報電子版的長標題在這裡測試換行.md"
WORDS = st.text("ab-/.,é", min_size=1, max_size=25)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@settings(max_examples=40)
@given(
    st.lists(WORDS, min_size=1, max_size=20),
    st.integers(30, 130),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_no_line_is_too_long_and_none_breaks_within_a_word(
    words: list[str], width: int, first: int, rest: int
) -> None:
    lines = wrapped(" ".join(words), width, first, rest)
    assert max(map(cell_len, lines)) <= width
    assert [word for line in lines for word in line.split()] == words
    assert [len(line) - len(line.lstrip()) for line in lines] == [
        first,
        *[rest] * (len(lines) - 1),
    ]


@settings(max_examples=40)
@given(
    st.text(st.characters(categories=["L", "N", "P", "Zs", "So"])), st.integers(20, 130)
)
@example(f"{PATH}: has no front matter", 80)
@example(f"{HAN}: has no front matter", 60)
def test_nothing_is_lost_and_every_line_fits(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cell_len, lines)) <= width


def test_a_name_longer_than_a_line_is_broken_at_a_joint() -> None:
    assert wrapped(f"{PATH}: has no front matter", 60, 2, 4) == [
        "  a-long-folder-name/another-long-folder-name/2026-10-11-an-",
        "    article-with-a-long-name-that-is-broken.md: has no front",
        "    matter",
    ]


def test_a_script_without_spaces_fills_its_lines_and_begins_none_with_a_stop() -> None:
    lines = wrapped("渡輪在夜間用自己的電池點亮了整個港口。" * 6, 39)
    assert all(cell_len(line) >= 35 for line in lines[:-1])
    assert not any(line.strip().startswith("。") for line in lines)


# --- every command ----------------------------------------------------------------------------------------------------

WHY = "has no front matter: it does not begin with a line of ---"
REJECTED = (RejectedFile(path=PATH, reason=WHY), RejectedFile(path=HAN, reason=WHY))
NEWS = ChannelStatus(
    name="@newsroom",
    title="The newsroom of a long name (@newsroom)",
    deliveries=dict.fromkeys(State, 1234),
    waits="the bot may not post there; give it the right to post messages, and it goes on by itself",
)
AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
EMPTY = StatusReport(at=AT, articles=0, readers=0, follows=0)
STANDING = StatusReport(
    at=AT,
    articles=13,
    readers=2,
    follows=3,
    channels=(NEWS,),
    followers={State.SENT: 7},
    rejected=REJECTED,
    warned=REJECTED,
    problem=f"{PATH}: is not a folder",
)


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("standing", [EMPTY, STANDING])
def test_what_a_command_shows_fits_on_a_terminal_and_is_whole_elsewhere(
    monkeypatch: pytest.MonkeyPatch, columns: int, standing: StatusReport
) -> None:
    shown: list[list[str]] = []
    for file in (Terminal(), io.StringIO()):
        monkeypatch.setattr(
            console, "out", SafeConsole(file=file, width=columns, color_system=None)
        )
        status_view.show(standing)
        verify.show(Verified({"articles": 1}, ()))
        check.show(
            [
                Finding(
                    Level.PROBLEM,
                    f"{PATH}: is not there",
                    "Make it, or name another folder. " * 4,
                )
            ]
        )
        preview._draw({"file": HAN, "error": WHY})
        shown.append(file.getvalue().splitlines())
    fitted, whole = shown
    assert max(map(cell_len, fitted)) <= columns
    assert "".join("".join(fitted).split()) == "".join("".join(whole).split())
    assert f"  {PATH}: {WHY}" in whole or not standing.rejected
    words = set(" ".join(whole).split())
    too_long = [
        word for word in words if cell_len(word) > columns - 4 or word.startswith(HAN)
    ]
    parts = {word for line in fitted for word in line.split()} - words
    assert all(any(part in word for word in too_long) for part in parts)


@pytest.mark.parametrize("columns", [60, 80])
def test_a_log_line_fits_on_a_terminal_beside_its_time(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    file = Terminal()
    monkeypatch.setattr(
        console, "err", SafeConsole(file=file, width=columns, color_system=None)
    )
    record = logging.makeLogRecord(
        {
            "msg": f"posted: “A calm harbour” ({PATH}) in News",
            "levelno": 20,
            "levelname": "INFO",
        }
    )
    record.exc_text = "Traceback (most recent call last):\n  File x"
    logs._Terminal().emit(record)
    first, *others = file.getvalue().splitlines()
    assert re.match(r"\d\d:\d\d:\d\d INFO    posted: “A calm harbour”", first)
    assert all(line.startswith(" " * 17) and len(line) <= columns for line in others)
    assert others[-2:] == [
        f"{' ' * 17}Traceback (most recent call last):",
        f"{' ' * 17}  File x",
    ]


def test_one_place_prints_the_lines_of_every_command() -> None:
    """JSON and the version are for programs; everything else goes through the console."""
    places = []
    for file in sorted((ROOT / "bot" / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "typer.echo",
                "print",
                "typer.secho",
            ):
                places.append(f"{file.name}: {ast.unparse(node.args[0])[:24]}")
    assert places == [
        "__init__.py: f'paperboy {shipped.vers",
        "options.py: escaping.json(json.dumps",
    ]
