"""A bad line, and limits to the letter: nothing lost, nothing twice, no limit broken. `make storm` does more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture import storm
from tests.torture.storm import Report


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    home: Path = tmp_path_factory.mktemp("storm")
    return storm.weather(storm.SHORT, home)


def test_it_was_a_storm(report: Report) -> None:
    assert report.calls["sendMessage"] > report.size.deliveries * 1.1
    assert set(report.met) >= {"refuse", "cut_before", "cut_after", "page", "garbage"}


def test_every_article_is_in_every_chat(report: Report) -> None:
    assert report.lost == []
    assert report.left == 0
    assert set(report.ends) <= {"sent", "skipped", "unconfirmed"}
    assert len(report.unconfirmed) < report.size.readers


def test_no_channel_has_an_article_twice(report: Report) -> None:
    assert report.repeated_in_channels == []


def test_a_reader_has_one_twice_only_where_the_answer_was_lost(report: Report) -> None:
    assert report.repeated_needlessly == []


def test_looking_for_posts_leaves_nothing_with_the_editors(report: Report) -> None:
    assert report.left_with_editors <= 0


def test_telegram_counts_no_broken_limit(report: Report) -> None:
    assert report.violations == 0


def test_the_outbox_is_looked_at_when_something_happened_and_not_in_between(report: Report) -> None:
    assert report.looked < report.size.deliveries * 10
