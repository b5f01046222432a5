"""A life of the bot: what a process is on a real machine. When it is killed, none of its code runs again."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterable
from typing import Any


class Killed(BaseException):
    """Ends the step in which a life was killed. What catches it can do nothing any more."""


class Life:
    """One life. Everything that is begun in its context belongs to it (`SimulatedLoop` asks)."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_over = False
        #: Called when it is killed: what an operating system does for a dead process.
        self.at_death: list[Callable[[], None]] = []
        #: Called at each point at which it may be killed in the middle of a step.
        self.at_point: Callable[[str], None] = _go_on
        #: Its tasks at its death. While they are kept, Python runs no `finally` of theirs.
        self._buried: list[asyncio.Task[Any]] = []

    def context(self) -> contextvars.Context:
        """Return a context in which what is begun belongs to this life."""
        context = contextvars.copy_context()
        context.run(_LIFE.set, self)
        return context

    def kill(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """End it as SIGKILL does. `tasks`: of all lives."""
        self.is_over = True
        for task in tasks:
            if getattr(task, "life", None) is self:
                self._buried.append(task)
        for act in self.at_death:
            act()


def _go_on(point: str) -> None:
    """Do nothing at a point."""


_LIFE: contextvars.ContextVar[Life | None] = contextvars.ContextVar(
    "life", default=None
)


def current(context: contextvars.Context | None = None) -> Life | None:
    """Return the life that a context belongs to; None: the world's."""
    return _LIFE.get() if context is None else context.get(_LIFE)
