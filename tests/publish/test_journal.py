"""What the log says of the bot's work: named by title and chat, readers counted and never named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.delivery import Refused, Sent, Unknown, Wait, settle
from bot.publish import journal
from bot.store import chats, outbox
from tests.support.newsroom import AT, Newsroom, article, newsroom


@pytest.fixture
def desk() -> Newsroom:
    """A newsroom with a channel, a reader, and one article for both."""
    desk = newsroom()
    channel = desk.open_channel("@news")
    chats.resolve(desk.db, channel, -1001, username="news", title="The News")
    desk.reader(7, "Boats")
    desk.reader(8, "Boats")
    desk.tell("boat.md", article("A boat is found", topics=("Boats",)))
    desk.plan()
    return desk


def lines(desk: Newsroom, outcome: object) -> list[str]:
    due = outbox.due(desk.db, desk.at)
    settled = [(one, settle(outcome, one.delivery, AT)) for one in due]  # type: ignore[arg-type]
    readers = journal.Readers()
    readers.add(settled, 100.0)
    assert not readers.take(100.0 + journal.SECONDS / 2)
    return journal.settled(desk.db, settled, readers.take(100.0 + journal.SECONDS))


def test_a_post_names_its_article_and_channel_and_counts_readers(desk: Newsroom) -> None:
    assert lines(desk, Sent(5)) == [
        "posted: “A boat is found” (boat.md) in The News (@news)",
        "posted: “A boat is found” (boat.md) to 2 readers",
    ]


def test_what_did_not_go_out_says_why_and_until_when(desk: Newsroom) -> None:
    refused, *_ = lines(desk, Refused("the message is too long"))
    assert refused == "refused: “A boat is found” (boat.md) in The News (@news): the message is too long"
    waits, readers = lines(desk, Wait(30, "Too Many Requests", flood=True))
    assert waits == (
        "not sent yet: “A boat is found” (boat.md) in The News (@news) "
        f"(until {AT + timedelta(seconds=30):%H:%M:%S} UTC): "
        "Too Many Requests"
    )
    assert readers == "not sent yet: “A boat is found” (boat.md) to 2 readers: Too Many Requests"
    doubtful, *_ = lines(desk, Unknown("the connection was cut"))
    assert doubtful.startswith("sent, but the answer was lost: “A boat is found” (boat.md) in The News (@news)")


def test_an_edit_and_a_withdrawal_have_a_line(desk: Newsroom) -> None:
    one = next(one.delivery for one in outbox.due(desk.db, desk.at))
    about = "“A boat is found” (boat.md) in The News (@news)"
    assert journal.edit(desk.db, one, Sent(0), takes_back=False) == f"edited: {about}"
    assert journal.edit(desk.db, one, Sent(0), takes_back=True) == f"taken back: {about}"
    failed = journal.edit(desk.db, one, Wait(5, "Bad Gateway"), takes_back=False)
    assert failed == f"not edited: {about}: Bad Gateway"


def test_a_start_says_what_runs(desk: Newsroom) -> None:
    about = {"version": "1.2.3", "bot": "paper_bot", "folder": "articles", "database": "data/p.db"}
    assert journal.introduction(desk.db, seconds=30.0, **about) == [
        "Paperboy 1.2.3 runs as @paper_bot",
        "Folder articles: 1 article known; scanned now, then every 30 s and when a file changes",
        "Database data/p.db",
        "Posts go to The News (@news)",
    ]
    assert "posts go to readers only" in journal.introduction(newsroom().db, seconds=0.5, **about)[-1]
