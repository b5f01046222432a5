"""Files that are read again before their posts are sent: why one is no longer its article."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.ingest import reread
from bot.store.thread import Store
from tests.support.scanned import ScannedFolder


@pytest.fixture
async def reading(tmp_path: Path) -> AsyncIterator[ScannedFolder]:
    """A folder whose file a.md was read as article 1."""
    (tmp_path / "feed").mkdir()
    store = Store(":memory:")
    made = ScannedFolder(tmp_path / "feed", store)
    made.write("a.md", "A story of these days about the harbour")
    await made.scanner.scan()
    yield made
    store.close()


async def _problems(reading: ScannedFolder) -> dict[str, str]:
    return await reread.problems(
        reading.store, reading.scanner, reading.folder, {"a.md": 1}
    )


async def test_a_file_that_stays_is_read_and_recorded(reading: ScannedFolder) -> None:
    assert await _problems(reading) == {}
    reading.write("a.md", "A story of these days about the harbour", draft="true")
    assert await _problems(reading) == {}
    waits = await reading.store(
        lambda db: db.execute("SELECT waits FROM articles").fetchone()[0]
    )
    assert waits == "draft"


async def test_a_file_that_is_gone_is_told_unless_another_has_its_article(
    reading: ScannedFolder,
) -> None:
    place = reading.write("a.md", "A story of these days about the harbour")
    place.rename(reading.folder / "b.md")
    assert await _problems(reading) == {"a.md": "a.md is no longer in the folder"}
    await reading.scanner.scan()
    assert await _problems(reading) == {}


async def test_a_file_that_is_no_article_any_more_is_told_with_its_reason(
    reading: ScannedFolder,
) -> None:
    (reading.folder / "a.md").write_text("---\ntitle: x\n")
    (problem,) = (await _problems(reading)).values()
    assert problem.startswith("a.md is not an article any more: ")
    assert len(problem) > len("a.md is not an article any more: ")


async def test_a_file_that_has_another_article_is_told(reading: ScannedFolder) -> None:
    reading.write(
        "a.md",
        "Quite another tale of a far-off mountain village",
        webUrl="https://other.example/tale",
        publishedDateTime="2026-01-02T00:00:00Z",
        excerpt="A long walk up to a village that nobody has ever seen in winter.",
    )
    assert await _problems(reading) == {"a.md": "a.md describes another article now"}


async def test_nothing_is_known_while_the_folder_is_away(
    reading: ScannedFolder,
) -> None:
    reading.folder.rename(reading.folder.with_name("away"))
    assert await _problems(reading) == {}


async def test_nothing_is_known_while_the_folder_is_an_empty_mount_point(
    reading: ScannedFolder,
) -> None:
    (reading.folder / "a.md").unlink()
    assert await _problems(reading) == {}


async def test_nothing_is_known_while_the_folder_cannot_be_reached(
    reading: ScannedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("os.scandir", refuse)
    monkeypatch.setattr(Path, "stat", refuse)
    assert await _problems(reading) == {}
