"""The simulated loop: virtual time, an order by the seed, no threads, and errors that say what waits."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from tests.simulation import loop as loops
from tests.simulation.clocks import START, Clocks
from tests.simulation.life import Life
from tests.simulation.loop import Deadlock, SimulatedLoop, Spinning, run

SEEDS = range(20)


def test_time_moves_to_the_next_timer_and_nobody_waits() -> None:
    loop = SimulatedLoop(1)

    async def story() -> list[float]:
        moments = []
        for seconds in (1.0, 86_400.0, 0.25):
            before = loop.time()
            await asyncio.sleep(seconds)
            moments.append(loop.time() - before - seconds)
        return moments

    began = time.monotonic()
    late = run(loop, story())
    assert time.monotonic() - began < 10
    assert all(0 <= one < 0.001 for one in late)


def _order(seed: int) -> tuple[int, ...]:
    order: list[int] = []

    async def story() -> None:
        async def add(number: int) -> None:
            order.append(number)

        await asyncio.gather(*(add(number) for number in range(5)))

    run(SimulatedLoop(seed), story())
    return tuple(order)


def test_the_seed_picks_the_order_of_what_is_ready() -> None:
    orders = [_order(seed) for seed in SEEDS]
    assert orders == [_order(seed) for seed in SEEDS]
    assert len(set(orders)) > 10


def _together(seed: int) -> list[str]:
    """What asyncio offers, in one story: whatever the order, its promises hold."""
    seen: list[str] = []

    async def story() -> None:
        queue: asyncio.Queue[int] = asyncio.Queue(2)
        lock, free = asyncio.Lock(), asyncio.Event()
        inside = 0

        async def put() -> None:
            for number in range(10):
                await queue.put(number)

        async def within() -> None:
            nonlocal inside
            await free.wait()
            async with lock:
                inside += 1
                assert inside == 1
                await asyncio.sleep(0.1)
                inside -= 1

        async with asyncio.TaskGroup() as group:
            group.create_task(put())
            for _ in range(3):
                group.create_task(within())
            seen.extend([str(await queue.get()) for _ in range(10)])
            free.set()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.sleep(6)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        sleeping = asyncio.create_task(asyncio.sleep(9))
        await asyncio.sleep(0)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping

    run(SimulatedLoop(seed), story())
    return seen


@pytest.mark.parametrize("seed", SEEDS)
def test_what_asyncio_offers_works_in_every_order(seed: int) -> None:
    assert _together(seed) == list("0123456789")


def test_a_deadlock_is_an_error_that_says_what_waits() -> None:
    async def story() -> None:
        stuck = asyncio.create_task(asyncio.Event().wait(), name="the stuck one")
        await stuck

    with pytest.raises(Deadlock) as error:
        run(SimulatedLoop(1), story())
    assert "the stuck one" in str(error.value)
    assert "tests/simulation/test_loop.py" in str(error.value)
    assert "(story)" in str(error.value)


def test_callbacks_that_never_rest_are_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops, "SPINS", 1_000)

    async def story() -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Spinning, match="story"):
        run(SimulatedLoop(1), story())


def test_work_for_a_thread_is_done_here_and_takes_a_while() -> None:
    loop = SimulatedLoop(1)
    seen: list[Any] = []

    async def story() -> None:
        before = loop.time()
        assert await asyncio.to_thread(threading.get_ident) == threading.get_ident()
        assert 0 < loop.time() - before < 0.1
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        loop.run_in_executor(None, seen.append, 1).cancel()
        await asyncio.sleep(1)

    run(loop, story())
    assert seen == [1]  # as in a thread, which nobody can stop


def test_sets_of_futures_have_an_order_of_their_own() -> None:
    def order() -> list[str]:
        async def story() -> list[str]:
            tasks = {
                asyncio.create_task(asyncio.sleep(1), name=f"{n}") for n in range(50)
            }
            done, _ = await asyncio.wait(tasks)
            return [task.get_name() for task in done]

        return run(SimulatedLoop(1), story())

    kept = [order()]
    garbage = [object() for _ in range(9_999)]  # other memory, other addresses
    assert order() == kept[0]
    assert garbage


def test_there_are_no_sockets() -> None:
    async def story() -> None:
        await asyncio.open_connection("127.0.0.1", 1)

    with pytest.raises(NotImplementedError):
        run(SimulatedLoop(1), story())


def test_what_nobody_handles_is_kept() -> None:
    loop = SimulatedLoop(1)

    async def story() -> None:
        loop.call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)

    run(loop, story())
    (one,) = loop.unhandled
    assert isinstance(one["exception"], ZeroDivisionError)


# --- lives ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_of_a_killed_life_runs_again(seed: int) -> None:
    loop, life, seen = SimulatedLoop(seed), Life(1), []

    async def child() -> None:
        try:
            while True:
                await asyncio.sleep(0.3)
                seen.append("child")
        finally:
            seen.append("finally")

    async def body() -> None:
        loop.call_later(7, seen.append, "timer")
        work = asyncio.create_task(child())
        thread = asyncio.create_task(asyncio.to_thread(seen.append, "thread"))
        try:
            await asyncio.gather(work, thread)
        finally:
            seen.append("finally")

    async def story() -> None:
        loop.create_task(body(), context=life.context())
        await asyncio.sleep(1)
        assert "child" in seen
        life.kill(loop.tasks())
        seen.clear()
        await asyncio.sleep(100)
        assert seen == []

    run(loop, story())


def test_the_world_goes_on_when_a_life_ends() -> None:
    loop, life, seen = SimulatedLoop(1), Life(1), []

    async def story() -> None:
        answer = loop.create_future()

        async def wait() -> None:
            seen.append(await answer)

        loop.create_task(wait(), context=life.context())
        await asyncio.sleep(1)
        life.kill(loop.tasks())
        answer.set_result("for nobody")
        await asyncio.sleep(1)
        seen.append("world")

    run(loop, story())
    assert seen == ["world"]


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_the_wall_clock_can_be_set_and_the_machine_can_sleep() -> None:
    loop = SimulatedLoop(1)
    clocks, jumps, woken = Clocks(loop), [], []

    async def story() -> None:
        clock = clocks.clock()
        clock.on_jump(lambda by: jumps.append(round(by.total_seconds())))
        loop.call_later(3_600, woken.append, 1)
        await asyncio.sleep(60)
        clocks.set_wall(-7_200)
        clock()
        clocks.sleep(28_800)
        assert round((clock() - START).total_seconds()) == 60 - 7_200 + 28_800
        assert round((clocks.true() - START).total_seconds()) == 60 + 28_800
        assert round(clock.monotonic()) == 60 + 28_800
        assert not woken  # timers do not see it

    run(loop, story())
    assert jumps == [-7_200]
