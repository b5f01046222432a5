"""A newsroom for tests of recording and remembering: a real database, a clock by hand, files given by what they hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.domain import topics
from bot.domain.article import Article, Stored
from bot.domain.chat import ChatKind, OnDoubt
from bot.domain.delivery import Channel
from bot.domain.interpretation import after_send
from bot.domain.outcome import Outcome, Sent
from bot.domain.record import pack
from bot.domain.topics import Taxonomy, Topic
from bot.domain.urls import canonical
from bot.ingest import recorder
from bot.planning.rules import Read, Recorded, Rules
from bot.publish import article_lookup, channel_start
from bot.publish.channel_start import Start
from bot.store import (
    article_lists,
    article_states,
    articles,
    audit,
    channel_starts,
    chats,
    delivery_rows,
    edit_outcomes,
    edits,
    fanouts,
    follows,
    outbox,
    search,
)
from bot.store.database import open_database, row, rows

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAXONOMY = Taxonomy(
    (Topic(name="AI"), Topic(name="Computer Vision", parent="AI", aliases=("CV",)))
)
FIRST = "Thirty organisations unite against facial recognition"
SECOND = "Parliament votes on a new law for data centres"


def article(
    title: str = FIRST, url: str = "https://example.org/a", **more: Any
) -> Article:
    """An article at `url`, under its canonical address."""
    more["aliases"] = tuple(filter(None, map(canonical, more.get("aliases", ()))))
    return Article(identity=canonical(url) or url, url=url, title=title, **more)


def first_page(db: Database, words: str, most: int = 10) -> list[Stored]:
    """The articles on the first page of a search."""
    return search.page(db, words, most).articles


@dataclass
class Newsroom:
    """What a running bot does with the store, one step at a time."""

    db: Database
    rules: Rules
    at: datetime = AT
    messages: int = 100
    marks: int = 0
    posted: list[tuple[str, str]] = field(default_factory=list)
    #: The files on disk; None: the rows are believed.
    disk: Collection[str] | None = None

    def later(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at

    def read(self, path: str, contents: Article | str) -> Read:
        self.marks += 1
        mark = (self.marks, self.marks, self.marks)
        return (
            Read(path, mark, reason=contents)
            if isinstance(contents, str)
            else Read(path, mark, pack(contents))
        )

    def record(self, path: str, contents: Article | str) -> Recorded:
        """A file was read: an article, or the reason why it is none."""
        on_disk = None if self.disk is None else self.disk.__contains__
        (recorded,) = recorder.record(
            self.db, [self.read(path, contents)], self.rules, self.at, on_disk
        )
        return recorded

    def number(self, path: str, contents: Article) -> int:
        number = self.record(path, contents).article
        assert number is not None
        return number

    def stored(self, number: int | None) -> Stored:
        stored = articles.get(self.db, number) if number is not None else None
        assert stored is not None
        return stored

    def open_channel(
        self,
        setting: str,
        *,
        begun: bool = True,
        names: tuple[str, ...] = (),
        quality: int = 0,
    ) -> int:
        """A channel of the settings, besides those there are. `begun`: its start was applied, before any article."""
        wanted = [
            (chat.setting, chat.thread, chat.on_doubt)
            for chat in chats.channels(self.db)
        ]
        chat = chats.set_channels(self.db, [*wanted, (setting, 0, OnDoubt.RESEND)])[
            -1
        ].id
        chat = chats.resolve(
            self.db,
            chat,
            -1_000_000_000_000 - chat,
            username=setting.lstrip("@"),
            title="",
        )
        if begun:
            channel_starts.begin(self.db, chat, self.at)
        keys = frozenset(map(topics.key, names))
        channel = Channel(
            chat=chat, topics=keys, min_quality=quality, begun=self.place(chat)
        )
        others = tuple(one for one in self.rules.channels if one.chat != chat)
        self.rules = replace(self.rules, channels=(*others, channel))
        return chat

    def admit(self, setting: str) -> None:
        """Post to a channel whose row is there already."""
        (row,) = (chat for chat in chats.channels(self.db) if chat.setting == setting)
        self.rules = replace(
            self.rules,
            channels=(*self.rules.channels, Channel(chat=row.id, begun=row.sequence)),
        )

    def begin(self, newest: int | None) -> int:
        """Apply the start of the channels that have none, as the bot does at its own."""
        waiting = channel_start.begin(
            self.db, self.rules.channels, Start(newest), self.at
        )
        begun = tuple(
            replace(one, begun=self.place(one.chat)) for one in self.rules.channels
        )
        self.rules = replace(self.rules, channels=begun)
        return waiting

    def place(self, chat: int) -> int | None:
        """The sequence number of a channel's start."""
        found = chats.get(self.db, chat)
        return found.sequence if found else None

    def reader(self, chat_id: int, *names: str) -> int:
        """A reader who follows topics from now on."""
        chat = chats.reader(
            self.db,
            chat_id,
            kind=ChatKind.PRIVATE,
            username="",
            title=f"R{chat_id}",
            at=self.at,
        ).id
        for name in names:
            follows.follow(self.db, chat, follows.topic(self.db, name).id, self.at)
        return chat

    def plan(self) -> None:
        """Plan all followers."""
        while fanouts.extend(self.db, self.at):
            pass

    def deliver(self, outcome: Outcome | None = None) -> list[tuple[str, str]]:
        """Plan the followers and send all that is due; return (chat, title) of what went out, in that order."""
        self.plan()
        sent: list[tuple[str, str]] = []
        while found := outbox.due(self.db, self.at):
            for one in found:
                sent.append(self.send(one, outcome))
        self.posted += sent
        return sent

    def send(
        self, one: delivery_rows.Addressed, outcome: Outcome | None = None
    ) -> tuple[str, str]:
        stored = self.stored(one.delivery.article)
        payload = {"method": "sendMessage", "text": stored.article.title}
        assert outbox.begin(
            self.db, {one.delivery.id: (payload, stored.fingerprint)}, self.at
        ) == {one.delivery.id}
        self.messages += 1
        settlement = after_send(outcome or Sent(self.messages), one.delivery, self.at)
        outbox.settle(self.db, [(one.delivery, settlement)], self.at)
        chat = chats.get(self.db, one.delivery.chat)
        assert chat is not None
        return chat.setting or chat.title, stored.article.title

    def revise(self) -> list[tuple[str, str]]:
        """Edit or take back every post that is due; return (chat, its new title or nothing)."""
        done = []
        while found := edits.due(self.db, self.at):
            for one in found:
                stored = self.stored(one.to.delivery.article)
                chat = chats.get(self.db, one.to.delivery.chat)
                assert chat is not None
                if stored.withdrawn:
                    edit_outcomes.withdrawn(
                        self.db, one.to.delivery.id, "withdrawn", self.at
                    )
                else:
                    payload = {"text": stored.article.title}
                    edit_outcomes.edited(
                        self.db,
                        one.to.delivery.id,
                        stored.fingerprint,
                        payload,
                        self.at,
                    )
                done.append(
                    (
                        chat.setting or chat.title,
                        "" if stored.withdrawn else stored.article.title,
                    )
                )
        return done

    def states(self, number: int | None) -> dict[str, str]:
        """Chat → state of an article's deliveries; with an edition above the first, chat#edition."""
        sql = "SELECT d.*, c.setting, c.title FROM deliveries d JOIN chats c ON c.id = d.chat WHERE d.article = ?"
        return {
            (one["setting"] or one["title"])
            + (f"#{one['edition']}" if one["edition"] > 1 else ""): one["state"]
            for one in rows(self.db, sql, (number or 0,))
        }

    def titles(self) -> list[str]:
        """What readers find as the latest."""
        return [one.article.title for one in article_lists.latest(self.db)]

    def sound(self) -> None:
        """Raise unless the database keeps its own promises."""
        assert row(self.db, "PRAGMA foreign_key_check") is None
        assert [one[0] for one in rows(self.db, "PRAGMA integrity_check")] == ["ok"]
        self.db.conn.execute(
            "INSERT INTO articles_folded (articles_folded) VALUES ('integrity-check')"
        )
        self.db.conn.rollback()
        sql = (
            "SELECT 1 FROM articles a JOIN articles b ON b.id = a.copy_of WHERE b.copy_of IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM aliases WHERE article = a.id)"
        )
        assert row(self.db, sql) is None, "a copy of a copy"
        sql = "SELECT count(*) FROM article_topics JOIN articles a ON a.id = article WHERE topic = topics.id"
        sql = f"SELECT 1 FROM topics WHERE articles <> ({sql} AND a.{article_states.VISIBLE})"
        assert row(self.db, sql) is None, "a topic that counts its articles wrongly"
        odd = audit.oddities(self.db, self.at, running=True)
        assert [one for one in odd if one.kind == "out of line"] == []


def open_newsroom(place: Path | str | Database = ":memory:") -> Newsroom:
    """An empty newsroom over a database or its file."""
    db = place if isinstance(place, Database) else open_database(place)
    return Newsroom(db, Rules(taxonomy=TAXONOMY))


def first_named(newsroom: Newsroom, words: str) -> Stored | None:
    """Return the article that an editor's words name; of several, the one recorded last."""
    return next(iter(article_lookup.look_up(newsroom.db, words).articles), None)
