"""What editors get told: the answers to their commands and the alerts that come unasked. Decides nothing.

Alerts and the status name chats, files and reasons; never a token, and no address of a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from bot import prose
from bot.article import Stored, short_id
from bot.delivery import Alert, Payload, State
from bot.rendering import dates, keyboards, saying
from bot.rendering.keyboards import Act
from bot.rendering.report import ChannelStatus, StatusReport
from bot.rendering.templates import Templates

#: Entries and buttons of each kind in /status; `paperboy status` has all.
SHOWN = 5
CHANNELS = 20
#: UTF-16 units of a refusal's reason in /status.
BRIEF = 120


@dataclass(frozen=True, slots=True)
class _Channel:
    name: str
    sent: int
    waiting: int
    doubtful: int
    refused: int
    waits: str
    refusals: list[dict[str, str]]


def republished(templates: Templates, article: Stored, edition: int, channels: int) -> Payload:
    """Answer /republish: the edition is on its way to so many channels (0: none had or admits it).

    edition: 0 for an article that was withdrawn.
    """
    return saying.reply(templates, "republished", article=saying.line(article), edition=edition, channels=channels)


def republish_not_found(templates: Templates, words: str, nearest: Sequence[Stored] = ()) -> Payload:
    """Answer /republish with words that name no article: the nearest to tap."""
    lines = [saying.line(one) for one in nearest[:SHOWN]]
    rows = [[keyboards.tap(f"{one.short_id} · {one.title}", Act.REPUBLISH, one.short_id)] for one in lines]
    return saying.listed(templates, "republish_not_found", "nearest", lines, rows, words=saying.said(words))


def republish_usage(templates: Templates) -> Payload:
    """Answer /republish alone."""
    return saying.reply(templates, "republish_usage")


def copy_posted(templates: Templates, article: Stored, channels: int) -> Payload:
    """Answer a tap that posts a copy after all, to so many channels."""
    return saying.reply(templates, "copy_posted", article=saying.line(article), channels=channels)


def released(templates: Templates, article: Stored, channels: int) -> Payload:
    """Answer a tap that releases a held article, to so many channels."""
    return saying.reply(templates, "released", article=saying.line(article), channels=channels)


def status(templates: Templates, report: StatusReport, *, tz: tzinfo = UTC) -> Payload:
    """Answer /status, with buttons that release what is held and post copies after all."""
    held, copies = report.held[:SHOWN], report.copies[:SHOWN]
    rows = [
        *([keyboards.tap(f"Post {one.short_id}: {one.title}", Act.RELEASE, one.short_id)] for one in held),
        *([keyboards.tap(f"Post copy {one.short_id}: {one.title}", Act.COPY, one.short_id)] for one in copies),
    ]
    channels = [_channel(one) for one in report.channels[:CHANNELS]]
    return saying.listed(
        templates,
        "status",
        "rejected",
        [{"path": _short(one.path), "reason": _short(one.reason)} for one in report.rejected],
        rows,
        most=2 * SHOWN,
        report=report,
        channels=channels,
        followers=_channel(ChannelStatus(name="", deliveries=report.followers)),
        held=[{"short_id": one.short_id, "title": _title(one.title)} for one in held],
        copies=[
            {"short_id": one.short_id, "title": _title(one.title), "first": _title(one.first_title)} for one in copies
        ],
        waiting_since=dates.minute(report.oldest_waiting, tz),
        scanned=dates.minute(report.scanned, tz),
    )


def alert(
    templates: Templates, kind: Alert, chat: str = "", reason: str = "", *, delivery: int | None = None
) -> Payload:
    """Return the message that tells editors something went wrong. chat: the channel's name, or a file's path.

    delivery: what they are to decide about, by two buttons.
    """
    rows = []
    if delivery is not None:
        value = short_id(delivery)
        rows = [[keyboards.tap("Post it again", Act.AGAIN, value), keyboards.tap("It is there", Act.THERE, value)]]
    asks = delivery is not None
    return saying.reply(templates, "alert", rows, kind=kind, chat=_short(chat), reason=_short(reason), asks=asks)


def decided(templates: Templates, *, again: bool) -> Payload:
    """Return what takes the place of an alert that an editor has decided: the post goes out again, or was there."""
    return saying.reply(templates, "decided", again=again)


def _channel(one: ChannelStatus) -> _Channel:
    def count(*states: State) -> int:
        return sum(one.deliveries.get(state, 0) for state in states)

    waiting = count(State.PENDING, State.SENDING, State.DOUBTFUL)
    latest = one.refusals[:1]  # `paperboy status` has more
    refusals = [{"short_id": each.short_id, "reason": prose.shorten(_short(each.reason), BRIEF)} for each in latest]
    return _Channel(
        name=_short(one.name),
        sent=count(State.SENT),
        waiting=waiting,
        doubtful=count(State.DOUBTFUL),
        refused=count(State.REFUSED),
        waits=_short(one.waits),
        refusals=refusals,
    )


def _title(title: str) -> str:
    return prose.shorten(title, saying.TITLE_UNITS // 2)


def _short(words: str) -> str:
    """Return a path or a reason on one line at a length that can be shown."""
    return prose.shorten(prose.repair(words), saying.REASON_UNITS)
