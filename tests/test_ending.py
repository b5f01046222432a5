"""The end of a run: the first error that ends it is raised, and later ones are logged."""

from __future__ import annotations

import logging

import pytest

from bot.ending import Ending
from bot.errors import PaperboyError, Stopped, TokenRevoked

REVOKED = TokenRevoked()


async def _fail(error: Exception) -> None:
    raise error


async def test_the_first_error_is_raised_and_a_later_one_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending = Ending()
    ending.note_job("deliver", REVOKED)
    await ending.guarded(_fail(PaperboyError("the port is taken")))
    assert "while stopping: the port is taken" in caplog.text
    with pytest.raises(TokenRevoked, match="revoked or mistyped"):
        ending.raise_error()


async def test_an_unknown_error_while_stopping_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending = Ending()
    await ending.guarded(_fail(REVOKED))
    await ending.guarded(_fail(KeyError("id")))
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


async def test_one_error_of_two_parts_is_logged_no_second_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending = Ending()
    ending.note_job("deliver", REVOKED)
    ending.note_job("report", TokenRevoked())
    assert caplog.records == []


async def test_a_final_error_of_a_job_ends_the_run() -> None:
    ending = Ending()
    ending.note_job("deliver", REVOKED)
    assert ending.stop.is_set()


async def test_work_that_was_stopped_is_no_error() -> None:
    ending = Ending()
    await ending.guarded(_fail(Stopped()))
    ending.raise_error()
    assert not ending.stop.is_set()


def test_a_job_that_fails_alike_is_logged_once_until_it_succeeds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending = Ending()
    failure = PaperboyError("the folder is away")
    with caplog.at_level(logging.ERROR):
        ending.note_job("scan", failure)
        ending.note_job("scan", failure)
        assert caplog.messages == ["scan: the folder is away"]
        ending.note_job("scan", None)
        ending.note_job("scan", failure)
    assert len(caplog.messages) == 2
    assert not ending.stop.is_set()
