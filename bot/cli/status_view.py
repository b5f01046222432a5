"""Tables, a progress bar and a drawn post, where a person looks. Counts nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from bot.cli import preview_drawing
from bot.cli.console import out
from bot.domain.delivery import Payload, State
from bot.domain.plain_text import counted
from bot.rendering import dates, waiting

if TYPE_CHECKING:
    from bot.cli.checking import Finding
    from bot.ingest import scanner as scanning
    from bot.ingest.scanner import ScanReport
    from bot.publish.verification import Verified
    from bot.rendering.report import ChannelStatus, Copy, Held, Refusal, RejectedFile, StatusReport

_SIGNS = {"fine": Text("✓", "green"), "warning": Text("!", "yellow"), "problem": Text("✗", "red")}
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
#: What one row of a table is.
_ROWS = {"articles": "article", "deliveries": "delivery", "chats": "chat", "files": "file"}


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
    counts = {str(relation): count for relation, count in scanned.relations.items()}
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "nothing new"
    out.say(f"{counted(scanned.files, 'file')}: {told}, {scanned.unchanged} unchanged", "bold")
    out.say(f"{counted(standing.articles, 'article')} in the database")
    _warned(standing.warned)
    _rejected(standing.rejected)


def status(standing: StatusReport) -> None:
    """Show how things stand."""
    counts = {"article": standing.articles, "reader": standing.readers, "follow": standing.follows}
    out.say(" · ".join(counted(count, noun) for noun, count in counts.items()), "bold")
    _running(standing)
    if standing.posted:
        out.say(f"Last post: {dates.minute(standing.posted, dates.SystemZone())}, “{standing.posted_title}”")
    _deliveries(standing)
    if standing.scanned:
        out.say(f"Last scan: {dates.minute(standing.scanned, dates.SystemZone())}")
    if standing.problem:
        out.say(f"The folder can't be read: {standing.problem}", "yellow")
    for trouble in standing.troubles:
        since = dates.minute(trouble.since, dates.SystemZone())
        out.say(f"{trouble.about or 'Stuck'} (since {since}): {trouble.reason}", "yellow")
    for channel in standing.channels:
        _channel(channel)
    oldest = dates.minute(standing.oldest_waiting, dates.SystemZone())
    out.say(f"Oldest waiting: {oldest}" if oldest else "Nothing is left to send")
    _waiting(standing)
    for lost in standing.unconfirmed:
        out.say(f"Unconfirmed: {lost.short_id} {lost.title}: {counted(lost.count, 'reader')}")
    for copy in standing.copies:
        out.say(f"Copy, not posted: {_named(copy)}")
    _warned(standing.warned)
    _rejected(standing.rejected)


def _waiting(standing: StatusReport) -> None:
    """Show what articles wait for, and those that an editor decides on."""
    if waits := waiting.words(standing):
        out.say(waits)
    if standing.undecided:
        out.say(standing.undecided, "yellow")
    for one in standing.held:
        out.say(f"Held: {_named(one)}")


def _running(standing: StatusReport) -> None:
    """Show whether the bot runs, and since when, or when it ran last."""
    since = dates.minute(standing.started, dates.SystemZone())
    if standing.running:
        out.say(f"The bot has been running since {since}" if since else "The bot is starting", "green")
    else:
        out.say("The bot is not running" + (f"; it last started at {since}" if since else ""), "yellow")


def _deliveries(standing: StatusReport) -> None:
    """Show how many messages each channel and the readers got, and how many are in other states."""
    rows = [(channel.title or channel.name, channel.deliveries) for channel in standing.channels]
    for name, row in [*rows, ("Readers", standing.followers)]:
        counts = [f"{row.get(state, 0):,} {state}" for state in _STATES if row.get(state)]
        out.say(f"{name}: {', '.join(counts) or 'no messages yet'}")


def _channel(channel: ChannelStatus) -> None:
    """Show what keeps a channel waiting and what was refused there."""
    if channel.waits:
        until = f" until {dates.minute(channel.until, dates.SystemZone())}" if channel.until else ""
        out.say(f"{channel.title or channel.name} waits{until}: {channel.waits}", "yellow")
    for refused in channel.refusals:
        out.say(f"{channel.title or channel.name} refused {_named(refused)}: {refused.reason}", "yellow")


def _named(one: Held | Copy | Refusal) -> str:
    return " ".join(filter(None, (one.short_id, one.title, f"({one.file})" if one.file else "")))


def verified(found: Verified) -> None:
    """Show what a look at the whole database came to."""
    out.say(", ".join(counted(count, _ROWS.get(table, table)) for table, count in found.counts.items()))
    for one in found.findings:
        out.say(f"{one.about}: {one.what}" if one.about else one.what, sign=_SIGNS["problem"])
    if not found.findings:
        out.say("every article went where it should, and once", sign=_SIGNS["fine"])


def findings(found: Sequence[Finding]) -> None:
    """Show what a check looked at, each problem with its fix; on a terminal, lines are broken between words."""
    for one in found:
        out.say(one.what, sign=_SIGNS[one.level])
        if one.mend:
            out.say(f"    {one.mend}", "dim", hang=0)


def post(payload: Payload) -> None:
    """Draw one previewed post, or say why there is none."""
    if "error" in payload:
        out.say(f"{payload['file']}: {payload['error']}", sign=_SIGNS["problem"])
    else:
        out.print(preview_drawing.drawn(payload, out.width))


def _warned(warned: Sequence[RejectedFile]) -> None:
    if not warned:
        return
    out.say(f"Fields that could not be read, in {counted(len(warned), 'file')}:", "yellow")
    for one in warned:
        out.say(f"  {one.path}: {one.reason}")


def _rejected(rejected: Sequence[RejectedFile]) -> None:
    if not rejected:
        return
    told = "One file is not an article" if len(rejected) == 1 else f"{len(rejected)} files are not articles"
    out.say(f"{told}:", "yellow")
    for one in rejected:
        out.say(f"  {one.path}: {one.reason}")
