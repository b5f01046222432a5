"""What a file means: a new article, the one it describes already … Writes nothing.

Whether a new article is a copy of another is found where it is written; see `new_files`.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from bot.domain.arrival import UNPUBLISHED
from bot.domain.article import Stored
from bot.domain.identity import Relation, judge, match
from bot.domain.record import ArticleRecord
from bot.ingest.batch import Batch
from bot.ingest.cases import Case
from bot.store import articles, recording
from bot.store.database import Database

_log = logging.getLogger(__name__)
_REASON = "%s: %s (article until now: %s, article at its addresses: %s, owner: %s, same story: %s)"


class Meaning(NamedTuple):
    """What a file means."""

    relation: Relation
    #: The known article that it describes; None: a new one.
    article: Stored | None


def decide(batch: Batch, case: Case) -> Meaning:
    """Return what a file means, and log the reason at level debug."""
    is_same = case.is_same_story
    previous = case.previous_id
    number = _match(batch.db, case, is_same)
    article = case.previous
    if number is not None and number != previous:
        article = articles.get(batch.db, number)
    owner = None
    if not _gives_way(batch, article, case.record):
        owner = case.owners.of(article)
    relation = judge(
        previous=previous,
        match=number,
        owner=owner,
        path=case.path,
        is_same_story=is_same,
    )
    _log.debug(_REASON, case.path, relation, previous, number, owner, is_same)
    if relation is Relation.NEW:
        return Meaning(relation, None)
    if article is None:
        raise LookupError(f"an address leads to article {number}, which has no row")
    return Meaning(relation, article)


def _match(db: Database, case: Case, is_same_story: bool) -> int | None:
    """Return the article that has an address of a file and tells its story, or None."""
    addresses = case.record.addresses
    return match(
        case.record.story,
        previous=case.previous_id,
        is_same_story=is_same_story,
        is_unchanged=case.is_unchanged,
        at_addresses=(recording.at_address(db, address) for address in addresses),
        has_other_file=case.owners.has_other_file,
    )


def _gives_way(batch: Batch, owner: Stored | None, record: ArticleRecord) -> bool:
    """Return True if a file shows an article to readers that its owner has as a draft, say."""
    if owner is None or owner.waits not in UNPUBLISHED:
        return False
    waits = batch.rules.waits(record.facts, batch.at)
    return waits not in UNPUBLISHED
