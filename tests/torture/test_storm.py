"""A bad line, and limits to the letter: nothing lost, nothing twice, no limit broken. `make storm` does more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture import storm
from tests.torture.storm import Report


@pytest.fixture(scope="module")
def storm_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    home: Path = tmp_path_factory.mktemp("storm")
    return storm.weather(storm.SHORT, home)


def test_it_was_a_storm(storm_report: Report) -> None:
    assert storm_report.calls["sendMessage"] > storm_report.size.deliveries * 1.1
    assert set(storm_report.met) >= {
        "refuse",
        "cut_before",
        "cut_after",
        "page",
        "garbage",
    }


def test_every_article_is_in_every_chat(storm_report: Report) -> None:
    assert storm_report.lost == []
    assert storm_report.left == 0
    assert set(storm_report.ends) <= {"sent", "skipped", "unconfirmed"}
    assert len(storm_report.unconfirmed) < storm_report.size.readers


def test_no_channel_has_an_article_twice(storm_report: Report) -> None:
    assert storm_report.repeated_in_channels == []


def test_a_reader_has_one_twice_only_where_the_answer_was_lost(
    storm_report: Report,
) -> None:
    assert storm_report.repeated_needlessly == []


def test_looking_for_posts_leaves_nothing_with_the_editors(
    storm_report: Report,
) -> None:
    assert storm_report.left_with_editors <= 0


def test_telegram_counts_no_broken_limit(storm_report: Report) -> None:
    assert storm_report.violations == 0


def test_the_outbox_is_looked_at_when_something_happened_and_not_in_between(
    storm_report: Report,
) -> None:
    assert storm_report.looked < storm_report.size.deliveries * 10
