"""What earlier code lost to a clock that was set back: not posted late, found by `verify`, decided by an editor."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot import settings
from bot.publish import passed_over, verification
from bot.store import notices, outbox
from bot.store.database import number, write
from tests.support import upgrade
from tests.support.newsroom import TAXONOMY, Newsroom, open_newsroom
from tests.support.upgrade import before as before  # a fixture

HOUR = 3_600_000
NOON = 1_790_000_000_000
SETTINGS = (settings.Channel(chat="@news"),)
ARTICLE = (
    "INSERT INTO articles (identity, fingerprint, title_key, title, excerpt, url, provider, quality, heat, kind, "
    "unpublished, recorded, ordered) VALUES (:at, '', '', 'Story ' || :at, '', :at, '', 0, 0, '', 0, :at, :at)"
)


@pytest.fixture(params=["some articles", "an empty folder"])
def newsroom(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    """Two articles that came after the clock, which was two hours ahead at the first start, was set right."""
    with closing(upgrade.at_step("0002_facts")) as db:
        write(
            db,
            "INSERT INTO chats (chat_id, kind, setting, begun) VALUES (-1, 'channel', '@news', ?)",
            (NOON,),
        )
        write(db, "INSERT INTO topics (key, name, code) VALUES ('ai', 'AI', 'ai')")
        if request.param == "some articles":
            tell(db, NOON - 5)
            columns = "article, chat, edition, lane, rank, state, created"
            write(
                db,
                f"INSERT INTO deliveries ({columns}) VALUES (1, 1, 1, 0, 0, 'skipped', ?)",
                (NOON,),
            )
        follower(db, 7, NOON + 60_000)
        tell(db, NOON - 2 * HOUR + 120_000)
        tell(db, NOON - 2 * HOUR + 180_000)
        follower(db, 8, NOON + 9 * HOUR)
        upgrade.bring_up_to_date(db)
        room = open_newsroom(db)
        room.admit("@news")
        yield room


def tell(db: Database, at: int) -> None:
    write(db, ARTICLE, {"at": at})
    write(
        db, "INSERT INTO aliases VALUES (?, (SELECT max(id) FROM articles))", (str(at),)
    )
    write(db, "INSERT INTO article_topics SELECT max(id), 1, 0 FROM articles")


def follower(db: Database, chat_id: int, since: int) -> None:
    write(
        db,
        "INSERT INTO chats (chat_id, kind, title, begun) VALUES (?, 'private', ?, ?)",
        (chat_id, f"R{chat_id}", since),
    )
    write(
        db,
        "INSERT INTO follows (topic, chat, since) SELECT 1, max(id), ? FROM chats",
        (since,),
    )


def kinds(newsroom: Newsroom) -> list[str]:
    found = verification.verify(
        newsroom.db, SETTINGS, TAXONOMY, newsroom.at, running=False
    ).findings
    return sorted(one.kind for one in found)


def test_what_was_lost_is_found_and_does_not_go_out_by_itself(
    newsroom: Newsroom,
) -> None:
    assert kinds(newsroom) == ["absent", "absent", "missed", "missed"]
    assert outbox.waiting(newsroom.db) == 0
    assert newsroom.deliver() == []


def test_an_editor_posts_it_to_channels_and_to_who_may_have_followed(
    newsroom: Newsroom,
) -> None:
    (notice,) = passed_over.ask(newsroom.db, newsroom.rules.channels)
    notices.tell(newsroom.db, [notice], newsroom.at)
    assert (notice.count, len(notice.articles), notice.choices[0].count) == (2, 2, 2)
    assert (
        passed_over.decide(newsroom.db, newsroom.rules.channels, newsroom.at, post=True)
        == 2
    )
    assert (
        passed_over.decide(newsroom.db, newsroom.rules.channels, newsroom.at, post=True)
        == 0
    )
    assert sorted(chat for chat, _ in newsroom.deliver()) == [
        "@news",
        "@news",
        "R7",
        "R7",
    ]
    assert (kinds(newsroom), passed_over.ask(newsroom.db, newsroom.rules.channels)) == (
        [],
        (),
    )
    assert not notices.is_open(newsroom.db, passed_over.KEY)


def test_an_editor_leaves_it_and_is_not_asked_again(newsroom: Newsroom) -> None:
    assert (
        passed_over.decide(
            newsroom.db, newsroom.rules.channels, newsroom.at, post=False
        )
        == 2
    )
    assert newsroom.deliver() == []
    assert (kinds(newsroom), passed_over.ask(newsroom.db, newsroom.rules.channels)) == (
        [],
        (),
    )


def test_a_database_of_today_has_nothing_to_ask_about() -> None:
    newsroom = open_newsroom()
    newsroom.open_channel("@news")
    newsroom.later(hours=-2)
    assert passed_over.ask(newsroom.db, newsroom.rules.channels) == ()
    assert number(newsroom.db, "SELECT from_clock FROM sequence") == 0
    newsroom.db.close()


async def test_an_editor_is_asked_after_the_upgrade_and_a_tap_posts_it(
    before: Path, tmp_path: Path
) -> None:
    async with upgrade.upgraded(before, tmp_path) as bot:
        with closing(sqlite3.connect(bot.database)) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            later = "created = created + 7200000"
            db.execute(
                f"UPDATE deliveries SET {later} WHERE created = (SELECT begun FROM chats WHERE id = 1)"
            )
            db.execute("UPDATE chats SET begun = begun + 7200000 WHERE id = 1")
            one = "(SELECT id FROM articles WHERE file = 'long.md')"
            db.execute(f"DELETE FROM deliveries WHERE chat = 1 AND article = {one}")
        await bot.run()
        (question,) = bot.sandbox.messages(upgrade.EDITOR)
        assert [
            (method, text.partition("\n")[0]) for method, text in bot.went_out()
        ] == [
            (
                "sendMessage",
                "<b>An article was never posted in Paperboy Daily (@paperboy_daily)</b>",
            )
        ]
        assert all(name in question.text for name in ("A long excerpt", "long.md"))
        await bot.sandbox.tap(
            bot.sandbox.world.people[upgrade.EDITOR], question, "Post now"
        )
        await bot.run()
        await bot.run()
        _, *posted = (
            text.partition("\n")[0]
            for method, text in bot.went_out()
            if method == "sendMessage"
        )
        assert posted == ["<b>A long excerpt</b>"]
        assert "on its way" in question.text
