"""The consoles on which commands and the log print. Knows nothing of what is printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.text import Text

from bot.cli.escaping import lines
from bot.cli.wrapping import wrapped


class SafeConsole(Console):
    """A console that escapes control characters in everything it prints, except its own.

    It prints other people's words: brackets are not markup, colons not emoji.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(
        self, renderable: Any, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments to print, control characters in their text escaped."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(lines(segment.text), segment.style)

    def say(
        self, words: str, style: str = "", *, sign: Text | None = None, hang: int = 2
    ) -> None:
        """Print lines. A terminal gets them broken between words; for scripts each stays whole.

        style: the style of the words. sign: stands before them. hang: extra indent of the
        continuation lines.
        """
        mark = Text.assemble(sign, " ") if sign else Text()
        beside = mark.cell_len
        if beside:
            hang = 0
        for line in lines(words).split("\n"):
            text = line.lstrip(" ")
            first = beside + len(line) - len(text)
            start = Text.assemble(mark, " " * (first - mark.cell_len))
            for piece in self._pieces(text, first, first + hang):
                shown = Text.assemble(start, (piece, style))
                self.print(shown, soft_wrap=True)
                start = mark = Text()

    def _pieces(self, text: str, first: int, rest: int) -> list[str]:
        """Return a line as it fits the terminal; the first piece without its indent."""
        if not self.file.isatty():
            return [text]
        pieces = wrapped(text, self.width, first, rest)
        pieces[0] = pieces[0].lstrip(" ")
        return pieces

    def fitting(self, question: str) -> str:
        """Return a question broken between words, with room for the colon behind it."""
        return "\n".join(wrapped(question, self.width - 2))


#: Results of a command, and its errors.
out = SafeConsole()
err = SafeConsole(stderr=True)

#: Signs before a line that was checked.
FINE = Text("✓", "green")
WARNING = Text("!", "yellow")
PROBLEM = Text("✗", "red")
