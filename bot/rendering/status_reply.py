"""The reply to /status. Counts nothing: the figures are `report.StatusReport`.

`paperboy status` prints the same figures (`cli.status_view`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, tzinfo

from bot.domain import plain_text
from bot.domain.delivery import Payload, State
from bot.domain.notices import Decision
from bot.rendering import dates, keyboards, layout, shown_names, waiting
from bot.rendering.keyboards import Act
from bot.rendering.labels import Label
from bot.rendering.report import (
    ChannelStatus,
    Copy,
    Held,
    Refusal,
    RejectedFile,
    StatusReport,
    Trouble,
    Unconfirmed,
)
from bot.rendering.templates import Templates

#: Entries of each list, and buttons of each kind; `paperboy status` shows all.
SHOWN = 5
CHANNELS = 20
#: UTF-16 units of the reason of a refusal.
BRIEF = 120


@dataclass(frozen=True, slots=True)
class _Channel:
    """What the template `replies/status` is given of a channel."""

    name: str
    sent: int
    waiting: int
    doubtful: int
    unconfirmed: int
    refused: int
    waits: str
    until: str
    refusals: list[dict[str, str]]


def status(templates: Templates, report: StatusReport, *, tz: tzinfo = UTC) -> Payload:
    """Answer /status, with buttons that post what is held, copies and lost messages."""
    followers = ChannelStatus(name="", deliveries=report.followers)
    return layout.listed(
        templates,
        "status",
        "rejected",
        list(map(_file, report.rejected)),
        _buttons(report),
        most=2 * SHOWN,
        report=report,
        problem=shown_names.short(report.problem),
        channels=_channels(report, tz),
        followers=_channel(followers, tz),
        held=list(map(_held, report.held[:SHOWN])),
        copies=list(map(_copy, report.copies[:SHOWN])),
        warned=list(map(_file, report.warned[:SHOWN])),
        troubles=_troubles(report, tz),
        unconfirmed=list(map(_unconfirmed, report.unconfirmed[:SHOWN])),
        waits=waiting.words(report, tz),
        undecided=shown_names.short(report.undecided),
        waiting_since=dates.minute(report.oldest_waiting, tz),
        scanned=dates.minute(report.scanned, tz),
    )


def _unconfirmed(one: Unconfirmed) -> dict[str, object]:
    return {"title": _title(one.title), "count": one.count}


def _buttons(report: StatusReport) -> keyboards.Rows:
    """Return the buttons that post what is held, copies and lost messages, one in a row."""
    buttons = []
    for held in report.held[:SHOWN]:
        button = _post_button(Label.POST_HELD, Act.RELEASE, held)
        buttons.append(button)
    for copy in report.copies[:SHOWN]:
        button = _post_button(Label.POST_COPY, Act.COPY, copy)
        buttons.append(button)
    for lost in report.unconfirmed[:SHOWN]:
        label = Label.SEND_AGAIN.format(lost.title)
        button = keyboards.decide(label, Decision.SEND_AGAIN, lost.short_id)
        buttons.append(button)
    return [[button] for button in buttons]


def _channels(report: StatusReport, tz: tzinfo) -> list[_Channel]:
    channels = report.channels[:CHANNELS]
    return [_channel(channel, tz) for channel in channels]


def _troubles(report: StatusReport, tz: tzinfo) -> list[dict[str, str]]:
    troubles = report.troubles[:SHOWN]
    return [_trouble(trouble, tz) for trouble in troubles]


def _post_button(label: Label, act: Act, article: Held | Copy) -> keyboards.Button:
    """Return the button that posts an article."""
    number = article.short_id
    text = label.format(number, article.title)
    return keyboards.tap(text, act, number)


def _channel(channel: ChannelStatus, tz: tzinfo) -> _Channel:
    counts = Counter(channel.deliveries)
    waiting = counts[State.PENDING] + counts[State.SENDING] + counts[State.DOUBTFUL]
    latest = channel.refusals[:1]  # `paperboy status` shows more
    return _Channel(
        name=shown_names.chat(channel.title or channel.name),
        sent=counts[State.SENT],
        waiting=waiting,
        doubtful=counts[State.DOUBTFUL],
        unconfirmed=counts[State.UNCONFIRMED],
        refused=counts[State.REFUSED],
        waits=shown_names.short(channel.waits),
        until=dates.minute(channel.until, tz),
        refusals=list(map(_refusal, latest)),
    )


def _refusal(refusal: Refusal) -> dict[str, str]:
    return {
        "short_id": refusal.short_id,
        "title": _title(refusal.title),
        "file": shown_names.short(refusal.file),
        "reason": shown_names.reason(refusal.reason, BRIEF),
    }


def _file(file: RejectedFile) -> dict[str, str]:
    return {
        "path": shown_names.short(file.path),
        "reason": shown_names.reason(file.reason, 2 * BRIEF),
    }


def _held(held: Held) -> dict[str, str]:
    return {
        "short_id": held.short_id,
        "title": _title(held.title),
        "file": shown_names.short(held.file),
    }


def _copy(copy: Copy) -> dict[str, str]:
    return {
        "short_id": copy.short_id,
        "title": _title(copy.title),
        "first": _title(copy.first_title),
        "file": shown_names.short(copy.file),
    }


def _trouble(trouble: Trouble, tz: tzinfo) -> dict[str, str]:
    return {
        "about": shown_names.short(trouble.about),
        "reason": shown_names.reason(trouble.reason, 2 * BRIEF),
        "since": dates.minute(trouble.since, tz),
    }


def _title(title: str) -> str:
    return plain_text.shorten(title, layout.TITLE_UNITS // 2)
