"""A bot's life until the upgrade, lived by the code of d2f2f24, which runs this file: see `tests/upgrade.py`.

`life.py HOME` writes into HOME the folder `articles`, `quiet.db` (everything that could go out is out) and `busy.db` (a
moment later: deliveries in every state, followers half planned). `life.py HOME HISTORY` lives through a history
instead, and leaves `articles` and `quiet.db`. Imports nothing but d2f2f24's own `bot` and `tests`.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App, words
from bot.delivery import Channel, Refused, Unknown, settle
from bot.publishing import editing
from bot.sandbox import Chat, Person, Sandbox
from bot.settings import Settings
from bot.store import chats, doubts, fanouts, outbox, updates
from bot.store.database import open_database, rows
from tests import history
from tests.story.documents import document, related

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKEN = "7000000001:AA" + "b" * 33
EDITOR = 5_000_001_007

#: Path → title, topics, fields: what is there at the first start, the newest three of which are posted.
AT_FIRST: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    f"2026/{number}.md": (
        f"Lighthouse letter number {number}",
        ("Space",),
        {"publishedDateTime": f"2026-11-0{number}"},
    )
    for number in range(1, 7)
}
#: What comes later. Much of it is read in another way by a later Paperboy; none of it may go out again.
LATER: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "plain.md": (
        "Night ferries start to run on moonlight",
        ("Computer Vision", "Space"),
        {"related": [related("Tide")], "publishedDateTime": "2026-10-31"},
    ),
    "copy.md": (
        "Night ferries start to run on moonlight",
        ("AI",),
        {"webUrl": "https://other.example/ferries"},
    ),
    "lower.md": (
        "Prayer times",
        ("AI",),
        {"webUrl": "https://prayer.example/%d8%b5%d9%84"},
    ),
    "upper.md": (
        "Prayer times",
        ("AI",),
        {"webUrl": "https://prayer.example/%D8%B5%D9%84"},
    ),
    "www.md": ("Harbour fair", ("AI",), {"webUrl": "https://www.harbour.example/fair"}),
    "bare.md": ("Harbour fair", ("AI",), {"webUrl": "https://harbour.example/./fair"}),
    "draft.md": ("Still being written", ("AI",), {"draft": True}),
    "future.md": (
        "Dated ahead of its time",
        ("AI",),
        {"publishedDateTime": "2027-05-01T00:00:00Z"},
    ),
    "expired.md": ("Long expired", ("AI",), {"expiryDate": "2026-01-01T00:00:00Z"}),
    "letter-41.md": (
        "Letter 41",
        ("AI",),
        {"webUrl": "https://letter.example/now", "excerpt": "Of boats."},
    ),
    "letter-42.md": (
        "Letter 42",
        ("AI",),
        {"webUrl": "https://letter.example/now", "excerpt": "Of trains."},
    ),
    "v3-1.md": (
        "Version 3.1",
        ("AI",),
        {"webUrl": "https://code.example/changelog#v3-1"},
    ),
    "v3-2.md": (
        "Version 3.2",
        ("AI",),
        {"webUrl": "https://code.example/changelog#v3-2"},
    ),
    "column-1.md": (
        "What grew in our garden this week",
        ("AI",),
        {"webUrl": "https://news.example/garden/1"},
    ),
    "column-2.md": (
        "What grew in our garden this week",
        ("AI",),
        {
            "webUrl": "https://news.example/garden/2",
            "publishedDateTime": "2026-11-08",
            "excerpt": "Beans, at last.",
        },
    ),
    "alive.md": (
        "Type /stop and write to @editor about $CASH #now",
        ("AI",),
        {"excerpt": "Say /start to @all."},
    ),
    "markup.md": (
        "The <video> element & its kin",
        ("AI",),
        {
            "excerpt": "the &lt;video&gt; element, List&lt;B&gt; and <![CDATA[more of it]]>",
            "images": [{"url": "//pics.example/pic.jpg"}],
            "publishedDateTime": "2026-10-16T00:30:00+02:00",
        },
    ),
    "long.md": (
        "A long excerpt",
        tuple(f"Topic {one}" for one in range(8)),
        {"excerpt": "Word after word. " * 60},
    ),
    "held.md": ("Waits for an editor", ("AI",), {"published": False}),
    "same-1.md": ("Told twice", ("AI",), {}),
    "same-2.md": ("Told twice", ("AI",), {}),
    "untitled.md": ("", (), {}),
}
RAW = {
    "broken.md": "---\ntitle: [unclosed\n---\n",
    "merged.md": "---\ndefaults: &d {topics: [AI], quality: 50}\n<<: *d\ntitle: Merged keys\nwebUrl: https://m.example/\n---\n",
    "mistaken.md": "---\ntitle: Mistaken fields\nwebUrl: https://mistaken.example/\nquality: high\n"
    "publishedDateTime: yesterday\n---\n",
}
#: What is recorded last, and has not gone out: the one that waits for nothing goes to two followers of three.
WAITING = {
    f"wait-{number}.md": (f"What waits, number {number}", ("AI",), {})
    for number in range(1, 6)
}


def main() -> None:
    home = Path(sys.argv[1])
    asyncio.run(past(home, Path(sys.argv[2])) if len(sys.argv) > 2 else life(home))


async def past(home: Path, told: Path) -> None:
    """Live through a history, and leave its database."""
    outcome = await history.replay(home, history.days(history.writes(told)))
    keep(outcome.database, home / "quiet.db")


async def life(home: Path) -> None:
    clock = [NOON]
    folder = home / "articles"
    async with Sandbox(clock=lambda: clock[0], token=TOKEN) as sandbox:
        _, _, people, group = inhabit(sandbox)
        settings = settings_of(home, sandbox)
        write(folder, AT_FIRST, clock[0])
        await run(settings, clock)
        for person, topic in zip(
            people, ("AI", "AI, Space", "AI", "Space"), strict=False
        ):
            await sandbox.open_link(person)
            await sandbox.say(person, f"/topic {topic}")
        await sandbox.say(people[0], "/topic@paperboy_demo_bot Space", group)
        await run(settings, clock)
        write(folder, LATER, clock[0])
        for path, text in RAW.items():
            put(folder / path, text, clock[0])
        await run(settings, clock)
        change(folder, clock[0])
        await sandbox.block(people[2])
        await run(settings, clock)
        again(settings, clock[0])
        await run(settings, clock)
        keep(settings.store.database, home / "quiet.db")
        write(folder, WAITING, clock[0])
        async with App.opened(settings, words(None), lambda: clock[0]) as app:
            await app.scan()
        trouble(settings, clock[0])
        keep(settings.store.database, home / "busy.db")
        for path in WAITING:
            (folder / path).unlink()


def inhabit(sandbox: Sandbox) -> tuple[Chat, Chat, list[Person], Chat]:
    """The chats of this life, in an order that numbers them."""
    world = sandbox.world
    daily = world.add_channel("Paperboy Daily", username="paperboy_daily")
    space = world.add_channel("Space", username="paperboy_space")
    people = [world.add_person(name) for name in ("Ann", "Bob", "Cid", "Dot", "Eddie")]
    world.open_private(people[4])
    return (
        daily,
        space,
        people,
        world.add_group("Readers", members=people[:2], admins=people[:1]),
    )


def settings_of(home: Path, sandbox: Sandbox) -> Settings:
    told: dict[str, Any] = {
        "telegram": {
            "token": sandbox.token,
            "api_base_url": sandbox.base_url,
            "admins": [EDITOR],
        },
        "feed": {
            "folder": str(home / "articles"),
            "first_run": 3,
            "settle_seconds": 0,
            "unpublished": "hold",
        },
        "store": {"database": str(home / "paperboy.db")},
        "channels": [
            {"chat": "@paperboy_daily"},
            {"chat": "@paperboy_space", "topics": ["Space"]},
        ],
        "pace": {
            "messages_per_second": 10_000,
            "per_chat_seconds": 0,
            "per_group_minute": 100_000,
        },
        "delivery": {"edit_seconds": 0},
    }
    return Settings(**told)


async def run(settings: Settings, clock: list[datetime]) -> None:
    """Run once, as from a cron host, a minute later."""
    clock[0] += timedelta(minutes=1)
    async with App.opened(settings, words(None), lambda: clock[0]) as app:
        await app.run_once()


def write(
    folder: Path,
    told: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]],
    at: datetime,
) -> None:
    for path, (title, topics, fields) in told.items():
        address = {
            "webUrl": f"https://news.example/{path.removesuffix('.md')}"
        } | fields
        put(folder / path, document(title, *topics, **address), at)


def put(place: Path, text: str, at: datetime) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    os.utime(place, (at.timestamp(), at.timestamp()))


def change(folder: Path, at: datetime) -> None:
    """One is edited, one is taken back, two files turn out to tell one story, one is lost."""
    title, topics, fields = LATER["plain.md"]
    write(
        folder, {"plain.md": (title, topics, {**fields, "excerpt": "Told anew."})}, at
    )
    write(
        folder,
        {"2026/6.md": ("Lighthouse letter number 6", ("Space",), {"removed": True})},
        at,
    )
    write(
        folder,
        {
            "same-2.md": (
                "Told twice",
                ("AI",),
                {"webUrl": "https://news.example/same-1"},
            )
        },
        at,
    )
    (folder / "2026/1.md").unlink()


def again(settings: Settings, at: datetime) -> None:
    """An editor posts one article once more."""
    with closing(open_database(settings.store.database)) as db:
        found = editing.find(db, "plain.md")
        assert found is not None
        channels = [chat.id for chat in chats.channels(db)][:1]
        editing.republish(
            db, found.id, at, [Channel(chat=one, begun=at) for one in channels]
        )


def trouble(settings: Settings, at: datetime) -> None:
    """Leave deliveries in every state."""
    with closing(open_database(settings.store.database)) as db:
        fanouts.extend(
            db, at, 2
        )  # the first cursor stands in the middle, the others at the beginning
        found = outbox.due(db, at, most=9)
        payload = ({"method": "sendMessage", "text": "…"}, "form")
        channel = found[0].delivery
        outbox.begin(db, {channel.id: payload}, at)
        outbox.settle(
            db, [(channel, settle(Refused("the chat is too small"), channel, at))], at
        )
        for outcome in (Unknown("lost"), None):  # the channel's next, and who follows
            for one in outbox.due(db, at, most=9)[: 2 if outcome else 1]:
                outbox.begin(db, {one.delivery.id: payload}, at)
                if outcome:
                    outbox.settle(
                        db, [(one.delivery, settle(outcome, one.delivery, at))], at
                    )
        doubtful = rows(
            db, "SELECT id FROM deliveries WHERE state = 'doubtful' AND lane = 0"
        )
        doubts.later(db, doubtful[0]["id"], at + timedelta(minutes=1), "looked for")
        doubts.see(
            db,
            rows(db, "SELECT chat_id FROM chats WHERE setting IS NOT NULL")[0][
                "chat_id"
            ],
            999,
            at,
        )
        updates.first_alert(db, "rejected:broken.md", at)


def keep(database: Path, copy: Path) -> None:
    """Copy a database as it is, whole."""
    with (
        closing(sqlite3.connect(database)) as db,
        closing(sqlite3.connect(copy)) as made,
    ):
        db.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")


if __name__ == "__main__":
    main()
