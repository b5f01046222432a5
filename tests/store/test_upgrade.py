"""Databases of earlier versions are brought up to date without a post, an edit or a deletion."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.store import articles, fanouts, indexing, migrations
from bot.store.database import number, open_database, row, rows, write
from tests.support import upgrade
from tests.support.examples import examples
from tests.support.newsroom import first_page
from tests.support.upgrade import before as before  # a fixture

SCHEMA = Path(migrations.__file__).parent
FROZEN = "e8c9daacd471e6a9efd2a8f8f9cb5a6febb5df5dfe7ce33f40fea28d586e0faa"
ABOUT_TABLES = ("table_xinfo", "foreign_key_list", "index_list")


def test_the_first_step_is_frozen() -> None:
    assert hashlib.sha256((SCHEMA / "schema.sql").read_bytes()).hexdigest() == FROZEN


def test_the_first_step_makes_what_the_code_of_before_made(before: Path) -> None:
    with (
        closing(upgrade.at_step("0002_facts")) as first,
        closing(upgrade.asked(before / "quiet.db")) as made,
    ):
        assert shape(first) == shape(made)


def test_a_database_of_before_is_alike_in_every_column(
    before: Path, tmp_path: Path
) -> None:
    with (
        closing(open_database(":memory:")) as fresh,
        closing(upgrade.opened(before, tmp_path, "busy")) as upgraded,
    ):
        while indexing.build(upgraded):
            pass
        assert shape(upgraded) == shape(fresh)
        assert row(upgraded, "PRAGMA foreign_key_check") is None
        assert [one[0] for one in rows(upgraded, "PRAGMA integrity_check")] == ["ok"]
        upgraded.conn.execute(
            "INSERT INTO articles_folded (articles_folded) VALUES ('integrity-check')"
        )


def shape(db: Database) -> dict[str, Any]:
    """Return every table, index and trigger, and what SQLite says of them."""
    found = rows(
        db, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    )
    shapes: dict[str, Any] = {
        one["name"]: (one["type"], one["tbl_name"], plain(one["sql"] or ""))
        for one in found
    }
    for name in [one["name"] for one in found if one["type"] == "table"]:
        for pragma in ABOUT_TABLES:
            shapes[f"{pragma} {name}"] = [
                tuple(one) for one in rows(db, f"PRAGMA {pragma}('{name}')")
            ]
    for name in [one["name"] for one in found if one["type"] == "index"]:
        shapes[f"index {name}"] = [
            tuple(one) for one in rows(db, f"PRAGMA index_xinfo('{name}')")
        ]
    return shapes


def plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql)


async def test_an_upgrade_sends_edits_and_deletes_nothing(
    before: Path, tmp_path: Path
) -> None:
    """Though every file is read anew, by today's rules."""
    async with upgrade.upgraded(before, tmp_path) as bot:
        standing = upgrade.deliveries(bot.database)
        bot.touch()
        assert await bot.run() == 0
        assert await bot.run() == 0
        assert bot.went_out() == []
        assert upgrade.deliveries(bot.database) == standing
        with closing(upgrade.asked(bot.database)) as db:
            waiting = rows(db, "SELECT file, waits FROM articles WHERE waits <> ''")
        assert [tuple(one) for one in waiting] == [("held.md", "editor")]


@pytest.mark.parametrize("name", ["draft.md", "future.md", "expired.md"])
async def test_what_was_posted_before_an_upgrade_can_be_found_until_its_file_changes(
    before: Path, tmp_path: Path, name: str
) -> None:
    """Even if by today's rules it would not have been posted."""
    async with upgrade.upgraded(before, tmp_path) as bot:
        bot.touch()
        for _ in range(2):
            await bot.run()
            bot.touch()
        with closing(upgrade.asked(bot.database)) as db:
            stored = articles.get(
                db, number(db, "SELECT id FROM articles WHERE file = ?", (name,))
            )
            assert stored is not None
            assert stored.id in [one.id for one in first_page(db, stored.article.title)]
        file = bot.folder / name
        file.write_text(file.read_text().replace("title:", "quality: 77\ntitle:"))
        file.write_text(re.sub(r"(?m)^quality: 50\n", "", file.read_text()))
        await bot.run()
        assert bot.went_out() == []
        with closing(upgrade.asked(bot.database)) as db:
            stored = articles.get(
                db, number(db, "SELECT id FROM articles WHERE file = ?", (name,))
            )
            assert stored is not None
            assert stored.article.quality == 77
            assert stored.waits == ("expired" if name == "expired.md" else "")


async def test_what_waited_before_an_upgrade_goes_out_and_nothing_else(
    before: Path, tmp_path: Path
) -> None:
    async with upgrade.upgraded(
        before, tmp_path, "busy", delivery={"doubt_seconds": 1}
    ) as bot:
        for _ in range(4):
            await bot.run()
        sent = [text.partition("\n")[0] for _, text in bot.went_out(to_editor=False)]
        assert Counter(sent) == {
            "<b>What waits, number 1</b>": 2,  # the channel refused it
            **{f"<b>What waits, number {one}</b>": 3 for one in range(2, 6)},
        }
        with closing(upgrade.asked(bot.database)) as db:
            followers = "SELECT count(*) FROM deliveries WHERE lane = 2 AND article = ? AND state = 'sent'"
            told = rows(db, "SELECT id FROM articles WHERE title LIKE 'What waits%'")
            assert [number(db, followers, (one["id"],)) for one in told] == [2] * 5


