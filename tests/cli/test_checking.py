"""What `check` foresees: whatever would post nothing or fail later, each with what to do about it."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.cli import check, checking
from bot.cli.checking import Finding, survey
from bot.domain.arrival import Waits
from bot.domain.chat import ChatKind
from bot.domain.record import pack
from bot.errors import UsageError
from bot.sandbox import Sandbox, faults, objects
from bot.settings import Settings
from bot.store import facts, files, recording
from bot.store.database import open_database
from bot.store.facts import Fact
from bot.store.recording import Entry
from tests.support import newsroom
from tests.support.privilege import without_privilege

RIGHTS = ["can_post_messages", "can_delete_messages"]
#: A moment for what does not ask Telegram, whose clock it would be compared with.
AT = datetime(2026, 11, 27, tzinfo=UTC)


class Place:
    """A folder of articles and settings around it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.articles = path / "articles"
        self.config = path / "config"
        self.articles.mkdir()
        self.config.mkdir()

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def article(self, name: str = "one.md", **fields: object) -> None:
        rows = {
            "title": f"About {name}",
            "webUrl": f"https://host.example/{name}",
            **fields,
        }
        self.write(
            f"articles/{name}",
            "---\n"
            + "".join(f"{key}: {value}\n" for key, value in rows.items())
            + "---\n",
        )

    def settings(self, sandbox: Sandbox | None = None, **sections: Any) -> Settings:
        chosen: dict[str, Any] = {
            "feed": {},
            "telegram": {},
            "store": {"database": str(self.path / "paperboy.db")},
        }
        chosen |= {
            name: value
            for name, value in sections.items()
            if not isinstance(value, dict)
        }
        for name, value in sections.items():
            if isinstance(value, dict):
                chosen[name] = chosen.get(name, {}) | value
        chosen["feed"].setdefault("folder", str(self.articles))
        if sandbox:
            chosen["telegram"] |= {
                "token": sandbox.token,
                "api_base_url": sandbox.base_url,
            }
        return Settings.model_validate(chosen)

    async def found(
        self, sandbox: Sandbox | None = None, **sections: Any
    ) -> list[Finding]:
        """What there is to say beside that all is well, of missing editors or a missing token apart."""
        chosen = self.settings(sandbox, **sections)
        found = await checking.findings(
            chosen, self.config, *([] if sandbox else [lambda: AT])
        )
        usual = (
            "telegram.admins: nobody",
            "channels: none",
            "telegram.token: is missing",
        )
        return [one for one in found if one.level != "fine" and one.what not in usual]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def said(found: Iterable[Finding]) -> str:
    found = list(found)
    assert all(one.fix for one in found)
    return "\n".join(f"{one.level}: {one.what}\n{one.fix}" for one in found)


# --- the channels -----------------------------------------------------------------------------------------------------


