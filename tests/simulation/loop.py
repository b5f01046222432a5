"""An event loop on virtual time: a seed picks the order of what is ready. No sockets, no threads.

Time moves to the next timer when nothing is ready. What threads would do (`run_in_executor`, and so
`asyncio.to_thread`) is done by the loop itself, a little later. asyncio calls back in the order of
registration; code that relies on it between two tasks is found here.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from tests.simulation.callbacks import Callback, Future, Task
from tests.simulation.life import current
from tests.support.paths import ROOT

T = TypeVar("T")
#: Seconds that a piece of work takes in a thread, at least and at most.
THREAD = 0.000_05, 0.005
#: Seconds that a callback takes, or code that waits for a clock to move would wait for ever.
STEP = 0.000_01
#: Callbacks in a row without a rest, after which the loop is said to spin.
SPINS = 200_000


class Deadlock(Exception):
    """Nothing is ready, and no timer will ever change that."""


class Spinning(Exception):
    """Callbacks go on and on, and nothing waits for a moment to come."""


class SimulatedLoop(asyncio.AbstractEventLoop):
    """The loop of one simulation."""

    def __init__(self, seed: int | str) -> None:
        self._dice = Random(f"loop {seed}")
        self._now = 0.0
        self._ready: list[Callback] = []
        self._timers: list[tuple[float, int, Callback]] = []
        #: Numbers in the order of asking: for what needs an order that is always the same.
        self.numbers = itertools.count(1)
        self._running = self._stopping = self._closed = False
        #: Callbacks made so far.
        self.steps = 0
        #: Their number when time last moved by itself.
        self._rested = 0
        #: What nobody handled (asyncio's contexts of exceptions).
        self.unhandled: list[dict[str, Any]] = []

    # Time and callbacks

    def time(self) -> float:
        return self._now

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Any:
        context = contextvars.copy_context() if context is None else context
        made = Callback(self._now, callback, args, context)
        if not self._closed:
            self._ready.append(made)
        return made

    #: There is only one thread.
    call_soon_threadsafe = call_soon

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Any:
        context = contextvars.copy_context() if context is None else context
        made = Callback(when, callback, args, context)
        if not self._closed:
            heapq.heappush(self._timers, (when, next(self.numbers), made))
        return made

    def _go_on(self) -> None:
        """Make callbacks until `stop`; move time where none is ready."""
        ready, timers, chance = self._ready, self._timers, self._dice.random
        while not self._stopping:
            while timers and timers[0][0] <= self._now:
                ready.append(heapq.heappop(timers)[2])
            if not ready:
                self._rest()
                continue
            if len(ready) > 1:
                chosen = int(chance() * len(ready))
                ready[chosen], ready[-1] = ready[-1], ready[chosen]
            callback = ready.pop()
            if callback.is_void:
                continue
            self.steps += 1
            self._now += STEP
            if self.steps - self._rested > SPINS:
                alive = self.waiting()
                raise Spinning(f"no rest at {self._now} s; alive:\n{alive}")
            try:
                callback.make()
            except Exception as error:
                self.unhandled.append({"exception": error})

    def _rest(self) -> None:
        """Move time to the next timer."""
        timers = self._timers
        while timers and timers[0][2].is_void:
            heapq.heappop(timers)
        if not timers:
            alive = self.waiting()
            raise Deadlock(f"nothing will ever happen again; waiting:\n{alive}")
        self._now = max(self._now, timers[0][0])
        self._rested = self.steps

    # Futures and tasks

    def create_future(self) -> asyncio.Future[Any]:
        return Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, Any],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[Any]:
        number = next(self.numbers)
        life = current(context)
        name = name or f"task {number}"
        return Task(number, life, coro, loop=self, name=name, context=context)

    def tasks(self) -> list[Task]:
        """The tasks that have not ended, in the order of their making."""
        tasks = [one for one in asyncio.all_tasks(self) if isinstance(one, Task)]
        return sorted(tasks, key=lambda one: one.number)

    def waiting(self) -> str:
        """Which tasks have not ended, and where each waits: a line each."""
        return "\n".join(
            f"  {task.get_name()}, at {_place(task)}"
            for task in self.tasks()
            if not (task.life and task.life.is_over)
        )

    # Threads

    def run_in_executor(  # type: ignore[override]  # asyncio's own is a coroutine in typeshed only
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Do the work here, a little later. It is done even if nobody waits for it any more."""
        done = self.create_future()
        self.call_later(self._dice.uniform(*THREAD), partial(_do, done, func, args))
        return done

    def set_default_executor(self, executor: Executor) -> None:
        raise NotImplementedError("there are no threads here")

    # Running

    def run_until_complete(self, future: Any) -> Any:
        main = asyncio.ensure_future(future, loop=self)
        main.add_done_callback(lambda _: self.stop())
        self.run_forever()
        if not main.done():
            raise RuntimeError("the loop was stopped before the work was done")
        return main.result()

    def run_forever(self) -> None:
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, self._generator_dropped)
        self._running, self._stopping = True, False
        asyncio._set_running_loop(self)
        try:
            self._go_on()
        finally:
            asyncio._set_running_loop(None)
            self._running = False
            sys.set_asyncgen_hooks(*hooks)

    def stop(self) -> None:
        self._stopping = True

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """End every task that has not ended. What it does in a `finally` comes to nothing."""
        self._closed = True
        self._ready.clear()
        self._timers.clear()
        asyncio._set_running_loop(self)  # or some of it would make another loop
        hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
        try:
            closed = 0
            while left := [task for task in self.tasks() if task.number > closed]:
                for task in left:
                    task._log_destroy_pending = False  # type: ignore[attr-defined]
                    _close(task.get_coro())
                closed = left[-1].number
        finally:
            sys.unraisablehook = hook
            asyncio._set_running_loop(None)

    def _generator_dropped(self, generator: AsyncGenerator[Any, Any]) -> None:
        if not self._closed:
            self.call_soon(lambda: self.create_task(generator.aclose()))

    async def shutdown_asyncgens(self) -> None:
        return None

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        return None

    # Errors

    def get_debug(self) -> bool:
        return False

    def set_debug(self, enabled: bool) -> None:
        return None

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        life = getattr(context.get("task"), "life", None)
        if not (life and life.is_over):
            self.unhandled.append(context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        self.unhandled.append(context)


def _do(done: asyncio.Future[T], work: Callable[..., T], args: tuple[Any, ...]) -> None:
    try:
        result = work(*args)
    except BaseException as error:
        if not done.done():
            done.set_exception(error)
    else:
        if not done.done():
            done.set_result(result)


def _close(coroutine: Any) -> None:
    """Close a coroutine, however often it awaits something in a `finally`; the innermost first."""
    chain = [coroutine]
    while hasattr(inner := chain[-1].cr_await, "cr_frame"):
        chain.append(inner)
    for one in reversed(chain):
        while one.cr_frame is not None:
            with suppress(BaseException):
                one.close()


def _place(task: asyncio.Task[Any]) -> str:
    """Return the innermost line of our own that a task waits in."""
    inner: Any = task.get_coro()
    place = "its beginning"
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        file = Path(frame.f_code.co_filename) if frame else Path()
        if file.is_relative_to(ROOT) and ".venv" not in file.parts:
            shown = file.relative_to(ROOT).as_posix()
            place = f"{shown}:{frame.f_lineno} ({frame.f_code.co_name})"
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
    return place


def run(loop: SimulatedLoop, work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on a loop to its end, and close the loop."""
    try:
        result: T = loop.run_until_complete(work)
        return result
    finally:
        loop.close()
