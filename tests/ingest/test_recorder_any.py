"""Whatever files do, for any length of time: one article a story, one post an article, and a database that verifies.

`paperboy verify` is the judge after every step; what it does not ask is asked here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bot import settings as chosen
from bot.domain.article import Article, story
from bot.domain.identity import Relation, are_two
from bot.ingest import recorder
from bot.planning import opening
from bot.publish import editions, verification
from bot.store import article_lists, articles, files
from bot.store.database import rows
from tests.support.examples import examples
from tests.support.newsroom import TAXONOMY, article, open_newsroom

CHANNELS = (chosen.Channel(chat="@news"), chosen.Channel(chat="@best", min_quality=1))
PATHS = st.sampled_from([f"{name}.md" for name in "abcde"])
URLS = st.sampled_from(
    [
        f"https://{name}.example/{path}"
        for name in ("one", "two")
        for path in ("story", "story#part", "column?p=1", "col/2")
    ]
)
TITLES = st.sampled_from(
    [
        "Thirty organisations unite against facial recognition",
        "RE-TRANSMISSION: Thirty organisations unite against facial recognition",
        "Thirty organisations untie against facial recognition",
        "Thirty organisations unite against facial recognitions",
        "Parliament votes on a new law for data centres",
        "Short one",
    ]
)


class Folder(RuleBasedStateMachine):
    """A folder whose files are written, renamed, removed, broken and mended at random, and a bot that follows."""

    @initialize(hold=st.booleans(), old=st.booleans(), withdraw=st.booleans())
    def begin(self, hold: bool, old: bool, withdraw: bool) -> None:
        self.store = open_newsroom()
        self.store.rules = replace(
            self.store.rules, hold=hold, max_age=timedelta(days=20) if old else None
        )
        for channel in CHANNELS:
            self.store.open_channel(channel.chat, quality=channel.min_quality)
        self.store.reader(7, "AI")
        self.withdraws = withdraw
        self.there: dict[str, Article] = {}
        self.store.disk = self.there.keys()

    @rule(
        path=PATHS, url=URLS, other=st.none() | URLS, title=TITLES, days=st.integers(0, 40), quality=st.integers(0, 2),
        removed=st.sampled_from([False] * 4 + [True]), unpublished=st.booleans(), topics=st.sampled_from([(), ("AI",)]),
        excerpt=st.sampled_from(["", "One.", "Two."]), provider=st.sampled_from(["One", "ONE", "Two"]),
    )  # fmt: skip
    def write(
        self, path: str, url: str, other: str | None, title: str, days: int, **more: Any
    ) -> None:
        """A file tells its own story, or one that an article of another living file tells too."""
        aliases = (other,) if other else ()
        told = article(
            title,
            url,
            aliases=aliases,
            published=self.store.at - timedelta(days=days),
            **more,
        )
        self.there[path] = told
        recorded = self.store.record(path, told)
        stored = self.store.stored(recorded.article).article
        if recorded.relation is Relation.OTHER:
            assert not are_two(story(stored), story(told))
        elif recorded.relation is not Relation.MERGED:
            assert story(stored) == story(told)

    @rule(path=PATHS)
    def touch(self, path: str) -> None:
        """A file that owns its article and tells it as before changes nothing."""
        known = files.one(self.store.db, path)
        mine = (
            articles.get(self.store.db, known.article)
            if known and known.article and not known.rejected
            else None
        )
        if (
            path in self.there
            and mine
            and mine.path == path
            and mine.withdrawn == self.there[path].removed
        ):
            before = self.states()
            self.store.record(path, self.there[path])
            assert self.states() == before

    @rule(path=PATHS)
    def spoil(self, path: str) -> None:
        if path in self.there:
            self.store.record(path, "has no title")

    @rule(path=PATHS, name=PATHS)
    def rename(self, path: str, name: str) -> None:
        if path in self.there and name not in self.there:
            self.there[name] = self.there.pop(path)
            self.store.record(name, self.there[name])
            self.scan()

    @rule(path=PATHS)
    def remove(self, path: str) -> None:
        if self.there.pop(path, None):
            self.scan()

    @rule()
    def scan(self) -> None:
        """A whole look at the folder: what is gone is counted, what is to be read again is read."""
        known = files.known(self.store.db)
        at = self.store.at if self.withdraws else None
        recorder.record_missing(
            self.store.db,
            sorted({path for path, *_ in known} - self.there.keys()),
            withdraw_at=at,
        )
        for path, size, *_ in known:
            if size == -1 and path in self.there:
                self.store.record(path, self.there[path])

    @rule(hours=st.integers(0, 400))
    def wait(self, hours: int) -> None:
        self.store.later(hours=hours, seconds=90)
        self.store.deliver()
        self.store.revise()

    @rule()
    def deliver(self) -> None:
        self.store.deliver()

    @rule()
    def release(self) -> None:
        for held in article_lists.apart(self.store.db)[0]:
            opening.release(
                self.store.db, held.id, self.store.rules.channels, self.store.at
            )

    @precondition(lambda self: rows(self.store.db, "SELECT 1 FROM articles"))
    @rule(data=st.data())
    def post_copy(self, data: st.DataObject) -> None:
        copies = [copy.id for copy, _ in article_lists.apart(self.store.db)[1]]
        if copies:
            editions.post_copy(
                self.store.db,
                data.draw(st.sampled_from(copies)),
                self.store.at,
                self.store.rules.channels,
            )

    @invariant()
    def verifies(self) -> None:
        if not hasattr(self, "desk"):
            return
        found = verification.verify(
            self.store.db, CHANNELS, TAXONOMY, self.store.at, running=False
        ).findings
        assert [one for one in found if one.kind != "late"] == []
        self.store.sound()

    @invariant()
    def posts_once(self) -> None:
        if not hasattr(self, "desk"):
            return
        sent = rows(
            self.store.db,
            "SELECT article, chat FROM deliveries WHERE edition = 1 AND state NOT IN ('skipped', 'withdrawn')",
        )
        stories = Counter(
            (articles.successor(self.store.db, one["article"]), one["chat"])
            for one in sent
        )
        merged = {
            one["copy_of"]
            for one in rows(
                self.store.db, "SELECT copy_of FROM articles WHERE copy_of NOT NULL"
            )
        }
        assert all(
            count == 1 or story in merged for (story, _), count in stories.items()
        )

    def states(self) -> list[Any]:
        sql = (
            "SELECT article, chat, edition, state, edit_due FROM deliveries ORDER BY id"
        )
        return [tuple(one) for one in rows(self.store.db, sql)]

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.store.db.close()


TestFolder = Folder.TestCase
TestFolder.settings = examples(60, stateful_step_count=25)
