"""A simulated world, whole: the same seed is the same run, to the byte."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime

import pytest

from bot.publish import settling
from bot.store.database import Database, write
from tests.simulation.simulation import simulate
from tests.support.paths import ROOT

#: Days: long enough for five articles, a reader and a calm end.
SHORT = 0.03


def test_a_seed_is_the_same_run_in_every_process() -> None:
    command = (sys.executable, "-m", "tests.simulation", "SEED=3", f"DAYS={SHORT}")
    processes = []
    for number in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": number, "TZ": f"X{number}"}
        process = subprocess.Popen(
            (*command, "KILLS=2"), cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        processes.append(process)
    first, second = (process.communicate()[0].decode() for process in processes)
    assert first == second
    digest = first.splitlines()[-1]
    assert len(digest) == 64
    assert [process.returncode for process in processes] == [0, 0]


def test_a_bot_that_is_killed_posts_everything_once() -> None:
    result = simulate(1, SHORT, kills=8)
    assert result.problems == []
    assert result.events > 1_000


#: Seeds that found a bug: the watchdog ended a bot when its line came back on a quiet night.
KEPT = [(5, 0, 0.06)]


@pytest.mark.parametrize(("seed", "kills", "bad_line"), KEPT)
def test_what_a_seed_has_found_stays_repaired(
    seed: int, kills: int, bad_line: float
) -> None:
    assert simulate(seed, SHORT, kills, bad_line).problems == []


def test_a_planted_bug_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that forgets after a kill what it may have sent, and sends it again."""

    def interrupted(db: Database, at: datetime, doubt: float) -> int:
        sql = "UPDATE deliveries SET state = 'pending' WHERE state = 'sending'"
        return write(db, sql)

    monkeypatch.setattr(settling, "interrupted", interrupted)
    problems = simulate(1, SHORT, kills=10).problems
    assert any("stands 2 times in the chat -100" in one for one in problems)


def test_many_files_are_read_without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop does what they would do."""
    monkeypatch.setattr("bot.feed.reading.MANY", 1)
    monkeypatch.setattr("bot.feed.reading.ProcessPoolExecutor", None)
    assert simulate(2, SHORT, kills=8).problems == []
