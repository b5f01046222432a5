"""Tables, a progress bar and a drawn post, where a person looks. Counts nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table
from rich.text import Text

from bot.cli import drawing
from bot.cli.console import SafeConsole
from bot.delivery import Payload, State

if TYPE_CHECKING:
    from bot.cli.checking import Finding
    from bot.publishing import scan as scanning
    from bot.publishing.scan import ScanReport
    from bot.publishing.verifying import Verified
    from bot.rendering.report import RejectedFile, StatusReport

_SIGNS = {"fine": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}
_STATES = (
    State.SENT,
    State.PENDING,
    State.SENDING,
    State.DOUBTFUL,
    State.UNCONFIRMED,
    State.HELD,
    State.REFUSED,
    State.GONE,
)
# What is printed is other people's words: brackets are no markup, colons no emoji, and nothing is cut.
_WIDTH = None if sys.stdout.isatty() else 120
_out = SafeConsole(highlight=False, markup=False, emoji=False, soft_wrap=True, width=_WIDTH)


@contextmanager
def progress() -> Iterator[scanning.Progress]:
    """Draw a bar on stderr while the block runs; nothing where no person looks."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    bar = Progress(
        TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True
    )
    with bar:
        task = bar.add_task("scan", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def scan(scanned: ScanReport, standing: StatusReport) -> None:
    """Show what a scan found."""
    counts = {str(verdict): count for verdict, count in scanned.verdicts.items()}
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "nothing new"
    _out.print(f"{_many(scanned.files, 'file')}: {told}, {scanned.unchanged} unchanged", style="bold")
    _out.print(f"{_many(standing.articles, 'article')} in the database")
    _rejected(standing.rejected)


def status(standing: StatusReport) -> None:
    """Show how things stand."""
    counts = {"article": standing.articles, "reader": standing.readers, "follow": standing.follows}
    _out.print(" · ".join(_many(count, noun) for noun, count in counts.items()), style="bold")
    table = Table(Column("Chats", no_wrap=True), *map(str, _STATES), box=None, header_style="dim")
    for channel in standing.channels:
        table.add_row(channel.name, *_counts(channel.deliveries))
    table.add_row("followers", *_counts(standing.followers))
    _out.print(table)
    for channel in standing.channels:
        if channel.waits:
            _out.print(f"{channel.name} waits: {channel.waits}", style="yellow")
        for refused in channel.refusals:
            _out.print(f"{channel.name} refused {refused.short_id}: {refused.reason}", style="yellow")
    oldest = standing.oldest_waiting
    _out.print(f"Oldest waiting: {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "Nothing waits")
    for one in standing.held:
        _out.print(f"Held: {one.short_id} {one.title}")
    for copy in standing.copies:
        _out.print(f"Copy, not posted: {copy.short_id} {copy.title}")
    _rejected(standing.rejected)


def verified(found: Verified) -> None:
    """Show what a look at the whole database came to."""
    _out.print(", ".join(f"{count:,} {table}" for table, count in found.counts.items()))
    for one in found.findings:
        _out.print(Text.assemble(("✗ ", "red"), f"{one.about}: {one.what}" if one.about else one.what))
    if not found.findings:
        _out.print(Text.assemble(("✓ ", "green"), "every article went where it should, and once"))


def findings(found: Sequence[Finding]) -> None:
    """Show what a check looked at, each problem with its mend."""
    for one in found:
        sign, colour = _SIGNS[one.level]
        _out.print(Text.assemble((f"{sign} ", colour), one.what))
        if one.mend:
            _out.print(f"    {one.mend}", style="dim")


def post(payload: Payload) -> None:
    """Draw one previewed post, or say why there is none."""
    if "error" in payload:
        _out.print(Text.assemble(("✗ ", "red"), f"{payload['file']}: {payload['error']}"))
    else:
        _out.print(drawing.drawn(payload, _out.width), soft_wrap=False)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _counts(deliveries: Mapping[str, int]) -> list[str]:
    return [str(deliveries.get(state, 0) or "·") for state in _STATES]


def _rejected(rejected: Sequence[RejectedFile]) -> None:
    if not rejected:
        return
    told = "One file is no article" if len(rejected) == 1 else f"{len(rejected)} files are no articles"
    _out.print(f"{told}:", style="yellow")
    for one in rejected:
        _out.print(Text(f"  {one.path}: {one.reason}"))
