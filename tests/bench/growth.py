"""How costs grow with articles and with follows; nothing may grow faster than n log n."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.record import pack
from bot.store import (
    article_lists,
    articles,
    counts,
    fanouts,
    files,
    follows,
    outbox,
    search,
)
from bot.store.database import Database, open_database
from bot.store.thread import Store
from tests.bench import documents
from tests.bench.measuring import Row, Table, seconds
from tests.bench.place import Place, fill, scanner
from tests.support.rows import add_topics, insert_article

AT = datetime(2026, 11, 22, tzinfo=UTC)
#: A cost may grow so many times faster than n log n before it counts as worse: small ones are mostly overhead.
SLACK = 2.0


def measure(place: Place) -> list[Row | Table]:
    """Measure every cost at every size."""
    few = [20, 40] if place.small else [1_000, 10_000, 100_000]
    many = [50, 100] if place.small else [1_000, 10_000, 100_000, 1_000_000]
    told: list[Row | Table] = []
    for title, sizes, costs in (
        ("articles", few, [_of_articles(place, size) for size in few]),
        ("follows", many, [_of_follows(place, size) for size in many]),
    ):
        told += _tell(title, sizes, costs)
    return told


def _tell(
    title: str, sizes: Sequence[int], costs: Sequence[dict[str, float]]
) -> list[Row | Table]:
    table = Table(
        f"Cost by number of {title}", ("cost, ms", *(f"{size:,}" for size in sizes))
    )
    worst, which = 0.0, ""
    for name in costs[0]:
        values = [one[name] * 1000 for one in costs]
        table.lines.append((name, *(f"{value:,.2f}" for value in values)))
        beyond = (values[-1] / values[-2]) / (_law(sizes[-1]) / _law(sizes[-2]))
        if beyond > worst:
            worst, which = beyond, name
    row = Row(
        f"growth with {title}, {sizes[-2]:,} to {sizes[-1]:,}",
        "nothing worse than n log n",
        f"the steepest, {which}: {worst:.2f} × n log n",
        worst < SLACK,
    )
    return [row, table]


def _law(size: int) -> float:
    return size * math.log(size)


def _of_articles(place: Place, size: int) -> dict[str, float]:
    database = place.copy(place.scanned(size))
    with place.empty() as fresh, closing(Store(fresh / "cold.db")) as store:
        scanned = seconds(
            lambda: asyncio.run(scanner(store, place.articles(size)).scan())
        )
    costs = {"cold scan": scanned}
    with closing(Store(database)) as store:
        costs["scan, nothing changed"] = asyncio.run(
            _unchanged(store, place.articles(size))
        )
    db = open_database(database)
    with closing(db):
        topic = follows.topic(db, "Energy").id
        costs |= _timed(
            {
                "/latest": lambda: article_lists.latest(db),
                "/latest of a topic": lambda: article_lists.latest(db, topic),
                "/search, two words": lambda: search.page(db, "harbour ledger"),
                "/search, a rare word": lambda: search.page(db, str(size - 1)),
                "/topic": lambda: follows.overview(db, None),
                "what a scan knows": lambda: files.known(db),
            }
        )
    return costs


async def _unchanged(store: Store, folder: Path) -> float:
    looking = scanner(store, folder)
    await looking.scan()
    began = time.perf_counter()
    await looking.scan()
    return time.perf_counter() - began


def _of_follows(place: Place, size: int) -> dict[str, float]:
    with place.empty() as folder:
        database = folder.with_name("fresh.db")
        fill(database, size, (documents.RARE,))
        with closing(open_database(database)) as db:
            article = _article(db)
            costs = {
                "plan one article for all": seconds(lambda: _plan(db)),
            }
            reader = int(db.conn.execute("SELECT max(chat) FROM follows").fetchone()[0])
            topic = follows.topic(db, documents.RARE).id
            return costs | _timed(
                {
                    "what is due": lambda: outbox.due(db, AT, most=40),
                    "when the next is due": lambda: outbox.next_due(db, AT),
                    "follow and unfollow": lambda: (
                        follows.unfollow(db, reader, topic),
                        follows.follow(db, reader, topic, AT),
                    ),
                    "what a reader follows": lambda: follows.of_chat(db, reader),
                    "the article again": lambda: articles.get(db, article),
                    "/status: deliveries": lambda: counts.deliveries(db),
                    "how much waits": lambda: outbox.waiting(db),
                }
            )


def _article(db: Database) -> int:
    from bot.feed import document

    told = document.parse(documents.document(1, (documents.RARE,)), "1.md")
    number = insert_article(db, pack(told), path="1.md", at=AT)
    add_topics(db, number, told.topics)
    fanouts.begin(db, number, AT)
    return number


def _plan(db: Database) -> None:
    while fanouts.extend(db, AT):
        pass


def _timed(work: dict[str, Callable[[], Any]]) -> dict[str, float]:
    return {
        name: statistics.median(seconds(one) for _ in range(5))
        for name, one in work.items()
    }