async def test_one_chat_under_a_name_and_a_number_is_found_twice(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    news = sandbox.world.add_channel("News", username="newsroom", bot_rights=RIGHTS)
    found = await place.found(
        sandbox, channels=[{"chat": "@newsroom"}, {"chat": str(news.id)}]
    )
    assert said(found).startswith(
        f"problem: channels: {news.id}: News (@newsroom): is the same chat as @newsroom\n"
    )


async def test_threads_of_one_forum_are_chats_of_their_own_and_general_is_no_thread(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    forum = sandbox.world.add_group(
        "Forum", forum=True, bot="administrator", username="forum"
    )
    number = sandbox.world.add_topic(forum, "AI").id
    blocks = [{"chat": "@forum"}, {"chat": "@forum", "thread": number}]
    assert await place.found(sandbox, channels=blocks) == []
    (twice,) = await place.found(
        sandbox, channels=[blocks[0], {"chat": str(forum.id), "thread": 1}]
    )
    assert "is the same chat as @forum" in twice.what
    (general,) = await place.found(sandbox, channels=[{"chat": "@forum", "thread": 1}])
    assert ("General" in general.what, general.level) == (True, "warning")


@pytest.mark.parametrize(
    ("forum", "thread", "words"),
    [
        (False, 77, "not a forum"),
        (True, 77, "no such thread"),
        (True, -1, "no such thread"),
        (True, -2, "closed"),
    ],
)
async def test_a_thread_that_is_not_there_is_a_problem(
    place: Place, sandbox: Sandbox, forum: bool, thread: int, words: str
) -> None:
    place.article()
    group = sandbox.world.add_group("Readers", forum=forum, username="readers")
    if thread < 0:
        topic = sandbox.world.add_topic(group, "AI")
        topic.deleted, topic.closed = thread == -1, thread == -2
        thread = topic.id
    found = await place.found(
        sandbox, channels=[{"chat": "@readers", "thread": thread}]
    )
    assert said(found).startswith(
        f"problem: channels: @readers: Readers, thread {thread}: "
    )
    assert words in said(found)
    assert not [
        call
        for call in sandbox.calls
        if call.method.lower().startswith("send")
        and "action" not in call.method.lower()
    ]


async def test_the_right_to_edit_posts_of_others_is_advised_against(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    sandbox.world.add_channel(
        "News", username="newsroom", bot_rights=[*RIGHTS, "can_edit_messages"]
    )
    (found,) = await place.found(sandbox, channels=[{"chat": "@newsroom"}])
    assert found.level == "warning"
    assert found.what.startswith(
        "channels: @newsroom: News: the bot may edit posts of others"
    )


async def test_a_group_that_moved_is_followed_to_its_new_number(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    old = sandbox.world.add_group("Readers", supergroup=False)
    new = sandbox.world.migrate(old)
    (found,) = await place.found(sandbox, channels=[{"chat": str(old.id)}])
    assert f'chat = "{new.id}"' in found.fix


async def test_a_bot_that_was_banned_muted_or_left_out_is_told_apart(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    for name, status in (
        ("banned", "kicked"),
        ("muted", "restricted"),
        ("outside", "left"),
    ):
        group = sandbox.world.add_group(name.title(), username=name)
        sandbox.world.set_member(group, sandbox.world.bot, status)  # type: ignore[arg-type]
    found = await place.found(
        sandbox,
        channels=[{"chat": "@banned"}, {"chat": "@muted"}, {"chat": "@outside"}],
    )
    assert [one.level for one in found] == ["problem"] * 3
    assert [
        "removed" in found[0].what,
        "restricted" in found[1].what,
        "not a member" in found[2].what,
    ] == [True] * 3


@pytest.mark.parametrize(
    ("more", "words", "level"),
    [
        (
            {"slow_mode_delay": 30},
            "slow mode lets the bot write once in 30 seconds",
            "warning",
        ),
        ({"slow_mode_delay": 1}, "once in 1 second only", "warning"),
        (
            {"permissions": {"can_send_messages": False}},
            "only administrators may write",
            "problem",
        ),
        (
            {"permissions": {"can_send_messages": True, "can_send_photos": False}},
            "may not send photos",
            "warning",
        ),
    ],
)
async def test_what_holds_members_of_a_group_holds_a_bot_that_is_not_its_administrator(
    place: Place,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    more: dict[str, Any],
    words: str,
    level: str,
) -> None:
    place.article()
    whole = objects.full_chat
    monkeypatch.setattr(objects, "full_chat", lambda chat: whole(chat) | more)
    sandbox.world.add_group("Plain", username="plain")
    sandbox.world.add_group("Led", username="ledgroup", bot="administrator")
    sections = {
        "channels": [{"chat": "@plain"}, {"chat": "@ledgroup"}],
        "delivery": {"picture": "photo"},
    }
    (found,) = await place.found(sandbox, **sections)
    assert (words in found.what, found.level, "Plain" in found.what) == (
        True,
        level,
        True,
    )


async def test_a_person_is_not_a_channel(place: Place, sandbox: Sandbox) -> None:
    place.article()
    edith = sandbox.world.add_person("Edith")
    sandbox.world.open_private(edith)
    assert "not a channel or group" in said(
        await place.found(sandbox, channels=[{"chat": str(edith.id)}])
    )


# --- the account ------------------------------------------------------------------------------------------------------


async def test_an_editor_who_never_pressed_start_is_named_with_the_link_to_press_it(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    edith, stranger = (
        sandbox.world.add_person("Edith"),
        sandbox.world.add_person("Stan"),
    )
    sandbox.world.open_private(edith)
    found = await place.found(
        sandbox, telegram={"admins": [edith.id, stranger.id, 999]}
    )
    assert [one.what.split(":")[1].strip() for one in found] == [
        "999",
        str(stranger.id),
    ]
    assert all(
        "has not pressed Start" in one.what
        and "https://t.me/paperboy_demo_bot" in one.fix
        for one in found
    )


async def test_a_clock_far_from_telegrams_is_told_with_its_side(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    for off, words in (
        (timedelta(hours=2), "2 hours ahead of"),
        (-timedelta(days=1, minutes=1), "1 day behind"),
    ):
        chosen = place.settings(sandbox)
        found = await checking.findings(
            chosen, place.config, lambda off=off: datetime.now(UTC) + off
        )
        assert [words in one.what for one in found if one.what.startswith("clock")] == [
            True
        ]
    assert not any(
        one.what.startswith("clock")
        for one in await checking.findings(chosen, place.config)
    )


async def test_a_webhook_of_another_program_is_named_without_its_secret_path(
    place: Place, sandbox: Sandbox
) -> None:
    place.article()
    sandbox.updates.webhook_url = "https://other.example/secret-path"
    (found,) = await place.found(sandbox)
    assert "https://other.example" in found.what
    assert "secret-path" not in said([found])
    ours = {"public_url": "https://other.example", "listen": "127.0.0.1:0"}
    assert await place.found(sandbox, web=ours) == []
    alike = {"public_url": "https://other.ex", "listen": "127.0.0.1:0"}
    (found,) = await place.found(sandbox, web=alike)
    assert "perhaps another program's" in found.what
    sandbox.updates.webhook_url = ""


async def test_our_own_webhook_that_telegram_could_not_reach_is_told_with_its_error(
    place: Place, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.article()
    info = {
        "url": "https://bot.example/telegram",
        "last_error_message": "Connection refused",
    }
    monkeypatch.setattr(sandbox.world.webhook, "info", lambda: info)
    (found,) = await place.found(
        sandbox, web={"public_url": "https://bot.example", "listen": "127.0.0.1:0"}
    )
    assert found.what.endswith(
        "could not reach https://bot.example the last time: Connection refused"
    )


async def test_an_editor_who_blocked_the_bot_is_named(
    place: Place, sandbox: Sandbox
) -> None:
    from bot.store import chats
    from tests.support.newsroom import open_newsroom

    place.article()
    edith = sandbox.world.add_person("Edith")
    sandbox.world.open_private(edith)
    store = open_newsroom(place.path / "paperboy.db")
    row = chats.reader(
        store.db, edith.id, kind=ChatKind.PRIVATE, username="", title="Edith", at=AT
    )
    store.db.conn.execute(
        "UPDATE chats SET state = 'parked', reason = 'the reader blocked the bot' WHERE id = ?",
        [row.id],
    )
    store.db.conn.commit()
    store.db.close()
    (found,) = await place.found(sandbox, telegram={"admins": [edith.id]})
    assert found.what.startswith(
        f"telegram.admins: Edith ({edith.id}): can't be written to: "
    )


@pytest.mark.parametrize("fault", [faults.garbage(), faults.page()])
async def test_a_server_that_answers_but_is_not_the_bot_api_is_told_so(
    place: Place, sandbox: Sandbox, fault: faults.Fault
) -> None:
    place.article()
    sandbox.fail("getMe", fault, times=None)
    (found,) = await place.found(sandbox)
    assert found.what.startswith(
        "telegram.api_base_url: what answers there is not the Bot API"
    )
    assert "https://api.telegram.org" in found.fix


# --- the articles -----------------------------------------------------------------------------------------------------


async def test_an_empty_folder_and_patterns_that_match_nothing_are_told_apart(
    place: Place,
) -> None:
    assert "is empty, so there is nothing to post" in said(await place.found())
    place.write("articles/post.rst", "Title")
    text = said(await place.found())
    assert "no file matches feed.patterns, for example post.rst does not" in text
    assert '"**/*.rst"' in text


async def test_each_pattern_that_matches_nothing_is_named(place: Place) -> None:
    place.article("de/one.md")
    (found,) = await place.found(
        feed={"patterns": ["de/*.md", "en/*.md", "**/*.markdown"]}
    )
    assert found.what.startswith('feed.patterns: "en/*.md" matches no file')
    assert await place.found() == []


async def test_folders_that_cant_be_read_and_files_that_are_no_articles_are_named(
    place: Place,
) -> None:
    place.article()
    place.write("articles/bad.md", "no front matter")
    (place.articles / "closed").mkdir(mode=0o000)
    await place.found()  # what is imported at first use, while it may be read
    with without_privilege(place.path):
        text = said(await place.found())
    assert "closed: this folder can't be read" in text.replace("closed/", "closed")
    assert "1 file in it is not an article; bad.md: " in text
    place.write("articles/worse.md", "no front matter")
    assert "2 files in it are not articles; " in said(await place.found())


async def test_articles_that_all_wait_are_counted_by_what_they_wait_for(
    place: Place,
) -> None:
    place.article("one.md", draft="true")
    place.article("two.md", draft="true")
    place.article("three.md", publishedDateTime="2030-01-01T00:00:00Z")
    assert (
        "none of its articles can be posted now: 2 are drafts, 1 has a future date"
        in said(await place.found())
    )
    place.article("four.md")
    assert await place.found() == []


async def test_articles_that_are_all_too_old_are_told(place: Place) -> None:
    place.article("one.md", publishedDateTime="2026-11-20T00:00:00Z")
    place.article("two.md", publishedDateTime="2026-01-20T00:00:00Z")
    (found,) = await place.found(feed={"max_age_days": 5})
    assert (
        found.what
        == "feed.max_age_days = 5: every article is older; the newest is 7 days old"
    )
    assert await place.found(feed={"max_age_days": 8}) == []


async def test_a_first_run_of_nothing_with_articles_there_is_told(place: Place) -> None:
    channels = [{"chat": "@newsroom"}]
    place.article()
    (found,) = await place.found(feed={"first_run": 0}, channels=channels)
    assert "the article that is there now will not be posted" in found.what
    place.article("two.md")
    (found,) = await place.found(feed={"first_run": 0}, channels=channels)
    assert "the 2 articles that are there now" in found.what


# --- filters ----------------------------------------------------------------------------------------------------------


async def test_an_unknown_topic_is_told_with_the_nearest(place: Place) -> None:
    place.article(topics="[Robotics]")
    place.write("config/topics.toml", '[[topics]]\nname = "Computer Vision"\n')
    wanted = ["Robotics", "computer vision", "Computr Vision", "Gardening"]
    near, none = await place.found(channels=[{"chat": "@newsroom", "topics": wanted}])
    assert near.what.startswith(
        "channels: @newsroom: topics: “Computr Vision”: no article carries it"
    )
    assert near.fix == "Did you mean Computer Vision?"
    assert "“Gardening”" in none.what
    assert "still to come" in none.fix


async def test_a_topic_that_only_recorded_articles_carry_is_known(place: Place) -> None:
    from bot.store import follows
    from tests.support.newsroom import open_newsroom

    place.article(topics="[Robotics]")
    store = open_newsroom(place.path / "paperboy.db")
    store.db.conn.execute(
        "INSERT INTO topics (key, name, code, articles) VALUES ('gardening', 'Gardening', 'x', 1)"
    )
    store.db.conn.commit()
    assert [one.name for one in follows.overview(store.db)] == ["Gardening"]
    store.db.close()
    found = await place.found(
        channels=[{"chat": "@newsroom", "topics": ["Gardening", "Robotics"]}]
    )
    assert found == []


async def test_a_quality_that_no_article_has_is_told(place: Place) -> None:
    channels = [{"chat": "@newsroom", "min_quality": 90}]
    assert "min_quality" not in said(
        await place.found(channels=channels)
    )  # no article yet: it may come
    assert "usually end at 100" in said(
        await place.found(channels=[{"chat": "@newsroom", "min_quality": 101}])
    )
    place.article(publishQuality="87", quality="87")
    (found,) = await place.found(channels=channels)
    assert found.what == (
        "channels: @newsroom: min_quality = 90: no article has it; the highest quality is 87"
    )


async def test_of_a_large_folder_the_newest_files_are_read_and_it_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "READ", 2)
    for number in range(3):
        place.article(f"{number}.md", quality=str(number))
        os.utime(place.articles / f"{number}.md", (1_000 - number, 1_000 - number))
    (found,) = await place.found(channels=[{"chat": "@newsroom", "min_quality": 3}])
    assert "none of the newest articles has it; the highest quality is 1" in found.what


async def test_filters_that_exclude_each_other_are_told(place: Place) -> None:
    place.article("one.md", topics="[Robotics]", quality="10")
    place.article("two.md", topics="[Space]", quality="90")
    (found,) = await place.found(
        channels=[{"chat": "@newsroom", "topics": ["Robotics"], "min_quality": 50}]
    )
    assert "none of 2 articles passes its filters" in found.what
    assert (
        await place.found(
            channels=[{"chat": "@newsroom", "topics": ["Space"], "min_quality": 50}]
        )
        == []
    )


async def test_what_waits_for_editors_where_there_are_none_is_told(
    place: Place,
) -> None:
    place.article()
    found = await place.found(
        feed={"drafts": "hold"}, channels=[{"chat": "@newsroom", "on_doubt": "ask"}]
    )
    assert [one.what.split(" = ")[0] for one in found] == [
        "feed.drafts",
        "channels: @newsroom: on_doubt",
    ]


# --- the files beside the settings ------------------------------------------------------------------------------------


async def test_templates_that_nothing_uses_are_told_with_the_name_they_were_meant_to_have(
    place: Place,
) -> None:
    place.article()
    for name in (
        "posts.html.j2",
        "replies/helpp.html.j2",
        "help.html.j2",
        "post.j2",
        "parts/mine.html.j2",
        "odd.txt",
    ):
        place.write(f"config/templates/{name}", "Words")
    place.write(
        "config/templates/replies/stopped.html.j2", '{% include "parts/mine.html.j2" %}'
    )
    place.write("config/templates/.post.html.j2.swp", "")
    found = {Path(one.what.split(": ")[1]).name: one.fix for one in await place.found()}
    assert found == {
        "posts.html.j2": "Rename it to post.html.j2, or remove it.",
        "helpp.html.j2": "Rename it to replies/help.html.j2, or remove it.",
        "help.html.j2": "Rename it to replies/help.html.j2, or remove it.",
        "post.j2": "Rename it to post.html.j2, or remove it.",
        "odd.txt": "Remove it, or give it the name of a shipped one.",
    }


async def test_parents_that_are_no_topics_are_told_and_loops_too(place: Place) -> None:
    place.article(topics="[Science]")
    topics = {
        "Vision": "Artificial Inteligence",
        "Artificial Intelligence": "Science",
        "A": "B",
        "B": "A",
    }
    text = "".join(
        f'[[topics]]\nname = "{name}"\nparent = "{parent}"\n'
        for name, parent in topics.items()
    )
    place.write("config/topics.toml", text)
    first, *loops = await place.found()
    assert (
        "“Vision” has the parent “Artificial Inteligence”, which is not a topic"
        in first.what
    )
    assert first.fix == "Did you mean Artificial Intelligence?"
    assert ["leads back to it" in one.what for one in loops] == [True, True]


async def test_a_file_of_topics_under_another_name_is_told(place: Place) -> None:
    place.article()
    place.write("config/topic.toml", "")
    assert "Rename it to topics.toml." in said(await place.found())


def test_broken_topics_keep_no_other_finding_from_being_told(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.path)
    monkeypatch.delenv("PAPERBOY_CONFIG", raising=False)
    place.write("config/topics.toml", "topics = 1")
    place.write("config/paperboy.toml", '[feed]\nfolder = "nowhere"\n')
    with pytest.raises(UsageError, match=r"topics\.toml"):
        check.check()
    assert "nowhere: there is no such folder" in capsys.readouterr().out


# --- disk and web -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "level"), [(50_000_000, "warning"), (10_000, "problem")]
)
async def test_a_disk_that_is_nearly_full_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    place.article()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    (found,) = await place.found()
    assert (f"only {free // 1_000_000} MB left" in found.what, found.level) == (
        True,
        level,
    )


@pytest.mark.parametrize("exists", [True, False])
async def test_a_folder_of_the_database_that_may_not_be_written_is_told(
    place: Place, exists: bool
) -> None:
    place.article()
    (place.path / "locked").mkdir(mode=0o555)
    if exists:
        from tests.support.newsroom import open_newsroom

        open_newsroom(place.path / "locked" / "paperboy.db").db.close()
        (place.path / "locked" / "paperboy.db").chmod(0o444)
    await place.found()  # what is imported at first use, while it may be read
    with without_privilege(place.path):
        (place.path / "locked").stat()
        found = await place.found(
            store={"database": str(place.path / "locked" / "paperboy.db")}
        )
    assert "problem: store.database: " in said(found)


@pytest.mark.parametrize(
    ("web", "words"),
    [
        ({"public_url": "https://bot.example"}, "web.listen is empty"),
        (
            {"public_url": "http://bot.example", "listen": "127.0.0.1:0"},
            "https addresses only",
        ),
        (
            {"public_url": "https://bot.example:8444", "listen": "127.0.0.1:0"},
            "does not call port 8444",
        ),
        (
            {"public_url": "https://bot.example:99999", "listen": "127.0.0.1:0"},
            "is not an address",
        ),
        *(
            (
                {"public_url": f"https://{host}/tg", "listen": "127.0.0.1:0"},
                "inside your own network, which Telegram can't reach",
            )
            for host in ("localhost", "127.0.0.1", "[::1]", "10.0.0.5", "nas.local")
        ),
        ({"listen": "127.0.0.1:70000"}, "there is no port 70000"),
        ({"listen": "192.0.2.1:8080"}, "can't be used"),
    ],
)
async def test_addresses_that_would_not_work_are_told(
    place: Place, web: dict[str, str], words: str
) -> None:
    place.article()
    (found,) = await place.found(web=web)
    assert words in found.what


async def test_an_address_that_another_program_listens_at_is_told(place: Place) -> None:
    place.article()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        (found,) = await place.found(
            web={"listen": f"127.0.0.1:{other.getsockname()[1]}"}
        )
    assert "address already in use" in found.what


def _waiting(place: Place, waits: Waits, count: int) -> None:
    """Let so many articles of the database wait."""
    place.article()
    with closing(open_database(place.path / "paperboy.db")) as db:
        for number in range(count):
            told = pack(
                newsroom.article(f"Part {number}", f"https://host.example/{number}")
            )
            recording.write(db, [Entry(number + 1, told, f"{number}.md", waits)], AT)


@pytest.mark.parametrize("waits", [Waits.BULK, Waits.RESTORED])
@pytest.mark.parametrize(("count", "words"), [(1, "1 waits for"), (3, "3 wait for")])
async def test_articles_that_wait_for_an_editors_decision_are_told(
    place: Place, waits: Waits, count: int, words: str
) -> None:
    _waiting(place, waits, count)
    assert f"warning: articles: {words} an editor's decision\n" in said(
        await place.found()
    )


async def test_what_was_decided_of_a_bulk_arrival_without_an_editor_is_told(
    place: Place,
) -> None:
    _waiting(place, Waits.NOTHING, 1)
    with closing(open_database(place.path / "paperboy.db")) as db:
        facts.put(
            db,
            Fact.BULK_SKIPPED,
            "30 older articles arrived at once and no editor could be asked",
        )
    found = said(await place.found())
    assert (
        "warning: articles: 30 older articles arrived at once and no editor could be asked\n"
        in found
    )


async def test_what_was_decided_without_an_editor_is_told_for_a_month(
    place: Place,
) -> None:
    _waiting(place, Waits.NOTHING, 1)
    with closing(open_database(place.path / "paperboy.db")) as db:
        facts.put(
            db,
            Fact.BULK_SKIPPED,
            "2001-02-03 04:05 UTC: 30 older articles arrived at once",
        )
    assert "older articles arrived" not in said(await place.found())


async def test_a_folder_that_held_articles_and_is_empty_is_told(place: Place) -> None:
    with closing(open_database(place.path / "paperboy.db")) as db:
        for number in range(12):
            files.put(db, f"{number}.md", (1, 1, number), article=None, at=AT)
    (found,) = await place.found()
    assert ("0 of 12 files are there" in found.what, "mounted" in found.fix) == (
        True,
        True,
    )
