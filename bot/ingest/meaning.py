"""What a file means: a new article, a copy, one that is known … Writes nothing."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.arrival import UNPUBLISHED
from bot.domain.article import Stored
from bot.domain.identity import Relation, judge, match
from bot.domain.record import ArticleRecord
from bot.ingest.batch import Batch
from bot.ingest.cases import Case
from bot.ingest.first_articles import FirstArticles
from bot.store import articles, recording
from bot.store.database import Database


class Meaning(NamedTuple):
    """What a file means."""

    relation: Relation
    #: The article that it is about; None: a new one.
    article: Stored | None
    #: What is known under its title; None where nothing had to be looked up.
    first_articles: FirstArticles | None = None


def decide(batch: Batch, case: Case) -> Meaning:
    """Return what a file means. One that repeats a title is a copy of the first article of it."""
    db, record = batch.db, case.record
    is_same = case.is_same_story
    number = _match(db, case, is_same)
    article = case.mine
    if number is not None and number != case.mine_id:
        article = articles.get(db, number)
    owner = None
    if not _gives_way(batch, article, record):
        owner = case.owners.of(article)
    first = first_articles = None
    if number is None and not is_same:
        window = batch.rules.same_title
        first_articles = FirstArticles(db, [record], window, batch.at)
        first = first_articles.find(record)
    relation = judge(
        mine=case.mine_id,
        match=number,
        owner=owner,
        path=case.path,
        is_same_story=is_same,
        first=first,
    )
    return Meaning(relation, article, first_articles)


def _match(db: Database, case: Case, is_same_story: bool) -> int | None:
    """Return the article that has an address of a file and tells its story, or None."""
    addresses = case.record.addresses
    return match(
        case.record.story,
        mine=case.mine_id,
        is_same_story=is_same_story,
        is_unchanged=case.is_unchanged,
        at_addresses=(recording.at(db, address) for address in addresses),
        elsewhere=case.owners.elsewhere,
    )


def _gives_way(batch: Batch, owner: Stored | None, record: ArticleRecord) -> bool:
    """Return True if a file shows an article to readers that its owner has as a draft, say."""
    if owner is None or owner.waits not in UNPUBLISHED:
        return False
    waits = batch.rules.waits(record.facts, batch.at)
    return waits not in UNPUBLISHED
