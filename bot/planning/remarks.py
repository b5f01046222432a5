"""What editors are told of files that were recorded: rejected ones, held articles, copies. Records nothing else.

Each is told once, and anew when the reason is another one. What the editors have not been told yet when a file is
right again, they are not told at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.identity import Relation
from bot.domain.notices import Alert, Notice
from bot.planning import naming
from bot.planning.rules import Recorded
from bot.store import articles, notices
from bot.store.database import Database


def rejected_key(path: str) -> str:
    """Return the key of the notice that a file is not an article."""
    return f"rejected:{path}"


def article_key(alert: Alert, article: int) -> str:
    """Return the key of a notice about one article."""
    return f"{alert}:{article}"


def remark(db: Database, recorded: Sequence[Recorded], at: datetime, *, drafts: bool = False) -> None:
    """Have the editors told what they should know of a batch of files, within its transaction.

    drafts: those wait for an editor, too.
    """
    rejected = [one for one in recorded if one.reason]
    notices.all_clear(db, [rejected_key(one.path) for one in rejected], at)  # the reason is another one
    told = [
        Notice(key=rejected_key(one.path), alert=Alert.REJECTED, files=(one.path,), reason=one.reason)
        for one in rejected
    ]
    told += [_repeated(db, one) for one in recorded if one.repeats is not None]
    new = [one.article for one in recorded if one.relation is Relation.NEW and one.article]
    told += [
        Notice(key=article_key(Alert.HELD, one), alert=Alert.HELD, articles=(one,))
        for one in articles.held(db, new, drafts=drafts)
    ]
    if told:
        notices.tell(db, told, at)


def settled(db: Database, article: int, at: datetime) -> None:
    """Close what was told of an article that waited or was a copy, and is posted now."""
    kinds = (Alert.HELD, Alert.COPIES, Alert.DRAFT)
    notices.all_clear(db, [article_key(kind, article) for kind in kinds], at)


def drafted(db: Database, article: int, at: datetime) -> None:
    """Have the editors told that an article that was posted is a draft now."""
    notices.tell(db, [Notice(key=article_key(Alert.DRAFT, article), alert=Alert.DRAFT, articles=(article,))], at)


def accepted(db: Database, path: str, at: datetime) -> None:
    """Close what was told of a file that was rejected, and is an article now."""
    notices.all_clear(db, [rejected_key(path)], at)


def on_its_own(db: Database, path: str, at: datetime) -> None:
    """Close what was told of a file that was taken for another file's article, and has one of its own now."""
    notices.all_clear(db, [_address_key(path)], at)


def _address_key(path: str) -> str:
    return f"{Alert.SAME_ADDRESS}:{path}"


def _repeated(db: Database, one: Recorded) -> Notice:
    """Return the notice of a file that repeats a story: by its own article, or by its path where it has none."""
    first = naming.article(db, one.repeats) if one.repeats is not None else None
    told = f"“{first.title}”" + (f" ({first.file})" if first.file else "") if first else ""
    if one.relation is Relation.COPY and one.article is not None:
        key = article_key(Alert.COPIES, one.article)
        return Notice(key=key, alert=Alert.COPIES, articles=(one.article,), reason=told and f"it repeats {told}")
    reason = told and f"has the address of {told}"
    return Notice(key=_address_key(one.path), alert=Alert.SAME_ADDRESS, files=(one.path,), reason=reason)
