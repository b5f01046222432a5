"""The consoles that lines, tables, posts and the log are drawn on. Knows nothing of what is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.text import Text

from bot.cli.terminal import lines
from bot.cli.wrapping import wrapped


class SafeConsole(Console):
    """A console on which everything that is shown is `lines`; its own colours and cursor controls stay.

    What is printed is other people's words: brackets are no markup, colons no emoji.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is drawn, other people's controls as escapes."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(lines(segment.text), segment.style)

    def say(self, words: str, style: str = "", *, sign: Text | None = None, hang: int = 2) -> None:
        """Print lines; on a terminal they are broken between words, elsewhere each stays whole, for scripts.

        style: the words'. sign: stands before them. hang: how much deeper than a line itself stand the lines that it is
        broken into.
        """
        mark = Text.assemble(sign, " ") if sign else Text()
        beside = mark.cell_len
        for line in lines(words).split("\n"):
            indent = len(line) - len(line.lstrip(" "))
            first = beside + indent
            pieces = [line[indent:]]
            if self.file.isatty():
                pieces = wrapped(line, self.width, first, first + (0 if beside else hang))
                pieces[0] = pieces[0].lstrip(" ")
            start = Text.assemble(mark, " " * (first - mark.cell_len))
            for piece in pieces:
                self.print(Text.assemble(start, (piece, style)), soft_wrap=True)
                start = mark = Text()

    def fitting(self, question: str) -> str:
        """Return a question, broken between words so that there is room for its colon."""
        return "\n".join(wrapped(question, self.width - 2))


#: What a command prints, and what it complains of.
out = SafeConsole()
err = SafeConsole(stderr=True)
