"""Prints a status report for `paperboy status`. Counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli import console, file_problems
from bot.domain.delivery import State
from bot.domain.plain_text import counted
from bot.rendering import dates, waiting

if TYPE_CHECKING:
    from bot.rendering.report import ChannelStatus, Copy, Held, Refusal, StatusReport

#: The order in which counts of deliveries are shown.
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


def show(report: StatusReport) -> None:
    """Print how things stand."""
    _totals(report)
    _process(report)
    _deliveries(report)
    _problems(report)
    for channel in report.channels:
        _channel(channel)
    _unsent(report)
    file_problems.show(report.warned, report.rejected)


def _totals(report: StatusReport) -> None:
    counts = (
        counted(report.articles, "article"),
        counted(report.readers, "reader"),
        counted(report.follows, "follow"),
    )
    console.out.say(" · ".join(counts), "bold")


def _process(report: StatusReport) -> None:
    """Print whether the bot runs, and since when, or when it ran last."""
    since = _minute(report.started)
    if not report.running:
        last = f"; it last started at {since}" if since else ""
        console.out.say(f"The bot is not running{last}", "yellow")
    elif since:
        console.out.say(f"The bot has been running since {since}", "green")
    else:
        console.out.say("The bot is starting", "green")


def _deliveries(report: StatusReport) -> None:
    """Print the latest post, and each channel's and the readers' deliveries by state."""
    if report.posted:
        posted = _minute(report.posted)
        console.out.say(f"Last post: {posted}, “{report.posted_title}”")
    for channel in report.channels:
        counts = _counts(channel.deliveries)
        console.out.say(f"{_name(channel)}: {counts}")
    counts = _counts(report.followers)
    console.out.say(f"Readers: {counts}")


def _counts(deliveries: Mapping[str, int]) -> str:
    """Return how many deliveries are in which state."""
    counts = []
    for state in _STATES:
        if count := deliveries.get(state):
            words = f"{count:,} {state}"
            counts.append(words)
    return ", ".join(counts) or "no messages yet"


def _name(channel: ChannelStatus) -> str:
    return channel.title or channel.name


def _problems(report: StatusReport) -> None:
    """Print the last scan, and what is wrong with the folder, the database or a job."""
    if report.scanned:
        console.out.say(f"Last scan: {_minute(report.scanned)}")
    if report.problem:
        console.out.say(f"The folder can't be read: {report.problem}", "yellow")
    for trouble in report.troubles:
        about = trouble.about or "Stuck"
        since = _minute(trouble.since)
        console.out.say(f"{about} (since {since}): {trouble.reason}", "yellow")


def _channel(channel: ChannelStatus) -> None:
    """Print what keeps a channel waiting and what was refused there."""
    name = _name(channel)
    if channel.waits:
        until = ""
        if channel.until:
            until = f" until {_minute(channel.until)}"
        console.out.say(f"{name} waits{until}: {channel.waits}", "yellow")
    for refusal in channel.refusals:
        article = _article(refusal)
        console.out.say(f"{name} refused {article}: {refusal.reason}", "yellow")


def _unsent(report: StatusReport) -> None:
    """Print what is left to send, what articles wait for, and what was not posted."""
    oldest = _minute(report.oldest_waiting)
    console.out.say(
        f"Oldest waiting: {oldest}" if oldest else "Nothing is left to send"
    )
    if waits := waiting.words(report):
        console.out.say(waits)
    if report.undecided:
        console.out.say(report.undecided, "yellow")
    for held in report.held:
        console.out.say(f"Held: {_article(held)}")
    for lost in report.unconfirmed:
        readers = counted(lost.count, "reader")
        console.out.say(f"Unconfirmed: {lost.short_id} {lost.title}: {readers}")
    for copy in report.copies:
        console.out.say(f"Copy, not posted: {_article(copy)}")


def _minute(moment: datetime | None) -> str:
    return dates.minute(moment, dates.SystemZone())


def _article(row: Held | Copy | Refusal) -> str:
    """Return an article's short id, title and file, as far as they are known."""
    parts = [row.short_id, row.title]
    if row.file:
        parts.append(f"({row.file})")
    return " ".join(filter(None, parts))
