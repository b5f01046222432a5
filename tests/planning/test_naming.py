"""Whatever editors and operators read names articles by title and file, and chats by title and @name: no numbers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot import settings
from bot.domain.chat import OnDoubt
from bot.domain.delivery import State
from bot.domain.notices import ENDING, Alert, Notice
from bot.planning import naming
from bot.publish import editions, verification
from bot.publish.report import report
from bot.rendering import alerts, log_lines, republish_replies, status_reply
from bot.rendering.templates import Templates
from bot.store import audit, chats, files, notices, outbox, pauses
from bot.store.database import write
from bot.store.oddities import Oddity, OddityKind
from tests.support import judge
from tests.support.newsroom import (
    FIRST,
    SECOND,
    TAXONOMY,
    Newsroom,
    article,
    open_newsroom,
)

#: What nobody should have to read: a number of a chat, a row number or short id for a name.
NUMBERS = re.compile(r"-100\d{6,}|\b(article|chat|delivery|message) #?\d")
T = Templates(None, TAXONOMY)
NUMBER = -1_001_234_567_890


@pytest.fixture
def newsroom() -> Newsroom:
    """A channel known by its number in the settings, another whose name is not known, a reader and two articles."""
    room = open_newsroom()
    (named, unnamed) = chats.set_channels(
        room.db,
        [(str(NUMBER), 0, OnDoubt.RESEND), (str(NUMBER - 1), 0, OnDoubt.RESEND)],
    )
    chats.resolve(room.db, named.id, NUMBER, username="tide", title="The Tide")
    room.reader(5_555_555, "AI")
    one = room.number("one.md", article(FIRST))
    room.number("two.md", article(SECOND, "https://example.org/b"))
    for chat in (named.id, unnamed.id):
        outbox.open_(
            room.db,
            one,
            [chat],
            lane=0,
            edition=1,
            rank=room.at,
            at=room.at,
            state=State.REFUSED,
        )  # type: ignore[arg-type]
    pauses.pause(
        room.db, named.id, room.at + timedelta(hours=2), "Telegram asks for a pause"
    )
    files.reject(room.db, "bad.md", (1, 1, 1), "has no title", room.at)
    return room


def clean(text: str) -> str:
    assert not NUMBERS.search(text), text
    return text


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("alert", Alert)
def test_alerts(newsroom: Newsroom, alert: Alert, over: bool) -> None:
    notice = Notice(key="k", alert=alert, articles=(1, 2), chats=(1, 2, 3), reason="no")
    entry = naming.entry(newsroom.db, notice)
    text = clean(judge.payload(alerts.alert(T, alert, [entry], over=over))[0])
    clean(log_lines.line(alert, over, entry))
    assert entry.chats == (
        "The Tide (@tide)",
        "the 2nd channel of the settings",
        "readers' chats",
    )
    if not over:
        assert f"{FIRST} (one.md)" in text
    elif alert in ENDING and "{" not in text:
        nameless = (Alert.FOLDER, Alert.FOLDER_EMPTY, Alert.FILES_GONE, Alert.STANDING)
        assert "The Tide" in text or alert in nameless


def test_status(newsroom: Newsroom) -> None:
    notices.tell(
        newsroom.db,
        [Notice(key="2:gone", alert=Alert.GONE, chats=(2,), reason="kicked")],
        newsroom.at,
    )
    told = clean(
        judge.payload(status_reply.status(T, report(newsroom.db, newsroom.at)))[0]
    )
    assert "The Tide (@tide): 0 sent" in told
    assert f"{FIRST[:40]}" in told
    assert "(one.md)" in told
    assert [one.title for one in report(newsroom.db, newsroom.at).channels] == [
        "The Tide (@tide)",
        "the 2nd channel of the settings",
    ]


def test_republish(newsroom: Newsroom) -> None:
    stored = newsroom.stored(1)
    done = editions.republish(newsroom.db, 1, newsroom.at, newsroom.rules.channels)
    names = [naming.chat(newsroom.db, chat) for chat in (1, 2, *done.chats)]
    told = clean(judge.payload(republish_replies.republished(T, stored, 2, names))[0])
    assert "The Tide (@tide)" in told
    assert "(one.md)" in told


@pytest.mark.parametrize("kind", verification._WORDS)
def test_verify(
    newsroom: Newsroom, kind: OddityKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Oddity(kind, article=1, chat=1, delivery=1, detail="x")
    monkeypatch.setattr(audit, "oddities", lambda *_, **__: [odd])
    monkeypatch.setattr(audit, "damage", lambda _: [])
    wanted = [settings.Channel(chat=str(NUMBER))]
    (finding, *_) = verification.verify(
        newsroom.db, wanted, TAXONOMY, newsroom.at, running=True
    ).findings
    clean(f"{finding.about}: {finding.what}")
    assert f"“{FIRST}” (one.md), The Tide (@tide)" in finding.about


def test_an_article_that_lives_on_in_another_is_named_by_that(
    newsroom: Newsroom,
) -> None:
    write(newsroom.db, "DELETE FROM aliases WHERE article = 2")
    write(newsroom.db, "UPDATE articles SET copy_of = 1 WHERE id = 2")
    name = naming.article(newsroom.db, 2)
    assert name is not None
    assert name.title == FIRST
