"""Which disks get lost, and what a new database on one starts with: nothing old, unless an operator chose it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import checking
from bot.publish import channel_start
from bot.settings import Channel as ChannelSetting
from bot.settings import Feed, Settings, Store
from bot.store import channel_starts, disk
from tests.support.newsroom import AT, Newsroom, article, open_newsroom
from tests.support.stage import Stage, staged

LASTING = "/dev/vda1 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n"
CONTAINER = "overlay / overlay rw,lowerdir=/a:/b 0 0\n/dev/vdb /data ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n"


@pytest.mark.parametrize(
    ("place", "mounts", "lost"),
    [
        ("/srv/paperboy.db", LASTING, False),
        ("/srv/paperboy.db", CONTAINER, True),
        ("/data/paperboy.db", CONTAINER, False),
        ("/database/paperboy.db", CONTAINER, True),
        ("/run/paperboy/paperboy.db", CONTAINER, True),
        ("/srv/paperboy.db", LASTING + "tmpfs /srv tmpfs rw 0 0\n", True),
        (
            "/srv/paperboy.db",
            LASTING + "tmpfs /srv tmpfs rw 0 0\n/dev/sdb /srv xfs rw 0 0\n",
            False,
        ),
        ("/my disk/paperboy.db", LASTING + "tmpfs /my\\040disk tmpfs rw 0 0\n", True),
        ("/srv/paperboy.db", "", False),
        ("/srv/paperboy.db", "nonsense\n\n", False),
    ],
)
def test_a_disk_is_known_by_the_file_system_that_holds_the_database(
    place: str, mounts: str, lost: bool
) -> None:
    assert bool(disk.temporary(Path(place), {}, mounts)) is lost


@pytest.mark.parametrize(
    "variable", ["DYNO", "RENDER", "RAILWAY_ENVIRONMENT", "FLY_APP_NAME", "K_SERVICE"]
)
def test_a_hosts_own_disk_gets_lost_at_every_restart(variable: str) -> None:
    assert "empties its disk" in disk.temporary(
        Path("/srv/paperboy.db"), {variable: "x"}, LASTING
    )
    assert disk.temporary(Path("/srv/paperboy.db"), {variable: ""}, LASTING) is None


def test_a_volume_of_a_host_that_has_such_lasts() -> None:
    mounts = LASTING + "/dev/vdc /data ext4 rw 0 0\n"
    assert (
        disk.temporary(Path("/data/paperboy.db"), {"FLY_APP_NAME": "x"}, mounts) is None
    )
    assert disk.temporary(
        Path("/data/paperboy.db"), {"DYNO": "web.1"}, mounts
    )  # Heroku's /app is a mount and no volume


def test_the_systems_own_list_of_mounts_is_read_and_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "mounts")
    assert disk.temporary(tmp_path / "paperboy.db", {}) is None
    (tmp_path / "mounts").write_text("tmpfs / tmpfs rw 0 0\n")
    assert (
        disk.temporary(tmp_path / "paperboy.db", {}) == "lies in the machine's memory"
    )


# --- a start ----------------------------------------------------------------------------------------------------------


def decide(
    newsroom: Newsroom, environ: Mapping[str, str], **feed: int
) -> channel_start.Start:
    channels = (ChannelSetting(chat="@news"),)
    chosen = Settings(
        feed=Feed(**feed),
        store=Store(database=Path("/srv/paperboy.db")),
        channels=channels,
    )
    return channel_start.decide(newsroom.db, chosen, newsroom.at, environ)


@pytest.fixture
def newsroom(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Newsroom:
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "none")
    return open_newsroom()


HEROKU = {"DYNO": "worker.1"}


def test_a_new_database_on_a_disk_that_lasts_starts_with_the_newest(
    newsroom: Newsroom,
) -> None:
    assert decide(newsroom, {}) == channel_start.Start(10)


def test_a_new_database_on_a_disk_that_gets_lost_starts_with_nothing_and_tells(
    newsroom: Newsroom,
) -> None:
    start = decide(newsroom, HEROKU)
    assert start.newest == 0
    (told,) = start.notices
    assert "Heroku" in told.reason


@pytest.mark.parametrize("first_run", [0, 10, 3])
def test_a_chosen_start_is_kept_wherever_the_database_lies_be_it_the_default(
    newsroom: Newsroom, first_run: int
) -> None:
    assert decide(newsroom, HEROKU, first_run=first_run) == channel_start.Start(
        first_run
    )


def test_a_database_that_has_served_is_not_lost_and_a_channel_added_to_it_starts_as_usual(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@old")
    assert channel_starts.any_begun(newsroom.db)
    assert decide(newsroom, HEROKU) == channel_start.Start(10)


def test_a_database_in_which_somebody_wrote_has_served(newsroom: Newsroom) -> None:
    newsroom.reader(7, "AI")
    assert decide(newsroom, HEROKU) == channel_start.Start(10)


def test_a_start_leaves_out_what_is_too_old_among_the_newest(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news", begun=False)
    for day in range(5):
        newsroom.record(
            f"{day}.md",
            article(
                f"Story {day}",
                f"https://one.example/{day}",
                published=AT - timedelta(days=day),
            ),
        )
    start = decide(newsroom, {}, max_age_days=2, first_run=4)
    assert (
        channel_start.begin(newsroom.db, newsroom.rules.channels, start, newsroom.at)
        == 3
    )
    assert [title for _, title in newsroom.deliver()] == [
        "Story 2",
        "Story 1",
        "Story 0",
    ]
    skipped = [
        number
        for number in range(1, 6)
        if newsroom.states(number) == {"@news": "skipped"}
    ]
    assert len(skipped) == 2


# --- the whole bot ----------------------------------------------------------------------------------------------------


async def lost_and_started(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start on an empty database as on a host that lost the last one, by the settings a newcomer has."""
    monkeypatch.setenv("DYNO", "worker.1")
    defaults = stage._defaults()
    del defaults["feed"]["first_run"]
    monkeypatch.setattr(stage, "_defaults", lambda: defaults)
    await stage.start()


async def test_a_bot_that_lost_its_database_repeats_nothing_and_goes_on_with_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        stage.drop("An old story")
        await stage.start()
        await stage.post("An old story")
        await stage.stop()
        for file in tmp_path.glob("paperboy.db*"):
            file.unlink()
        await lost_and_started(stage, monkeypatch)
        assert "nothing old is posted" in await stage.told("The database", "Heroku")
        stage.drop("A new story")
        await stage.post("A new story")
        await stage.settled()
        assert len(stage.posts("An old story")) == 1


@pytest.mark.parametrize(("feed", "warned"), [({}, True), ({"first_run": 10}, False)])
async def test_check_warns_of_a_new_database_on_a_disk_that_gets_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, feed: dict[str, int], warned: bool
) -> None:
    monkeypatch.setenv("DYNO", "worker.1")
    database = tmp_path / "paperboy.db"
    chosen = Settings(
        feed=Feed(folder=tmp_path, **feed), store=Store(database=database)
    )

    def warnings(found: list[checking.Finding]) -> list[str]:
        return [
            one.what for one in found if one.level == "warning" and "is new" in one.what
        ]

    assert bool(warnings(await checking.findings(chosen))) is warned
    newsroom = open_newsroom(database)
    assert bool(warnings(await checking.findings(chosen))) is warned
    newsroom.open_channel("@news")
    newsroom.db.close()
    assert warnings(await checking.findings(chosen)) == []
