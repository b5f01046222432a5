"""Addresses of databases that d2f2f24 made: normalised, and what shares one now is joined without a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlite_utils import Database

from bot.store import articles, migrations
from bot.store.database import rows, write
from tests.support import upgrade

AI, UPPER, WWW = (
    "https://host.example/%d8%a7",
    "https://host.example/%D8%A7",
    "https://www.host.example/%D8%A7",
)


@pytest.fixture
def db() -> Iterator[Database]:
    """An empty database as the step finds it."""
    with closing(upgrade.at_step("0006_shared_addresses")) as before:
        write(before, "INSERT INTO chats (kind, setting) VALUES ('channel', '@news')")
        write(before, "INSERT INTO chats (kind, setting) VALUES ('channel', '@more')")
        yield before


def put(db: Database, number: int, address: str, **more: Any) -> None:
    """Write an article, its file and its address."""
    told = {
        "title": "A title",
        "excerpt": "",
        "published": 1_000,
        "copy_of": None,
        "file": f"{number}.md",
    } | more
    columns = {
        "id": number,
        "identity": address,
        "fingerprint": f"form {number}",
        "url": address,
    } | told
    columns |= {
        "title_key": "",
        "provider": "",
        "quality": 0,
        "heat": 0,
        "kind": "",
        "unpublished": 0,
    }
    columns |= {"recorded": number, "ordered": number}
    if told["file"]:
        sql = "INSERT INTO files (path, size, mtime_ns, inode, article, since) VALUES (?, 1, 1, 1, NULL, 0)"
        write(db, sql, (told["file"],))
    write(
        db,
        f"INSERT INTO articles ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        (*columns.values(),),
    )
    write(
        db, "UPDATE files SET article = ? WHERE path = ?", (number, told["file"] or "")
    )
    write(db, "INSERT INTO aliases VALUES (?, ?)", (address, number))


def post(db: Database, article: int, chat: int, state: str = "sent") -> None:
    columns = "article, chat, edition, lane, rank, state, form, created"
    sql = f"INSERT INTO deliveries ({columns}) VALUES (?, ?, 1, 0, 0, ?, ?, 0)"
    write(db, sql, (article, chat, state, f"form {article}"))


def posts(db: Database) -> list[tuple[Any, ...]]:
    columns = f"article, chat, state, form, {upgrade.edit_column(db)}"
    return [
        tuple(one) for one in rows(db, f"SELECT {columns} FROM deliveries ORDER BY id")
    ]


def addresses(db: Database) -> set[tuple[str, int]]:
    return {
        (one["identity"], one["article"]) for one in rows(db, "SELECT * FROM aliases")
    }


def test_addresses_are_normalised_and_links_stay_as_they_were_shown(
    db: Database,
) -> None:
    put(db, 1, WWW)
    sql = "INSERT INTO related VALUES (1, 0, ?, ?, 'Another', '', '', NULL, 0)"
    write(db, sql, ("https://www.other.example/%7ea", "https://www.other.example/%7ea"))
    migrations.paperboy.apply(db)
    assert addresses(db) == {(UPPER, 1)}
    stored = articles.get(db, 1)
    assert stored is not None
    assert (stored.article.identity, stored.article.url) == (UPPER, WWW)
    (related,) = stored.article.related
    assert (related.identity, related.url) == (
        "https://other.example/~a",
        "https://www.other.example/%7ea",
    )


def test_both_posts_of_two_articles_that_share_an_address_stay_and_none_is_edited(
    db: Database,
) -> None:
    put(db, 1, UPPER)
    put(db, 2, AI)
    post(db, 1, 1)
    post(db, 2, 1)
    post(db, 2, 2)
    migrations.paperboy.apply(db)
    assert addresses(db) == {(UPPER, 1)}
    assert articles.successor(db, 2) == 1
    assert posts(db) == [
        (1, 1, "sent", "form 1", None),
        (2, 1, "sent", "form 2", None),
        (1, 2, "sent", "form 1", None),
    ]
    told = {
        one["path"]: (one["article"], one["story"])
        for one in rows(db, "SELECT * FROM files")
    }
    assert told == {"1.md": (1, ""), "2.md": (1, "?")}


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ({"file": None}, {}, 2),
        ({"withdrawn": 1}, {}, 2),
        ({"held": 1}, {}, 2),
        ({}, {"copy_of": 1}, 1),
        ({"file": None}, {"copy_of": 1}, 2),
    ],
)
def test_what_readers_see_and_a_living_file_tells_is_kept(
    db: Database, first: dict[str, Any], second: dict[str, Any], kept: int
) -> None:
    put(db, 1, AI, **first)
    put(db, 2, WWW, **second)
    post(db, kept, 1)
    migrations.paperboy.apply(db)
    assert addresses(db) == {(UPPER, kept)}
    assert articles.successor(db, 3 - kept) == kept
    stored = articles.get(db, kept)
    assert stored is not None
    assert stored.copy_of is None
    assert posts(db) == [(kept, 1, "sent", f"form {kept}", None)]


def test_two_stories_that_share_an_address_now_stay_two(db: Database) -> None:
    put(db, 1, UPPER, title="Letter 41", excerpt="Of boats.", published=1_000)
    put(db, 2, WWW, title="Letter 42", excerpt="Of trains.", published=10**11)
    migrations.paperboy.apply(db)
    assert addresses(db) == {(UPPER, 1), (UPPER, 2)}
    assert {articles.successor(db, number) for number in (1, 2)} == {1, 2}


def test_a_long_title_in_a_script_without_spaces_has_a_key_from_now_on(
    db: Database,
) -> None:
    put(db, 1, UPPER, title="三十個組織聯手反對人臉識別技術")
    put(db, 2, "https://host.example/b", title="Short")
    migrations.paperboy.apply(db)
    assert [
        one["title_key"] != ""
        for one in rows(db, "SELECT title_key FROM articles ORDER BY id")
    ] == [True, False]
