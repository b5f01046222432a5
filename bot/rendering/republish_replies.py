"""The answers to /republish that ask back, and what takes the place of one when it is known what became of the post.

Decides nothing; the other answers to it are in `editorial`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.rendering import dates, keyboards, layout
from bot.rendering.editorial import SHOWN, decide, enumerated, short, shown_chat, shown_reason
from bot.rendering.keyboards import Act
from bot.rendering.templates import Templates


class Fate(StrEnum):
    """What became of a post in one channel."""

    POSTED = "posted"
    #: It was not sent yet.
    WAITING = "waiting"
    #: It may have been sent.
    CHECKING = "checking"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a post in one channel, by the channel's name."""

    channel: str
    fate: Fate
    reason: str = ""
    #: The post's address; may be empty.
    link: str = ""
    #: Until when it waits, as words; may be empty.
    until: str = ""

    @property
    def is_open(self) -> bool:
        """Return True if it may still become something else."""
        return self.fate in (Fate.WAITING, Fate.CHECKING)


def became(templates: Templates, article: Stored, edition: int, posts: Sequence[Became]) -> Payload:
    """Return what takes the place of the answer to /republish when it is known what became of the post."""
    told = [
        {
            "name": shown_chat(one.channel),
            "state": one.fate.value,
            "reason": shown_reason(one.reason),
            "link": one.link,
            "until": one.until,
        }
        for one in posts
    ]
    fates = {one.fate for one in posts}
    payload = layout.listed(
        templates,
        "republish_became",
        "posts",
        told,
        article=layout.line(article),
        file=short(article.path),
        edition=edition,
        posted=Fate.POSTED in fates,
        waiting=Fate.WAITING in fates,
    )
    return {**payload, "method": "editMessageText"}


def choose(templates: Templates, words: str, found: Sequence[Stored]) -> Payload:
    """Ask which of several articles is meant; the first ones are buttons."""
    lines = [{"line": layout.line(one), "file": short(one.path)} for one in found]
    rows = [
        [keyboards.tap(f"{one.short_id} · {one.article.title}", Act.REPUBLISH, one.short_id)] for one in found[:SHOWN]
    ]
    return layout.listed(templates, "republish_choose", "found", lines, rows, most=SHOWN, words=layout.said(words))


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
    """Ask whether an article is to be posted although it is not what it seems; see `publish.meant.Question`.

    value: what the button carries.
    """
    return layout.reply(
        templates,
        "republish_confirm",
        [[decide(Decision.REPUBLISH, value)]] if channels or first or article.held else [],
        article=layout.line(article),
        own=short(article.path),
        file=short(file),
        reason=shown_reason(reason),
        first=layout.line(first) if first else None,
        first_file=short(first.path) if first else "",
        waits=article.waits.value,
        date=dates.minute(article.article.published, tz),
        posted=posted,
        where=enumerated(map(shown_chat, channels)),
    )


def rejected(templates: Templates, files: Sequence[tuple[str, str]]) -> Payload:
    """Answer /republish with files that are not articles, by path: why not."""
    listed = [{"path": short(path), "reason": shown_reason(reason)} for path, reason in files]
    return layout.listed(templates, "republish_rejected", "files", listed, most=SHOWN)
