"""Tables, a progress bar and a drawn post, where a person looks. Counts nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table
from rich.text import Text

from bot.cli import drawing
from bot.cli.console import SafeConsole
from bot.delivery import Payload, State
from bot.prose import counted
from bot.rendering import dates, waiting

if TYPE_CHECKING:
    from bot.cli.checking import Finding
    from bot.publishing import scan as scanning
    from bot.publishing.scan import ScanReport
    from bot.publishing.verifying import Verified
    from bot.rendering.report import ChannelStatus, Copy, Held, Refusal, RejectedFile, StatusReport

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
#: Those whose counts are shown even where they are nothing.
_ALWAYS = (State.SENT, State.PENDING)
#: What one row of a table is.
_ROWS = {"articles": "article", "deliveries": "delivery", "chats": "chat", "files": "file"}
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
    _out.print(f"{counted(scanned.files, 'file')}: {told}, {scanned.unchanged} unchanged", style="bold")
    _out.print(f"{counted(standing.articles, 'article')} in the database")
    _warned(standing.warned)
    _rejected(standing.rejected)


def status(standing: StatusReport) -> None:
    """Show how things stand."""
    counts = {"article": standing.articles, "reader": standing.readers, "follow": standing.follows}
    _out.print(" · ".join(counted(count, noun) for noun, count in counts.items()), style="bold")
    _out.print(_running(standing))
    if standing.posted:
        _out.print(f"Last post: {dates.minute(standing.posted, dates.SystemZone())}, “{standing.posted_title}”")
    _out.print(_deliveries(standing))
    if standing.scanned:
        _out.print(f"Last scan: {dates.minute(standing.scanned, dates.SystemZone())}")
    if standing.problem:
        _out.print(f"The folder can't be read: {standing.problem}", style="yellow")
    for trouble in standing.troubles:
        since = dates.minute(trouble.since, dates.SystemZone())
        _out.print(f"{trouble.about or 'Stuck'} (since {since}): {trouble.reason}", style="yellow")
    for channel in standing.channels:
        _channel(channel)
    oldest = dates.minute(standing.oldest_waiting, dates.SystemZone())
    _out.print(f"Oldest waiting: {oldest}" if oldest else "Nothing is left to send")
    _waiting(standing)
    for lost in standing.unconfirmed:
        _out.print(f"Unconfirmed: {lost.short_id} {lost.title}: {counted(lost.count, 'reader')}")
    for copy in standing.copies:
        _out.print(f"Copy, not posted: {_named(copy)}")
    _warned(standing.warned)
    _rejected(standing.rejected)


def _waiting(standing: StatusReport) -> None:
    """Show what articles wait for, and those that an editor decides on."""
    if waits := waiting.words(standing):
        _out.print(waits)
    if standing.undecided:
        _out.print(standing.undecided, style="yellow")
    for one in standing.held:
        _out.print(f"Held: {_named(one)}")


def _running(standing: StatusReport) -> Text:
    """Return whether the bot runs, and since when, or when it ran last."""
    since = dates.minute(standing.started, dates.SystemZone())
    if standing.running:
        return Text(f"The bot has been running since {since}" if since else "The bot is starting", style="green")
    return Text("The bot is not running" + (f"; it last started at {since}" if since else ""), style="yellow")


def _deliveries(standing: StatusReport) -> Table:
    """Return a row of counts for each channel and for readers; only the states that occur have a column."""
    rows = {channel.title or channel.name: channel.deliveries for channel in standing.channels}
    rows["readers"] = standing.followers
    states = [state for state in _STATES if state in _ALWAYS or any(row.get(state) for row in rows.values())]
    table = Table(Column("Messages", overflow="fold"), *map(str, states), box=None, header_style="dim")
    for name, row in rows.items():
        table.add_row(name, *(str(row.get(state, 0) or "·") for state in states))
    return table


def _channel(channel: ChannelStatus) -> None:
    """Show what keeps a channel waiting and what was refused there."""
    if channel.waits:
        until = f" until {dates.minute(channel.until, dates.SystemZone())}" if channel.until else ""
        _out.print(f"{channel.title or channel.name} waits{until}: {channel.waits}", style="yellow")
    for refused in channel.refusals:
        _out.print(f"{channel.title or channel.name} refused {_named(refused)}: {refused.reason}", style="yellow")


def _named(one: Held | Copy | Refusal) -> str:
    return " ".join(filter(None, (one.short_id, one.title, f"({one.file})" if one.file else "")))


def verified(found: Verified) -> None:
    """Show what a look at the whole database came to."""
    _out.print(", ".join(counted(count, _ROWS.get(table, table)) for table, count in found.counts.items()))
    for one in found.findings:
        _out.print(Text.assemble(("✗ ", "red"), f"{one.about}: {one.what}" if one.about else one.what))
    if not found.findings:
        _out.print(Text.assemble(("✓ ", "green"), "every article went where it should, and once"))


def findings(found: Sequence[Finding]) -> None:
    """Show what a check looked at, each problem with its fix; on a terminal, lines are broken between words."""
    for one in found:
        sign, colour = _SIGNS[one.level]
        _line(Text(sign, colour), 2, Text(one.what))
        if one.mend:
            _line(Text(), 4, Text(one.mend, "dim"))


def _line(sign: Text, indent: int, words: Text) -> None:
    """Print words behind a sign; where no person looks, in one line whatever its length."""
    if not sys.stdout.isatty():
        _out.print(Text.assemble(sign, " " * (indent - len(sign)), words))
        return
    row = Table.grid(Column(width=indent), Column(overflow="fold"))
    row.add_row(sign, words)
    _out.print(row, soft_wrap=False)


def post(payload: Payload) -> None:
    """Draw one previewed post, or say why there is none."""
    if "error" in payload:
        _out.print(Text.assemble(("✗ ", "red"), f"{payload['file']}: {payload['error']}"))
    else:
        _out.print(drawing.drawn(payload, _out.width), soft_wrap=False)


def _warned(warned: Sequence[RejectedFile]) -> None:
    if not warned:
        return
    _out.print(f"Fields that could not be read, in {counted(len(warned), 'file')}:", style="yellow")
    for one in warned:
        _out.print(Text(f"  {one.path}: {one.reason}"))


def _rejected(rejected: Sequence[RejectedFile]) -> None:
    if not rejected:
        return
    told = "One file is not an article" if len(rejected) == 1 else f"{len(rejected)} files are not articles"
    _out.print(f"{told}:", style="yellow")
    for one in rejected:
        _out.print(Text(f"  {one.path}: {one.reason}"))
