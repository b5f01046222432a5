"""Notices for editors about recorded files: rejected ones, held articles, copies.

Each is sent once, and again when the reason is another one. One that was not sent yet when its file
is right again is never sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.identity import Relation
from bot.domain.notices import Alert, Notice
from bot.planning import naming
from bot.planning.rules import Recorded
from bot.store import article_lists, notices
from bot.store.database import Database


def rejected_key(path: str) -> str:
    """Return the key of the notice that a file is not an article."""
    return f"rejected:{path}"


def article_key(alert: Alert, article: int) -> str:
    """Return the key of a notice about one article."""
    return f"{alert}:{article}"


def remark(
    db: Database, recorded: Sequence[Recorded], at: datetime, *, drafts: bool = False
) -> None:
    """Have the editors told what they should know of a batch of files, within its transaction.

    drafts: those wait for an editor, too.
    """
    rejected = [_rejected(one) for one in recorded if one.reason]
    notices.all_clear(
        db, [notice.key for notice in rejected], at
    )  # the reason is another one
    repeated = [_repeated(db, one) for one in recorded if one.repeats is not None]
    new = [
        one.article for one in recorded if one.relation is Relation.NEW and one.article
    ]
    held = [
        _about(Alert.HELD, one) for one in article_lists.held(db, new, drafts=drafts)
    ]
    if rejected or repeated or held:
        notices.tell(db, [*rejected, *repeated, *held], at)


def settled(db: Database, article: int, at: datetime) -> None:
    """Close the notices about an article that waited or was a copy, and is posted now."""
    kinds = (Alert.HELD, Alert.COPIES, Alert.DRAFT)
    notices.all_clear(db, [article_key(kind, article) for kind in kinds], at)


def drafted(db: Database, article: int, at: datetime) -> None:
    """Have the editors told that an article that was posted is a draft now."""
    notices.tell(db, [_about(Alert.DRAFT, article)], at)


def accepted(db: Database, path: str, at: datetime) -> None:
    """Close the notice about a file that was rejected, and is an article now."""
    notices.all_clear(db, [rejected_key(path)], at)


def on_its_own(db: Database, path: str, at: datetime) -> None:
    """Close the notice about a file that was another file's article, and has its own now."""
    notices.all_clear(db, [_address_key(path)], at)


def _rejected(one: Recorded) -> Notice:
    key = rejected_key(one.path)
    return Notice(key=key, alert=Alert.REJECTED, files=(one.path,), reason=one.reason)


def _about(alert: Alert, article: int) -> Notice:
    return Notice(key=article_key(alert, article), alert=alert, articles=(article,))


def _address_key(path: str) -> str:
    return f"{Alert.SAME_ADDRESS}:{path}"


def _repeated(db: Database, one: Recorded) -> Notice:
    """Return the notice about a file that repeats a story.

    It names the file's own article, or its path where it has none.
    """
    first = _first(db, one.repeats)
    if one.relation is Relation.COPY and one.article is not None:
        notice = _about(Alert.COPIES, one.article)
        return replace(notice, reason=f"it repeats {first}" if first else "")
    key, reason = _address_key(one.path), f"has the address of {first}" if first else ""
    return Notice(key=key, alert=Alert.SAME_ADDRESS, files=(one.path,), reason=reason)


def _first(db: Database, number: int | None) -> str:
    """Return title and file of the article that is repeated; empty where it is not known."""
    first = naming.article(db, number) if number is not None else None
    if first is None:
        return ""
    return f"“{first.title}” ({first.file})" if first.file else f"“{first.title}”"
