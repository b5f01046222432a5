"""Many files at once: the same comes of them, in the same order, whoever reads them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection
from pathlib import Path

import pytest

from bot.feed import reading
from bot.feed.reading import ParsedFile
from tests.bench import documents

LIMIT = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents.write(tmp_path, 12)
    (tmp_path / "bad.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    (tmp_path / "cut.md").write_text("---\ntitle: half", encoding="utf-8")
    return tmp_path


def batches(folder: Path) -> list[list[str]]:
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))
    return [paths[start : start + 5] for start in range(0, len(paths), 5)]


async def parsed_in_order(folder: Path) -> list[ParsedFile]:
    return [
        one
        async for batch in reading.read_all(batches(folder), folder, LIMIT)
        for one in batch
    ]


async def test_processes_read_what_a_thread_reads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await parsed_in_order(folder)
    monkeypatch.setattr(reading, "MANY", 1)
    assert await parsed_in_order(folder) == alone
    assert [one.path for one in alone] == [
        path for batch in batches(folder) for path in batch
    ]
    assert {one.path: one.unfinished for one in alone if one.record is None} == {
        "bad.md": True,
        "cut.md": True,
    }


async def test_what_processes_leave_undone_is_read_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alone = await parsed_in_order(folder)
    monkeypatch.setattr(reading, "MANY", 1)
    monkeypatch.setattr(reading, "_begin", _die)
    assert await parsed_in_order(folder) == alone
    assert "one process only" in caplog.text


async def test_a_host_without_processes_reads_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> ProcessPoolExecutor:
        raise OSError("no semaphores here")

    alone = await parsed_in_order(folder)
    monkeypatch.setattr(reading, "MANY", 1)
    monkeypatch.setattr(reading, "ProcessPoolExecutor", none)
    assert await parsed_in_order(folder) == alone


async def test_processes_end_when_nobody_wants_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MANY", 1)
    wanted = reading.read_all(batches(folder), folder, LIMIT)
    assert len(await anext(wanted)) == 5
    await wanted.aclose()
    for child in multiprocessing.active_children():
        # Not join(): the pool's own thread waits for the same process, and only one of the two learns how it ended.
        assert connection.wait([child.sentinel], 20)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_ctrl_c_does_not_reach_a_process_before_it_can_ignore_it() -> None:
    """It goes to all processes of a terminal at once: one that has just begun would print a traceback."""
    asked = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    with reading._interrupts_blocked():
        begun = subprocess.run(
            (sys.executable, "-I", "-c", asked),
            capture_output=True,
            text=True,
            check=True,
        )
    assert begun.stdout == "True\n"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
