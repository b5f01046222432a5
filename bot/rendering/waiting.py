"""What articles wait for, in words: for `/status`, `paperboy status` and `/republish`. Counts nothing."""

from __future__ import annotations

from datetime import UTC, tzinfo

from bot.domain.arrival import Waits
from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.rendering import dates, layout
from bot.rendering.report import StatusReport
from bot.rendering.templates import Templates

#: What is said of one article, and of several.
_WORDS = {
    Waits.DRAFT: ("1 draft", "{} drafts"),
    Waits.FUTURE: ("1 waits for {date}", "{} wait for their dates, the next for {date}"),
    Waits.EDITOR: ("1 waits for an editor", "{} wait for an editor"),
    Waits.BULK: ("1 older article waits for an editor", "{} older articles wait for an editor"),
    Waits.RESTORED: (
        "1 may have been posted before the database was restored and waits for an editor",
        "{} may have been posted before the database was restored and wait for an editor",
    ),
    Waits.EXPIRED: ("1 expired", "{} expired"),
}


def words(report: StatusReport, tz: tzinfo = UTC) -> str:
    """Return how many articles wait for what on one line; empty where none does."""
    date = dates.day(report.next_date, tz).removesuffix(f" {report.at.year}")
    counts = [(words, report.waits[waits]) for waits, words in _WORDS.items() if report.waits.get(waits)]
    return " · ".join((one if count == 1 else several).format(count, date=date) for (one, several), count in counts)


def expired(templates: Templates, article: Stored) -> Payload:
    """Answer /republish with an article that has expired."""
    return layout.reply(templates, "republish_expired", article=layout.line(article), file=article.path or "")
