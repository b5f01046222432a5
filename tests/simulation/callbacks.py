"""Callbacks, futures and tasks of a simulated loop: each has a number, or knows its life."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

from tests.simulation.life import Life, current


class Future(asyncio.Future[Any]):
    """A future whose hash, and so its place in a set, does not depend on the memory it lies in."""

    def __hash__(self) -> int:
        try:
            number: int = self._number
        except AttributeError:
            number = self._number = next(self.get_loop().numbers)  # type: ignore[attr-defined]
        return number


class Task(asyncio.Task[Any]):
    """A task that is numbered likewise, and knows whose life it belongs to."""

    def __init__(self, number: int, life: Life | None, *args: Any, **more: Any) -> None:
        self.number = number
        self.life = life
        super().__init__(*args, **more)

    def __hash__(self) -> int:
        return self.number


class Callback:
    """A callback, at once or at a moment: what asyncio calls a handle."""

    __slots__ = ("_args", "_call", "_context", "_is_cancelled", "_life", "_when")

    def __init__(
        self,
        when: float,
        call: Callable[..., object],
        args: tuple[Any, ...],
        context: contextvars.Context,
    ) -> None:
        self._when = when
        self._call = call
        self._args = args
        self._context = context
        self._life = current(context)
        self._is_cancelled = False

    def cancel(self) -> None:
        self._is_cancelled = True

    def cancelled(self) -> bool:
        return self._is_cancelled

    def when(self) -> float:
        return self._when

    @property
    def is_void(self) -> bool:
        """Whether it is never to be made."""
        return self._is_cancelled or (self._life is not None and self._life.is_over)

    def make(self) -> None:
        """Call back."""
        self._context.run(self._call, *self._args)
