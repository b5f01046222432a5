"""`paperboy preview`: shows the posts that files would become. Sends nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.domain.plain_text import counted

if TYPE_CHECKING:
    from bot.domain.delivery import Payload


def preview(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", hidden=True)],
    config: options.Config = None,
    as_json: options.Json = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="PAGE",
            help="Write the posts as a page to open in a browser.",
        ),
    ] = None,
) -> None:
    """Show the posts that article files would become.

    Drawn on a terminal; elsewhere, and with --json, one JSON object a line. Needs no token and
    sends nothing.
    """
    from bot import settings
    from bot.cli import console, preview_payload
    from bot.clock import now
    from bot.rendering.loading import words

    templates = words(settings.file_in_use(config).parent)
    chosen, problems = preview_payload.settings_or_defaults(config)
    for problem in problems:
        console.err.say(f"{problem} (previewed with the defaults)")
    show = _draw if sys.stdout.isatty() and not as_json else options.print_json
    previews = []
    for file in files:
        previews.append(preview_payload.previewed(file, templates, chosen, now()))
        if html is None:
            show(previews[-1])
    if html is not None:
        _write_page(html, previews)
    if any("error" in one for one in previews):
        raise typer.Exit(1)


def _draw(payload: Payload) -> None:
    """Draw one post on the terminal, or say why there is none."""
    from bot.cli import console, preview_drawing

    if "error" in payload:
        console.out.say(f"{payload['file']}: {payload['error']}", sign=console.PROBLEM)
    else:
        console.out.print(preview_drawing.drawn(payload, console.out.width))


def _write_page(page: Path, previews: Sequence[Payload]) -> None:
    """Write all posts into one HTML page; print what it holds and why other files have no post."""
    from bot.cli import console, preview_drawing

    text = preview_drawing.page(previews)
    page.write_text(text, encoding="utf-8", errors="backslashreplace")
    failed = [one for one in previews if "error" in one]
    posts = counted(len(previews) - len(failed), "post")
    console.out.say(f"{page}: {posts}")
    for one in failed:
        console.err.say(f"{one['file']}: {one['error']}")
