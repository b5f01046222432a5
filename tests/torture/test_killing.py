"""The bot is killed twenty times at work, and every article is where it should be, once. `make torture` kills more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.torture import killing
from tests.torture.counting import Report

KILLS = 20


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    home: Path = tmp_path_factory.mktemp("killing")
    return asyncio.run(killing.torture(KILLS, 5, home, lanes=2))


def test_it_was_killed_at_work(report: Report) -> None:
    assert report.killed == KILLS
    assert report.reached
    assert report.faults


def test_nothing_was_lost_or_came_twice_and_others_posts_are_as_they_were(
    report: Report,
) -> None:
    assert report.failures == []
    assert report.posts == 4 * (report.articles + report.editions)
    assert report.others


def test_readers_got_no_more_repeats_than_there_were_kills(report: Report) -> None:
    assert report.repeats_by_kill <= KILLS
