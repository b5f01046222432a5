"""Replies to /republish and to the buttons that post what is held, expired or a copy.

Decides nothing. `became` replaces an earlier reply when the outcome of its posts is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.rendering import alerts, dates, keyboards, layout, shown_names
from bot.rendering.keyboards import Act
from bot.rendering.templates import Templates

#: Articles of which an editor can choose one.
SHOWN = 5


class Fate(StrEnum):
    """The outcome of a post in one channel."""

    #: It is in the channel.
    POSTED = "posted"
    #: It was not sent yet.
    WAITING = "waiting"
    #: It may have been sent.
    CHECKING = "checking"
    #: It will not be sent.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Became:
    """The outcome of a post in one channel, with the channel's name."""

    channel: str
    fate: Fate
    reason: str = ""
    #: The post's address; may be empty.
    link: str = ""
    #: Until when it waits, as words; may be empty.
    until: str = ""

    @property
    def is_open(self) -> bool:
        """Return True if the outcome may still change."""
        return self.fate in (Fate.WAITING, Fate.CHECKING)


def republished(
    templates: Templates,
    article: Stored,
    edition: int,
    channels: Sequence[str],
    *,
    seconds: float = 0,
    value: str = "",
    former: Sequence[str] = (),
) -> Payload:
    """Answer /republish: the edition goes to these channels.

    edition: 0 for a withdrawn article. channels: empty if none had the article or admits it.
    seconds: delay before it is sent. value: what the Undo button carries; without it, no Undo.
    former: channels that have the article and are no longer in the settings.
    """
    return layout.reply(
        templates,
        "republished",
        [[alerts.decide(Decision.UNDO, value)]] if value else [],
        article=layout.article_line(article),
        file=shown_names.short(article.path),
        edition=edition,
        channels=len(channels),
        where=shown_names.chats(channels),
        former=shown_names.chats(former),
        former_channels=len(former),
        seconds=math.ceil(seconds),
    )


def undone(
    templates: Templates,
    article: Stored,
    undone: Sequence[str],
    late: Sequence[str],
    sending: Sequence[str] = (),
) -> Payload:
    """Answer Undo under the reply to /republish.

    undone: channels that get nothing. late: channels that have the post already. sending: channels
    to which it is being sent.
    """
    return layout.reply(
        templates,
        "undone",
        article=layout.article_line(article),
        file=shown_names.short(article.path),
        undone=shown_names.chats(undone),
        late=shown_names.chats(late),
        sending=shown_names.chats(sending),
    )


def became(
    templates: Templates, article: Stored, edition: int, posts: Sequence[Became]
) -> Payload:
    """Return the edit that replaces the reply to /republish when the outcomes are known."""
    fates = {post.fate for post in posts}
    payload = layout.listed(
        templates,
        "republish_became",
        "posts",
        [_post(post) for post in posts],
        article=layout.article_line(article),
        file=shown_names.short(article.path),
        edition=edition,
        posted=Fate.POSTED in fates,
        waiting=Fate.WAITING in fates,
    )
    return {**payload, "method": "editMessageText"}


def _post(post: Became) -> dict[str, str]:
    return {
        "name": shown_names.chat(post.channel),
        "state": post.fate.value,
        "reason": shown_names.reason(post.reason),
        "link": post.link,
        "until": post.until,
    }


def choose(templates: Templates, words: str, articles: Sequence[Stored]) -> Payload:
    """Ask which of several articles is meant; the first ones are buttons."""
    return layout.listed(
        templates,
        "republish_choose",
        "found",
        [_line(article) for article in articles],
        [[_button(article)] for article in articles[:SHOWN]],
        most=SHOWN,
        words=layout.quoted(words),
    )


def confirm(
    templates: Templates,
    article: Stored,
    *,
    file: str,
    reason: str,
    first: Stored | None,
    posted: bool,
    channels: Sequence[str],
    value: str,
    tz: tzinfo = UTC,
) -> Payload:
    """Ask whether to post an article that is not what it seems; see `publish.confirmation`.

    value: what the button carries.
    """
    can_be_posted = bool(channels or first or article.held)
    return layout.reply(
        templates,
        "republish_confirm",
        [[alerts.decide(Decision.REPUBLISH, value)]] if can_be_posted else [],
        article=layout.article_line(article),
        own=shown_names.short(article.path),
        file=shown_names.short(file),
        reason=shown_names.reason(reason),
        first=layout.article_line(first) if first else None,
        first_file=shown_names.short(first.path) if first else "",
        waits=article.waits.value,
        date=dates.minute(article.article.published, tz),
        posted=posted,
        where=shown_names.chats(channels),
    )


def rejected(templates: Templates, files: Sequence[tuple[str, str]]) -> Payload:
    """Answer /republish with files that are not articles. files: (path, reason)."""
    lines = []
    for path, reason in files:
        name = shown_names.short(path)
        why = shown_names.reason(reason)
        lines.append({"path": name, "reason": why})
    return layout.listed(templates, "republish_rejected", "files", lines, most=SHOWN)


def expired(templates: Templates, article: Stored) -> Payload:
    """Answer /republish with an article that has expired."""
    line = layout.article_line(article)
    return layout.reply(
        templates, "republish_expired", article=line, file=article.path or ""
    )


def republish_not_found(
    templates: Templates, words: str, nearest: Sequence[Stored] = ()
) -> Payload:
    """Answer /republish with words that name no article: the nearest articles to tap."""
    shown = nearest[:SHOWN]
    lines = [_line(article) for article in shown]
    rows = [[_button(article)] for article in shown]
    return layout.listed(
        templates,
        "republish_not_found",
        "nearest",
        lines,
        rows,
        words=layout.quoted(words),
    )


def republish_usage(templates: Templates) -> Payload:
    """Answer /republish without words."""
    return layout.reply(templates, "republish_usage")


def copy_posted(
    templates: Templates, article: Stored, channels: Sequence[str]
) -> Payload:
    """Answer the button that posts a copy, to these channels."""
    return _released(templates, "copy_posted", article, channels)


def released(templates: Templates, article: Stored, channels: Sequence[str]) -> Payload:
    """Answer the button that posts a held article, to these channels."""
    return _released(templates, "released", article, channels)


def _released(
    templates: Templates, name: str, article: Stored, channels: Sequence[str]
) -> Payload:
    return layout.reply(
        templates,
        name,
        article=layout.article_line(article),
        file=shown_names.short(article.path),
        where=shown_names.chats(channels),
    )


def _line(article: Stored) -> dict[str, object]:
    return {
        "line": layout.article_line(article),
        "file": shown_names.short(article.path),
    }


def _button(article: Stored) -> keyboards.Button:
    number = article.short_id
    label = f"{number} · {article.article.title}"
    return keyboards.tap(label, Act.REPUBLISH, number)
