"""`paperboy verify`: a sound database is found sound, and each way of being unsound has its finding and its words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import settings
from bot.domain.outcome import Gone, Refused, Unknown, Wait
from bot.errors import StoreError
from bot.planning.rules import Rules
from bot.publish import editions, verification
from bot.publish.verification import Verified
from bot.store import audit, edit_outcomes, inspection, lock
from bot.store.oddities import OddityKind
from tests.support.newsroom import (
    FIRST,
    SECOND,
    TAXONOMY,
    Newsroom,
    article,
    open_newsroom,
)
from tests.support.operating import Home

A, B, C = (
    "https://one.example/story",
    "https://two.example/story",
    "https://three.example/story",
)
CHANNELS = (
    settings.Channel(chat="@news"),
    settings.Channel(chat="@vision", topics=("CV",), min_quality=10),
)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    """A newsroom in which everything happened that may: posts, copies, an edit, a withdrawal, an edition, a refusal."""
    room = open_newsroom()
    room.open_channel("@news")
    room.open_channel("@vision", names=("computer vision",), quality=10)
    room.reader(7, "AI")
    room.later(minutes=1)
    first = room.number("a.md", article(url=A, topics=("CV",), quality=50))
    room.record("b.md", article(url=B))
    room.record("c.md", article(SECOND, C))
    room.deliver()
    editions.republish(room.db, first, room.at, room.rules.channels)
    room.deliver()
    room.record(
        "a.md", article(url=A, topics=("CV",), quality=50, excerpt="Told anew.")
    )
    room.record("c.md", article(SECOND, C, removed=True))
    room.later(minutes=2)
    room.revise()
    room.record(
        "d.md", article("The one that is refused by Telegram", "https://four.example/")
    )
    room.deliver(Refused("no"))
    room.record(
        "e.md", article("The one that has to wait for a while", "https://five.example/")
    )
    room.deliver(Wait(60, "a pause"))
    room.later(minutes=1)
    yield room
    room.db.close()


def verify(newsroom: Newsroom, *, running: bool = False) -> Verified:
    return verification.verify(
        newsroom.db, CHANNELS, TAXONOMY, newsroom.at, running=running
    )


def kinds(newsroom: Newsroom, *, running: bool = False) -> set[str]:
    return {one.kind for one in verify(newsroom, running=running).findings}


def test_a_sound_database_is_found_sound(newsroom: Newsroom) -> None:
    found = verify(newsroom)
    assert found.findings == []
    assert found.counts["articles"] == 5


ID = "(SELECT min(id) FROM deliveries WHERE state = 'sent')"
UNSOUND = {
    "absent": f"DELETE FROM deliveries WHERE id = {ID}",
    "same message": "UPDATE deliveries SET message = 7 WHERE lane = 0 AND message > 0",
    "no number": f"UPDATE deliveries SET message = NULL WHERE id = {ID}",
    "no payload": f"UPDATE deliveries SET payload = NULL WHERE id = {ID}",
    "late": "UPDATE deliveries SET created = 0, not_before = NULL WHERE state = 'pending'",
    "out of line": "UPDATE deliveries SET head = 0 WHERE state = 'pending'",
    "left sending": f"UPDATE deliveries SET state = 'sending' WHERE id = {ID}",
    "doubt forgotten": f"UPDATE deliveries SET state = 'doubtful' WHERE id = {ID}",
    "old form": f"UPDATE deliveries SET form = 'older' WHERE id = {ID}; DELETE FROM forms",
    "not taken back": f"UPDATE articles SET withdrawn = 1 WHERE id = (SELECT article FROM deliveries WHERE id = {ID})",
    "withdrawn waits": "UPDATE articles SET withdrawn = 1",
    "held waits not": "UPDATE articles SET held = 1, waits = 'editor'",
    "hidden wrongly": "UPDATE articles SET held = 1",
    "joined waits": "UPDATE articles SET copy_of = 1 WHERE id > 1; DELETE FROM aliases WHERE article > 1",
    "revised unsent": "UPDATE deliveries SET edit_due = 1 WHERE state = 'pending'",
    "unopened edition": "UPDATE deliveries SET edition = 9 WHERE edition = 2 AND lane = 0",
    "no address": "DELETE FROM aliases WHERE article = 1",
    "address lost": "UPDATE articles SET identity = 'https://other.example' WHERE id = 1",
    "copy of a copy": "UPDATE articles SET copy_of = 2 WHERE id = 3; UPDATE articles SET copy_of = 1 WHERE id = 2",
    "owner gone": "UPDATE articles SET file = 'never.md' WHERE id = 1",
    "no owner": "UPDATE articles SET file = NULL WHERE id = 1",
    "fan-out of nothing": "INSERT INTO fanouts (article, at, after) VALUES (3, 0, 0)",
    "unserved": "DELETE FROM deliveries WHERE id = (SELECT min(id) FROM deliveries WHERE lane = 2)",
    "points nowhere": "PRAGMA foreign_keys = OFF; DELETE FROM chats WHERE kind = 'private'",
}


@pytest.mark.parametrize("kind", UNSOUND)
def test_each_way_of_being_unsound_is_found(newsroom: Newsroom, kind: str) -> None:
    for statement in UNSOUND[kind].split("; "):
        newsroom.db.conn.execute(statement)
    newsroom.db.conn.commit()
    assert kind in kinds(newsroom)


def test_what_was_sent_twice_is_found_even_where_the_key_that_forbids_it_is_lost(
    newsroom: Newsroom,
) -> None:
    newsroom.db.conn.executescript(  # a temporary table of that name comes before the real one
        f"""
        CREATE TEMP TABLE deliveries AS SELECT * FROM main.deliveries;
        INSERT INTO temp.deliveries SELECT * FROM main.deliveries WHERE id = {ID};
        """
    )
    assert "twice" in kinds(newsroom)


def test_every_question_has_an_answer_in_words_and_a_test() -> None:
    asked = set(OddityKind)
    assert {*audit._QUESTIONS} <= asked
    assert set(verification._WORDS) == asked
    assert asked - set(UNSOUND) == {
        "twice",
        "damaged",
        "missed",
    }  # which have tests of their own


# --- what is no finding -----------------------------------------------------------------------------------------------


def test_what_a_running_bot_is_sending_is_its_own_business(newsroom: Newsroom) -> None:
    newsroom.db.conn.execute(UNSOUND["left sending"])
    newsroom.db.conn.commit()
    assert kinds(newsroom, running=True) == set()


@pytest.mark.parametrize(
    "outcome", [Unknown("an answer was lost"), Gone("kicked"), Wait(3_600, "no right")]
)
def test_what_waits_for_a_reason_is_no_finding_however_long(
    newsroom: Newsroom, outcome: Unknown | Gone | Wait
) -> None:
    newsroom.record(
        "f.md",
        article("The one that never gets through at all", "https://six.example/"),
    )
    newsroom.deliver(outcome)
    assert kinds(newsroom) == set()


def test_a_post_whose_edit_was_given_up_is_no_finding_until_it_is_edited(
    newsroom: Newsroom,
) -> None:
    """Another reason that once stood there does not count."""
    (sent,) = newsroom.db.conn.execute(ID[1:-1]).fetchone()
    newsroom.db.conn.executescript(UNSOUND["old form"])
    edit_outcomes.given_up(newsroom.db, sent, "Telegram refuses it", newsroom.at)
    assert kinds(newsroom) == set()
    edit_outcomes.unchanged(newsroom.db, sent, "older still", newsroom.at)
    newsroom.db.conn.execute("UPDATE deliveries SET edit_due = NULL")
    newsroom.db.conn.commit()
    assert kinds(newsroom) == {"old form"}


def test_articles_from_before_a_channel_began_are_none_of_its_business(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@late")
    late = settings.Channel(chat="@LATE")
    assert (
        verification.verify(
            newsroom.db, [late], TAXONOMY, newsroom.at, running=False
        ).findings
        == []
    )
    newsroom.later(seconds=1)
    newsroom.rules = Rules(taxonomy=TAXONOMY)
    newsroom.record(
        "f.md", article("The one that nobody planned for it", "https://six.example/")
    )
    (found,) = verification.verify(
        newsroom.db, [late], TAXONOMY, newsroom.at, running=False
    ).findings
    assert found.kind == "absent"
    assert "The one that nobody planned for it" in found.about
    assert "@late" in found.about


def test_a_channels_filters_decide_what_it_should_have(newsroom: Newsroom) -> None:
    wider = (settings.Channel(chat="@vision"),)
    found = verification.verify(
        newsroom.db, wider, TAXONOMY, newsroom.at, running=False
    ).findings
    assert {one.kind for one in found} == {"absent"}
    narrower = (
        settings.Channel(chat="@vision", topics=("Law",)),
        settings.Channel(chat="@unknown"),
    )
    assert (
        verification.verify(
            newsroom.db, narrower, TAXONOMY, newsroom.at, running=False
        ).findings
        == []
    )


def test_a_post_that_has_shown_a_form_often_enough_may_show_an_older_one(
    newsroom: Newsroom,
) -> None:
    for turn in range(8):
        newsroom.record(
            "a.md",
            article(
                url=A, topics=("CV",), quality=50, excerpt=("One.", "Two.")[turn % 2]
            ),
        )
        newsroom.later(minutes=2)
        newsroom.revise()
        assert kinds(newsroom) == set()


def test_no_finding_names_a_reader(newsroom: Newsroom) -> None:
    newsroom.db.conn.execute("UPDATE deliveries SET message = NULL WHERE lane = 2")
    newsroom.db.conn.execute(
        "UPDATE chats SET title = 'Ann Private', username = 'annprivate' WHERE kind = 'private'"
    )
    newsroom.db.conn.commit()
    (found,) = verify(newsroom).findings
    assert "a private chat" in found.about
    assert "Ann" not in found.about


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path, {"PAPERBOY_CHANNELS": '[{"chat": "@news"}]'})
    room = open_newsroom(home.database)
    room.open_channel("@news")
    room.record("a.md", article(url=A))
    room.deliver()
    room.db.close()
    return home


def spoil(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_the_command_says_what_it_looked_at_and_ends_well(home: Home) -> None:
    done = home.run("verify")
    assert (done.code, done.err) == (0, "")
    assert "1 article, 1 delivery" in done.out
    assert "and once" in done.out
    assert home.run("verify", "--json").json == {
        "counts": {"articles": 1, "deliveries": 1, "chats": 1, "files": 1},
        "findings": [],
    }


def test_the_command_tells_each_finding_and_ends_with_one(home: Home) -> None:
    spoil(home.database, "PRAGMA foreign_keys = ON", "DELETE FROM deliveries")
    done = home.run("verify")
    assert done.code == 1
    assert FIRST in done.out
    assert "/republish 1" in done.out
    as_json = home.run("verify", "--json")
    assert as_json.code == 1
    (finding,) = json.loads(as_json.out)["findings"]
    assert finding["kind"] == "absent"


def test_the_command_changes_nothing_and_knows_a_running_bot(home: Home) -> None:
    spoil(home.database, "UPDATE deliveries SET state = 'sending'")
    before = home.database.read_bytes()
    with lock.held(home.database):
        assert home.run("verify").code == 0
    assert home.run("verify").code == 1
    assert home.database.read_bytes() == before


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    done = Home(tmp_path).run("verify")
    assert done.code == 1
    assert "there is no database yet" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("harm", ["pages", "header", "another"])
def test_a_damaged_database_is_told_in_words(home: Home, harm: str) -> None:
    data = bytearray(home.database.read_bytes())
    if harm == "pages":
        for page in range(6, len(data) // 4096):
            data[page * 4096 : page * 4096 + 64] = b"\x5a" * 64
    else:
        data = bytearray(b"\0" * 4096) if harm == "header" else bytearray()
    home.database.write_bytes(bytes(data))
    done = home.run("verify")
    assert done.code == 1
    assert "Traceback" not in done.out + done.err
    assert "damaged" in done.out + done.err or "is empty" in done.err


def test_a_database_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match="there is no database yet"),
        inspection.reading(tmp_path / "none.db"),
    ):
        pass


def test_what_is_late_is_late_after_a_day(newsroom: Newsroom) -> None:
    newsroom.record(
        "f.md",
        article("The one that waits with nothing to hold it", "https://six.example/"),
    )
    newsroom.later(hours=23)
    assert kinds(newsroom) == set()
    newsroom.at += timedelta(hours=2)
    assert kinds(newsroom) == {"late"}


def test_a_topic_that_an_article_gains_when_it_is_too_old_owes_its_followers_nothing(
    newsroom: Newsroom,
) -> None:
    newsroom.rules = replace(newsroom.rules, max_age=timedelta(days=20))
    newsroom.reader(7, "AI")
    newsroom.record(
        "old.md", article("The one that gains a topic late", "https://seven.example/")
    )
    newsroom.plan()
    late = newsroom.later(days=21)
    newsroom.record(
        "old.md",
        article(
            "The one that gains a topic late", "https://seven.example/", topics=("AI",)
        ),
    )
    newsroom.plan()
    assert late == newsroom.at
    assert "unserved" not in kinds(newsroom)
