"""What editors get told: the answers to their commands and the alerts that come unasked. Decides nothing.

Alerts and the status name chats, files and reasons; never a token, and no address of a reader.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from markupsafe import Markup

from bot.domain import plain_text, urls
from bot.domain.article import Stored
from bot.domain.delivery import Payload, State
from bot.domain.notices import Alert, Choice, Decision
from bot.rendering import dates, keyboards, layout, markup, waiting
from bot.rendering.keyboards import Act
from bot.rendering.report import ArticleName, ChannelStatus, Copy, Entry, RejectedFile, StatusReport, Trouble
from bot.rendering.templates import Templates

#: A chat's name as the store tells it: its title with its @name behind it, or one of the two.
_CHAT = re.compile(r"(.*?)(\(?@[A-Za-z][A-Za-z0-9_]{3,31}\)?)", re.DOTALL)
#: A file's name in a sentence: as words, `a.md` would be an address in Moldova.
_FILE = re.compile(r"([^\s()“”\"'`]+\.(?:md|markdown|txt)\b)")
#: Entries and buttons of each kind in /status; `paperboy status` has all.
SHOWN = 5
CHANNELS = 20
#: UTF-16 units of a refusal's reason in /status.
BRIEF = 120
#: Names in a heading; more are counted.
NAMED = 4

#: What the buttons say by which editors decide.
LABELS = {
    Decision.POST_AGAIN: "Post it again",
    Decision.IT_IS_THERE: "It is there",
    Decision.POST_NEWEST: "Post the newest {count}",
    Decision.POST_ALL: "Post all",
    Decision.SKIP_ALL: "Skip all",
    Decision.ONE_BY_ONE: "One by one",
    Decision.WERE_POSTED: "They were posted",
    Decision.POST_ONE: "Post it",
    Decision.SKIP_ONE: "Skip it",
    Decision.CATCH_UP: "Edit now",
    Decision.SEND_AGAIN: "Send again",
    Decision.POST_MISSED: "Post now",
    Decision.UNDO: "Undo",
    Decision.REPUBLISH: "Post it",
    Decision.RELEASE: "Post it",
    Decision.POST_COPY: "Post it after all",
    Decision.TAKE_BACK: "Take the post back",
    Decision.LEAVE: "Leave as it is",
}


@dataclass(frozen=True, slots=True)
class _Channel:
    name: str
    sent: int
    waiting: int
    doubtful: int
    unconfirmed: int
    refused: int
    waits: str
    until: str
    refusals: list[dict[str, str]]


def republished(
    templates: Templates, article: Stored, edition: int, channels: Sequence[str], *, seconds: float = 0, value: str = ""
) -> Payload:
    """Answer /republish: the edition goes to these channels (none: none had or admits it).

    edition: 0 for an article that was withdrawn. seconds: how long it waits, until which Undo, with `value`, works.
    """
    rows = [[decide(Decision.UNDO, value)]] if value else []
    where = enumerated(map(shown_chat, channels))
    words = {"edition": edition, "channels": len(channels), "where": where, "seconds": math.ceil(seconds)}
    return layout.reply(templates, "republished", rows, article=layout.line(article), file=short(article.path), **words)


def undone(
    templates: Templates, article: Stored, undone: Sequence[str], late: Sequence[str], sending: Sequence[str] = ()
) -> Payload:
    """Answer Undo under the answer to /republish: channels that get nothing, and those that have the post already.

    sending: channels to which it is being sent.
    """
    return layout.reply(
        templates,
        "undone",
        article=layout.line(article),
        file=short(article.path),
        undone=enumerated(map(shown_chat, undone)),
        late=enumerated(map(shown_chat, late)),
        sending=enumerated(map(shown_chat, sending)),
    )


def republish_not_found(templates: Templates, words: str, nearest: Sequence[Stored] = ()) -> Payload:
    """Answer /republish with words that name no article: the nearest to tap."""
    lines = [{"line": layout.line(one), "file": short(one.path)} for one in nearest[:SHOWN]]
    rows = [
        [keyboards.tap(f"{one.short_id} · {one.article.title}", Act.REPUBLISH, one.short_id)] for one in nearest[:SHOWN]
    ]
    return layout.listed(templates, "republish_not_found", "nearest", lines, rows, words=layout.said(words))


def republish_usage(templates: Templates) -> Payload:
    """Answer /republish alone."""
    return layout.reply(templates, "republish_usage")


def copy_posted(templates: Templates, article: Stored, channels: Sequence[str]) -> Payload:
    """Answer a tap that posts a copy after all, to these channels."""
    return _released(templates, "copy_posted", article, channels)


def released(templates: Templates, article: Stored, channels: Sequence[str]) -> Payload:
    """Answer a tap that releases a held article, to these channels."""
    return _released(templates, "released", article, channels)


def _released(templates: Templates, name: str, article: Stored, channels: Sequence[str]) -> Payload:
    where = enumerated(map(shown_chat, channels))
    return layout.reply(templates, name, article=layout.line(article), file=short(article.path), where=where)


def status(templates: Templates, report: StatusReport, *, tz: tzinfo = UTC) -> Payload:
    """Answer /status, with buttons that release what is held and post copies after all."""
    held, copies = report.held[:SHOWN], report.copies[:SHOWN]
    rows = [
        *([keyboards.tap(f"Post {one.short_id}: {one.title}", Act.RELEASE, one.short_id)] for one in held),
        *([keyboards.tap(f"Post copy {one.short_id}: {one.title}", Act.COPY, one.short_id)] for one in copies),
    ]
    unconfirmed = report.unconfirmed[:SHOWN]
    rows += [[keyboards.decide(f"Send again: {one.title}", Decision.SEND_AGAIN, one.short_id)] for one in unconfirmed]
    return layout.listed(
        templates,
        "status",
        "rejected",
        [_file(one) for one in report.rejected],
        rows,
        most=2 * SHOWN,
        report=report,
        problem=short(report.problem),
        channels=[_channel(one, tz) for one in report.channels[:CHANNELS]],
        followers=_channel(ChannelStatus(name="", deliveries=report.followers), tz),
        held=[{"short_id": one.short_id, "title": _title(one.title), "file": short(one.file)} for one in held],
        copies=[_copy(one) for one in copies],
        warned=[_file(one) for one in report.warned[:SHOWN]],
        troubles=[_trouble(one, tz) for one in report.troubles[:SHOWN]],
        unconfirmed=[{"title": _title(one.title), "count": one.count} for one in unconfirmed],
        waits=waiting.words(report, tz),
        undecided=short(report.undecided),
        waiting_since=dates.minute(report.oldest_waiting, tz),
        scanned=dates.minute(report.scanned, tz),
    )


def _file(one: RejectedFile) -> dict[str, str]:
    return {"path": short(one.path), "reason": shown_reason(one.reason, 2 * BRIEF)}


def _copy(one: Copy) -> dict[str, str]:
    return {
        "short_id": one.short_id,
        "title": _title(one.title),
        "first": _title(one.first_title),
        "file": short(one.file),
    }


def _trouble(one: Trouble, tz: tzinfo) -> dict[str, str]:
    return {
        "about": short(one.about),
        "reason": shown_reason(one.reason, 2 * BRIEF),
        "since": dates.minute(one.since, tz),
    }


def alert(
    templates: Templates, kind: Alert, entries: Sequence[Entry], *, over: bool = False, choices: Sequence[Choice] = ()
) -> Payload:
    """Return the message that tells editors of one or more things of a kind, or that these are `over`.

    choices: what they can decide, as buttons.
    """
    shown = [*map(_entry, entries[: layout.LISTED]), *entries[layout.LISTED :]]
    return layout.listed(
        templates,
        "alert",
        "entries",
        shown if not over else [],
        keyboards.in_rows(decide(one.decision, one.value, one.count) for one in choices),
        kind=kind.value,
        over=over,
        count=sum(one.count or max(len(one.articles), len(one.files), 1) for one in entries),
        where=enumerated(one for entry in shown for one in entry.chats),
        about=enumerated(markup.shown(entry.about) for entry in shown if entry.about),
        asks=bool(choices),
    )


def decide(decision: Decision, value: str = "", count: int | None = None) -> keyboards.Button:
    """Return the button by which an editor decides."""
    label = LABELS[decision].format(count=count)
    return keyboards.decide(label, decision, value)


def decided(
    templates: Templates, decision: Decision, *, count: int = 0, articles: Sequence[ArticleName] = ()
) -> Payload:
    """Return what takes the place of a question that an editor has decided."""
    named = [_named(one) for one in articles]
    return layout.listed(templates, "decided", "articles", named, decision=decision.value, count=count)


def plain(payload: Payload) -> Payload:
    """Return a message without its markup."""
    text = markup.measure(payload["text"]).text
    return {key: value for key, value in payload.items() if key != "parse_mode"} | {"text": text}


def _entry(one: Entry) -> Entry:
    """Return an entry with its names at a length that can be shown."""
    return replace(
        one,
        articles=tuple(map(_named, one.articles)),
        chats=tuple(map(shown_chat, one.chats)),
        files=tuple(map(short, one.files)),
        about=short(one.about),
        reason=shown_reason(one.reason),
    )


def _named(one: ArticleName) -> ArticleName:
    title = plain_text.shorten(one.title or urls.host(one.url), layout.TITLE_UNITS)
    return replace(one, title=title, file=short(one.file))


def enumerated(names: Iterable[str]) -> Markup:
    """Return different names as they are listed in a sentence, the last ones as how many more there are."""
    each = list(dict.fromkeys(names))
    told = each[:NAMED] + ([markup.meant(f"{len(each) - NAMED} more")] if len(each) > NAMED else [])
    return markup.meant(" and ").join(filter(None, (markup.meant(", ").join(told[:-1]), *told[-1:])))


def _channel(one: ChannelStatus, tz: tzinfo) -> _Channel:
    def count(*states: State) -> int:
        return sum(one.deliveries.get(state, 0) for state in states)

    latest = one.refusals[:1]  # `paperboy status` has more
    return _Channel(
        name=shown_chat(one.title or one.name),
        sent=count(State.SENT),
        waiting=count(State.PENDING, State.SENDING, State.DOUBTFUL),
        doubtful=count(State.DOUBTFUL),
        unconfirmed=count(State.UNCONFIRMED),
        refused=count(State.REFUSED),
        waits=short(one.waits),
        until=dates.minute(one.until, tz),
        refusals=[
            {
                "short_id": each.short_id,
                "title": _title(each.title),
                "file": short(each.file),
                "reason": shown_reason(each.reason, BRIEF),
            }
            for each in latest
        ],
    )


def _title(title: str) -> str:
    return plain_text.shorten(title, layout.TITLE_UNITS // 2)


def shown_chat(name: str) -> Markup:
    """Return a chat's name as it can be shown; its @name leads there, the words of its title lead nowhere."""
    name = short(name)
    found = _CHAT.fullmatch(name)
    return markup.shown(found[1]) + markup.meant(found[2]) if found else markup.shown(name)


def shown_reason(words: str, units: int = layout.REASON_UNITS) -> Markup:
    """Return a reason as it can be shown: files' names in it are names and no addresses."""
    parts = _FILE.split(plain_text.shorten(short(words), units))
    return Markup("").join((markup.code if at % 2 else markup.shown)(part) for at, part in enumerate(parts))


def short(words: str) -> str:
    """Return a path or a reason on one line at a length that can be shown."""
    return plain_text.shorten(plain_text.repair(words), layout.REASON_UNITS)
