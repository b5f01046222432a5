"""What the editors hear of jobs that stand still: once, with what and why, and once when it is over."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.notices import Alert, Notice
from bot.errors import StoreError
from bot.jobs import Jobs
from tests.support.scheduled import Scheduled


class Editors:
    """What the editors hear, and whether the database can keep it."""

    def __init__(self) -> None:
        self.heard: list[Notice] = []
        self.over: list[str] = []
        #: Of what ended they were told past the database.
        self.ended: list[Notice] = []
        self.database_fails = False
        self.nudge = lambda: None

    async def ask(self, notice: Notice) -> bool:
        if self.database_fails:
            raise StoreError("data/paperboy.db: the database can't be used: disk full")
        self.heard.append(notice)
        return True

    async def say(self, notice: Notice, *, over: bool = False) -> None:
        (self.ended if over else self.heard).append(notice)

    async def all_clear(self, *keys: str) -> None:
        self.over += keys

    async def send(self) -> None:
        return None


@pytest.fixture
def editors() -> Editors:
    return Editors()


@pytest.mark.parametrize("database_fails", [False, True])
async def test_a_job_that_fails_is_told_once_and_so_is_its_end(
    editors: Editors, database_fails: bool
) -> None:
    scheduled, nothing = Scheduled(), SimpleNamespace()
    told: dict[str, Any] = dict.fromkeys(
        ("settings", "poller", "channels", "store", "pace"), nothing
    )
    telegram: Any = SimpleNamespace(notifier=editors, reporter=editors)
    jobs = Jobs(
        schedule=scheduled.jobs,
        telegram=telegram,
        clock=scheduled.clock,
        wake=lambda: None,
        **told,
    )
    scheduled.jobs.start()
    await scheduled.run(0)
    await jobs._tell_editors()
    assert not editors.heard
    assert editors.over == [
        "standing:database",
        "standing:deliver",
    ]  # of an earlier process, if it told of it
    scheduled.error, editors.database_fails = (
        StoreError("data/paperboy.db: disk full"),
        database_fails,
    )
    for _ in range(4):
        await scheduled.run()
        await jobs._tell_editors()
    (notice,) = editors.heard
    assert (notice.key, notice.alert, notice.about) == (
        "standing:database",
        Alert.STANDING,
        "The database",
    )
    assert notice.reason.startswith(
        "sending posts has failed 2 times since 22 November 12:00 UTC: data/paperboy.db"
    )
    scheduled.error, editors.over, editors.database_fails = None, [], False
    for _ in range(2):
        await scheduled.run()
        await jobs._tell_editors()
    assert editors.over == ["standing:database"]
    assert editors.ended == ([notice] if database_fails else [])
    assert len(editors.heard) == 1
    await scheduled.jobs.stop(1)
    await asyncio.sleep(0)


async def test_one_cause_that_stops_several_jobs_is_told_once_and_over_when_all_go_on(
    editors: Editors,
) -> None:
    scheduled, nothing = Scheduled(), SimpleNamespace()
    told: dict[str, Any] = dict.fromkeys(
        ("settings", "poller", "channels", "store", "pace"), nothing
    )
    telegram: Any = SimpleNamespace(notifier=editors, reporter=editors)
    jobs = Jobs(
        schedule=scheduled.jobs,
        telegram=telegram,
        clock=scheduled.clock,
        wake=lambda: None,
        **told,
    )
    failing = {"deliver": True, "scan": True, "look": True}

    def work(name: str) -> Any:
        async def done() -> None:
            if failing[name]:
                raise (
                    ValueError("odd")
                    if name == "look"
                    else StoreError(f"data/paperboy.db: {name}: disk full")
                )

        return done

    for name in failing:
        scheduled.jobs.every(name, 5.0, work(name))
    scheduled.jobs.start()

    async def pass_(seconds: float = 5.0) -> None:
        scheduled.passed += seconds
        for name in failing:
            scheduled.jobs.nudge(name)
        for _ in range(30):
            await asyncio.sleep(0)
        await jobs._tell_editors()

    for _ in range(3):
        await pass_()
    assert [notice.key for notice in editors.heard] == [
        "standing:database",
        "standing:look",
    ]
    failing["scan"] = False
    await pass_()
    assert "standing:database" not in editors.over
    failing["deliver"] = False
    await pass_()
    assert editors.over.count("standing:database") == 1
    assert "standing:look" not in editors.over
    assert len(editors.heard) == 2
    await scheduled.jobs.stop(1)
    await asyncio.sleep(0)