# --- the queue of before ----------------------------------------------------------------------------------------------

#: State, `front` and `not_before` of deliveries to one chat, but for the head.
FRONTS = (
    ("pending", -1, None),
    ("pending", 9_000, 9_000),
    ("sent", 0, None),
    ("gone", -1, None),
    ("doubtful", 7_000, 7_000),
)


@pytest.mark.parametrize(
    "head", [0, 5_000], ids=["awake", "asleep as its chat is closed"]
)
def test_a_queue_of_before_keeps_its_order(head: int) -> None:
    """Each delivery has its place under the new names, and the triggers go on from there."""
    with closing(upgrade.at_step("0014_queue")) as db:
        db.conn.executescript(
            "PRAGMA foreign_keys = OFF; INSERT INTO chats (id, chat_id, kind) VALUES (1, 1, 'private')"
        )
        for turn, (state, front, wait) in enumerate(
            [("pending", head, None), *FRONTS], 1
        ):
            columns = "article, chat, edition, lane, turn, rank, state, front, not_before, created"
            values = (turn, 1, 1, 2, turn, 0, state, front, wait, 0)
            write(
                db,
                f"INSERT INTO deliveries ({columns}) VALUES ({', '.join('?' * 10)})",
                values,
            )
        upgrade.bring_up_to_date(db)
        settled = "SELECT DISTINCT head, asleep_until FROM deliveries WHERE state <> 'pending'"
        assert [tuple(one) for one in rows(db, settled)] == [(None, None)]
        pending = "SELECT head, asleep_until FROM deliveries WHERE state = 'pending' ORDER BY head"
        assert [tuple(one) for one in rows(db, pending)] == [
            (None, 9_000),
            (0, None),
            (1, head or None),
        ]
        write(db, "UPDATE deliveries SET state = 'sent' WHERE head = 1")
        assert [tuple(one) for one in rows(db, pending)] == [(None, 9_000), (1, None)]
        write(
            db,
            "UPDATE deliveries SET not_before = NULL WHERE head IS NULL AND state = 'pending'",
        )
        assert {one["head"] for one in rows(db, pending)} == {0, 1}


# --- what was given up ---------------------------------------------------------------------------------------------------

#: State, message, reason and `edit_due` of a delivery, and what of it was given up.
REASONS = (
    ("sent", 7, "", None, None),
    ("sent", 7, "Telegram refuses it", None, "edit"),
    ("sent", 7, "Telegram asked for a pause", 9_000, None),
    ("sent", None, "an editor decided", None, "number"),
    ("doubtful", None, "no answer", None, None),
)


@pytest.mark.parametrize(("state", "message", "reason", "due", "given_up"), REASONS)
def test_what_was_given_up_is_seen_from_the_reason_of_before(
    state: str, message: int | None, reason: str, due: int | None, given_up: str | None
) -> None:
    with closing(upgrade.at_step("0016_given_up")) as db:
        db.conn.execute("PRAGMA foreign_keys = OFF")
        write(
            db,
            "INSERT INTO deliveries (article, chat, edition, lane, rank, created, state, message, reason, edit_due) "
            "VALUES (1, 1, 1, 0, 0, 0, ?, ?, ?, ?)",
            (state, message, reason, due),
        )
        upgrade.bring_up_to_date(db)
        (found,) = rows(db, "SELECT state, reason, edit_due, given_up FROM deliveries")
        assert tuple(found) == (state, reason, due, given_up)


# --- the order of what was there --------------------------------------------------------------------------------------

INSTANTS = st.integers(1, 6)


@given(begun=INSTANTS, since=INSTANTS, recorded=INSTANTS, released=INSTANTS)
@examples(20)
def test_rows_of_before_keep_their_order_and_what_comes_is_after_them(
    begun: int, since: int, recorded: int, released: int
) -> None:
    with closing(upgrade.at_step("0003_order")) as db:
        fill(db, begun, since, recorded, released)
        upgrade.bring_up_to_date(db)
        article, chat, follow, fanout = (
            number(db, f"SELECT sequence FROM {table} LIMIT 1")
            for table in ("articles", "chats", "follows", "fanouts")
        )
        assert (chat < article) is (begun <= recorded)
        assert (follow < fanout) is (since <= released)
        fanouts.begin(db, 2, upgrade.AFTER)
        assert number(db, "SELECT max(sequence) FROM fanouts") > max(
            article, chat, follow, fanout
        )


def fill(db: Database, begun: int, since: int, recorded: int, released: int) -> None:
    """Write a channel, a follower, an article whose followers are being planned, and another."""
    article = (
        "INSERT INTO articles (identity, fingerprint, title_key, title, excerpt, url, provider, quality, heat, kind, "
        "unpublished, recorded, ordered) VALUES ('', '', '', '', '', '', '', 0, 0, '', 0, ?, 0)"
    )
    write(db, article, (recorded,))
    write(db, article, (recorded,))
    write(
        db,
        "INSERT INTO chats (kind, setting, begun) VALUES ('channel', '@news', ?)",
        (begun,),
    )
    write(db, "INSERT INTO topics (key, name, code) VALUES ('ai', 'AI', 'ai')")
    write(db, "INSERT INTO follows (topic, chat, since) VALUES (1, 1, ?)", (since,))
    write(db, "INSERT INTO fanouts (article, at, after) VALUES (1, ?, 0)", (released,))
