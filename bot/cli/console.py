"""The console that tables, posts and log lines are drawn on. Knows nothing of what is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from bot.cli.terminal import lines


class SafeConsole(Console):
    """A console on which everything that is shown is `lines`; its own colours and cursor controls stay."""

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is drawn, other people's controls as escapes."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(lines(segment.text), segment.style)
