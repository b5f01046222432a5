"""The real feed's eleven months, lived by the code of d2f2f24, then an upgrade: nothing is sent, edited or deleted."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.topics import Taxonomy
from bot.publish import verification
from bot.settings import Channel
from bot.store.database import number
from tests.support import upgrade

pytestmark = pytest.mark.real
CHANNELS = [{"chat": "@paperboy_daily"}]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return upgrade.eleven_months(tmp_path_factory.mktemp("before"))


async def test_the_eleven_months_upgraded_and_read_anew_post_edit_and_delete_nothing(
    past: Path, tmp_path: Path
) -> None:
    feed = {"first_run": "all", "unpublished": "post"}
    async with upgrade.upgraded(past, tmp_path, channels=CHANNELS, feed=feed) as bot:
        standing = upgrade.deliveries(bot.database)
        assert sum(standing.values()) == 394
        bot.touch()
        left = [await bot.run(), await bot.run()]
        print("sent, edited, deleted:", len(bot.went_out()))
        assert (bot.went_out(), left) == ([], [0, 0])
        assert upgrade.deliveries(bot.database) == standing
        with closing(upgrade.asked(bot.database)) as db:
            assert number(db, "SELECT count(*) FROM files") == 409
            assert (
                number(db, "SELECT count(*) FROM files WHERE reason IS NOT NULL") == 0
            )
            found = verification.verify(
                db, [Channel(chat="@paperboy_daily")], Taxonomy(), bot.at, running=False
            )
        assert found.findings == []
