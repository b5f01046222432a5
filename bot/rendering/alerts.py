"""Notices to editors, with the buttons by which they decide. Decides nothing.

The sentences are in the template `replies/alert`. A notice names chats, files and reasons; never
a token, and no address of a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from markupsafe import Markup

from bot.domain import plain_text, urls
from bot.domain.delivery import Payload
from bot.domain.notices import Alert, Choice, Decision
from bot.rendering import dates, keyboards, labels, layout, markup, shown_names
from bot.rendering.report import ArticleName, Entry
from bot.rendering.templates import Templates


def alert(
    templates: Templates,
    kind: Alert,
    entries: Sequence[Entry],
    *,
    over: bool = False,
    choices: Sequence[Choice] = (),
) -> Payload:
    """Return one message for notices of one kind, or the all-clear for them if they are `over`.

    choices: what editors can decide, as buttons.
    """
    shown = [*map(_entry, entries[: layout.LISTED]), *entries[layout.LISTED :]]
    chats = [chat for entry in shown for chat in entry.chats]
    subjects = [markup.shown(entry.about) for entry in shown if entry.about]
    buttons = [
        decide(choice.decision, choice.value, choice.count) for choice in choices
    ]
    return layout.listed(
        templates,
        "alert",
        "entries",
        [] if over else shown,
        keyboards.in_rows(buttons),
        kind=kind.value,
        over=over,
        count=sum(map(_count, entries)),
        where=shown_names.enumerated(chats),
        about=shown_names.enumerated(subjects),
        asks=bool(choices),
    )


def decide(
    decision: Decision, value: str = "", count: int | None = None
) -> keyboards.Button:
    """Return the button by which an editor decides."""
    words = labels.DECISIONS
    if count == 1:
        words = words | labels.DECISIONS_ON_ONE
    label = words[decision].format(count=count)
    return keyboards.decide(label, decision, value)


def decided(
    templates: Templates,
    decision: Decision,
    *,
    count: int = 0,
    articles: Sequence[ArticleName] = (),
) -> Payload:
    """Return what replaces a question after an editor has decided."""
    named = [_article(article) for article in articles]
    return layout.listed(
        templates, "decided", "articles", named, decision=decision.value, count=count
    )


def already_decided(
    templates: Templates,
    *,
    by: str = "",
    choice: str = "",
    at: datetime | None = None,
    what: str = "",
    tz: tzinfo = UTC,
) -> Payload:
    """Return what replaces a question that another editor has decided.

    by: that editor; empty: it is not known who did. what: the HTML of the other editor's message.
    """
    return layout.reply(
        templates,
        "already_decided",
        by=shown_names.chat(by),
        choice=choice,
        date=dates.minute(at, tz),
        what=Markup(what),  # noqa: S704 - rendered by `decided`
    )


def plain(payload: Payload) -> Payload:
    """Return a message without its markup."""
    message = dict(payload)
    message["text"] = markup.measure(message["text"]).text
    message.pop("parse_mode", None)
    return message


def _count(entry: Entry) -> int:
    """Return how many articles or files an entry is about; at least 1."""
    if entry.count:
        return entry.count
    return max(1, len(entry.articles), len(entry.files))


def _entry(entry: Entry) -> Entry:
    """Return an entry with its names short enough to be shown."""
    return replace(
        entry,
        articles=tuple(map(_article, entry.articles)),
        chats=tuple(map(shown_names.chat, entry.chats)),
        files=tuple(map(shown_names.short, entry.files)),
        about=shown_names.short(entry.about),
        reason=shown_names.reason(entry.reason),
    )


def _article(article: ArticleName) -> ArticleName:
    title = plain_text.shorten(
        article.title or urls.host(article.url), layout.TITLE_UNITS
    )
    return replace(article, title=title, file=shown_names.short(article.file))
