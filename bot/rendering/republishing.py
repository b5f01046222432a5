"""The answers to /republish that ask back: which of several articles, and whether one that is not what it seems.

Decides nothing; the other answers to it are in `editorial`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.rendering import dates, keyboards, layout
from bot.rendering.editorial import SHOWN, decide, enumerated, short, shown_chat, shown_reason
from bot.rendering.keyboards import Act
from bot.rendering.templates import Templates


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
        [[decide(Decision.REPUBLISH, value)]],
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
