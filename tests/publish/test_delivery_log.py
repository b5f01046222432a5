"""What the log says of the bot's work: named by title and chat, readers counted and never named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.interpretation import after_send
from bot.domain.outcome import Delay, Refused, Sent, Unknown, Wait
from bot.publish import delivery_log
from bot.store import chats, outbox
from tests.support.newsroom import AT, Newsroom, article, open_newsroom


@pytest.fixture
def newsroom() -> Newsroom:
    """A newsroom with a channel, a reader, and one article for both."""
    newsroom = open_newsroom()
    channel = newsroom.open_channel("@news")
    chats.resolve(newsroom.db, channel, -1001, username="news", title="The News")
    newsroom.reader(7, "Boats")
    newsroom.reader(8, "Boats")
    newsroom.record("boat.md", article("A boat is found", topics=("Boats",)))
    newsroom.plan()
    return newsroom


def lines(newsroom: Newsroom, outcome: object) -> list[str]:
    due = outbox.due(newsroom.db, newsroom.at)
    settled = [(one, after_send(outcome, one.delivery, AT)) for one in due]  # type: ignore[arg-type]
    readers = delivery_log.Readers()
    readers.add(settled, 100.0)
    assert not readers.take(100.0 + delivery_log.SECONDS / 2)
    return delivery_log.settled(
        newsroom.db, settled, readers.take(100.0 + delivery_log.SECONDS)
    )


def test_a_post_names_its_article_and_channel_and_counts_readers(
    newsroom: Newsroom,
) -> None:
    assert lines(newsroom, Sent(5)) == [
        "posted: “A boat is found” (boat.md) in The News (@news)",
        "posted: “A boat is found” (boat.md) to 2 readers",
    ]


def test_what_did_not_go_out_says_why_and_until_when(newsroom: Newsroom) -> None:
    refused, *_ = lines(newsroom, Refused("the message is too long"))
    assert (
        refused
        == "refused: “A boat is found” (boat.md) in The News (@news): the message is too long"
    )
    waits, readers = lines(newsroom, Wait(30, "Too Many Requests", Delay.FLOOD))
    assert waits == (
        "not sent yet: “A boat is found” (boat.md) in The News (@news) "
        f"(until {AT + timedelta(seconds=30):%H:%M:%S} UTC): "
        "Too Many Requests"
    )
    assert (
        readers
        == "not sent yet: “A boat is found” (boat.md) to 2 readers: Too Many Requests"
    )
    doubtful, *_ = lines(newsroom, Unknown("the connection was cut"))
    assert doubtful.startswith(
        "sent, but the answer was lost: “A boat is found” (boat.md) in The News (@news)"
    )


def test_an_edit_and_a_withdrawal_have_a_line(newsroom: Newsroom) -> None:
    one = next(one.delivery for one in outbox.due(newsroom.db, newsroom.at))
    about = "“A boat is found” (boat.md) in The News (@news)"
    assert (
        delivery_log.edit(newsroom.db, one, Sent(0), takes_back=False)
        == f"edited: {about}"
    )
    assert (
        delivery_log.edit(newsroom.db, one, Sent(0), takes_back=True)
        == f"taken back: {about}"
    )
    failed = delivery_log.edit(
        newsroom.db, one, Wait(5, "Bad Gateway"), takes_back=False
    )
    assert failed == f"not edited: {about}: Bad Gateway"


def test_a_start_says_what_runs(newsroom: Newsroom) -> None:
    about = {
        "version": "1.2.3",
        "bot": "paper_bot",
        "folder": "articles",
        "database": "data/p.db",
    }
    assert delivery_log.introduction(newsroom.db, seconds=30.0, **about) == [
        "Paperboy 1.2.3 runs as @paper_bot",
        "Folder articles: 1 article known; scanned now, then every 30 s and when a file changes",
        "Database data/p.db",
        "Posts go to The News (@news)",
    ]
    assert (
        "posts go to readers only"
        in delivery_log.introduction(open_newsroom().db, seconds=0.5, **about)[-1]
    )
