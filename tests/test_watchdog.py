"""The watchdog: what gives no sign of life is stuck; what is merely slow, or slept, is not."""

from __future__ import annotations

import asyncio

import pytest

from bot import watchdog
from bot.errors import Stuck
from bot.watchdog import PATIENCE, SLEPT, Activity, troubles

AT = 100_000.0
LONG_AGO = AT - 3_600
TOO_LONG = AT - PATIENCE - 1
LATELY = AT - 5


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (Activity(at=AT, since=LONG_AGO, polled=LATELY), []),
        (Activity(at=AT, since=LONG_AGO, polled=TOO_LONG), ["updates"]),
        (Activity(at=AT, since=LONG_AGO), ["updates"]),
        (Activity(at=AT, since=LATELY), []),
        (Activity(at=AT, since=LATELY, polled=TOO_LONG), []),
        (Activity(at=AT, since=LONG_AGO, polled=LATELY, late=["scan"]), ["scan"]),
        (
            Activity(at=AT, since=LONG_AGO, polled=LATELY, delivering_since=TOO_LONG),
            ["messages"],
        ),
        (
            Activity(
                at=AT,
                since=LONG_AGO,
                polled=LATELY,
                delivering_since=TOO_LONG,
                last_progress=TOO_LONG,
            ),
            ["messages"],
        ),
        (
            Activity(
                at=AT,
                since=LONG_AGO,
                polled=LATELY,
                delivering_since=TOO_LONG,
                last_progress=LATELY,
            ),
            [],
        ),
        (
            Activity(
                at=AT,
                since=LONG_AGO,
                polled=LATELY,
                delivering_since=LATELY,
                last_progress=LONG_AGO,
            ),
            [],
        ),
        (
            Activity(
                at=AT,
                since=LONG_AGO,
                polled=TOO_LONG,
                late=["deliver"],
                delivering_since=TOO_LONG,
            ),
            ["deliver", "updates", "messages"],
        ),
    ],
)
def test_only_what_gives_no_sign_for_too_long_is_stuck(
    activity: Activity, words: list[str]
) -> None:
    found = troubles(activity, polls=True)
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))


def test_with_a_webhook_nobody_polls() -> None:
    assert troubles(Activity(at=AT, since=LONG_AGO), polls=False) == []


class Clock:
    """Goes on by `step` each time it is asked."""

    def __init__(self, step: float) -> None:
        self.at, self.step = AT, step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


async def test_what_is_stuck_is_told_to_the_editors_and_ends_the_run() -> None:
    told: list[str] = []

    async def tell(words: str) -> None:
        told.append(words)

    async def activity(since: float) -> Activity:
        return Activity(
            at=since + PATIENCE * 2,
            since=since,
            late=["scan"],
            polled=since + PATIENCE * 2,
        )

    with pytest.raises(Stuck) as stuck:
        await watchdog.watch(
            activity, Clock(5), asyncio.Event(), tell, polls=True, seconds=0
        )
    assert "scan" in told[0]
    assert stuck.value.exit_code == 7


async def test_a_machine_that_slept_is_given_time_again() -> None:
    stop, seen = asyncio.Event(), []

    async def tell(words: str) -> None:
        raise AssertionError(words)

    async def activity(since: float) -> Activity:
        seen.append(since)
        if len(seen) == 3:
            stop.set()
        return Activity(at=since + 1, since=since)

    await watchdog.watch(activity, Clock(SLEPT * 2), stop, tell, polls=True, seconds=0)
    assert seen == sorted(set(seen))
