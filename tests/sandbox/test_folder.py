"""The demo's folder: copies, drops, edits and withdraws files, with the disk and HTTP real."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.domain import plain_text
from bot.sandbox import titles
from bot.sandbox.folder import Folder, FolderError
from tests.support.paths import ROOT

NAMES = [f"{n:02}-story.md" for n in range(1, 13)]


def matter(text: str) -> dict[str, Any]:
    """The front matter as the feed's YAML reads it."""
    found: dict[str, Any] = yaml.safe_load(
        text.lstrip("\ufeff").replace("\r\n", "\n").split("---\n")[1]
    )
    return found


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text(
            f'---\ntitle: "Story {name[:2]}"\nquality: 5\n---\nBody\n'
        )
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy"


def names(listing: list[dict[str, Any]]) -> list[str]:
    return [file["name"] for file in listing]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_first_samples_lie_in_the_folder_and_the_others_wait(
    samples: Path, copy: Path
) -> None:
    listing = Folder(samples, copy, 8).listing()
    assert names(listing["posted"]) == NAMES[:8]
    assert names(listing["waiting"]) == NAMES[8:]
    assert listing["waiting"][0] == {"name": "09-story.md", "title": "Story 09"}


def test_dropping_takes_the_next_sample_or_the_one_named(
    samples: Path, copy: Path
) -> None:
    folder = Folder(samples, copy, 8)
    folder.drop()
    folder.drop("12-story.md")
    listing = folder.listing()
    assert names(listing["posted"])[-2:] == ["09-story.md", "12-story.md"]
    assert names(listing["waiting"]) == ["10-story.md", "11-story.md"]


def test_nothing_is_left_to_drop_when_all_samples_lie_in_the_folder(
    samples: Path, copy: Path
) -> None:
    with pytest.raises(FolderError, match="No sample is waiting"):
        Folder(samples, copy, 12).drop()


def test_no_change_ever_touches_the_samples(samples: Path, copy: Path) -> None:
    before = content(samples)
    folder = Folder(samples, copy, 3)
    folder.drop()
    folder.edit("01-story.md")
    folder.withdraw("02-story.md")
    assert content(samples) == before


def test_editing_without_a_name_takes_the_file_that_changed_last(
    samples: Path, copy: Path
) -> None:
    folder = Folder(samples, copy, 3)
    os.utime(copy / "01-story.md", (2_000_000_000, 2_000_000_000))
    folder.edit()
    assert matter((copy / "01-story.md").read_text())["title"] == "Story 01 (updated)"


def test_editing_again_counts_instead_of_piling_up(samples: Path, copy: Path) -> None:
    folder = Folder(samples, copy, 1)
    for _ in range(3):
        folder.edit("01-story.md")
    assert matter((copy / "01-story.md").read_text())["title"] == "Story 01 (updated 3)"


def test_a_withdrawn_file_says_so_and_is_not_edited_any_more(
    samples: Path, copy: Path
) -> None:
    folder = Folder(samples, copy, 1)
    folder.withdraw("01-story.md")
    listing = folder.listing()
    assert matter((copy / "01-story.md").read_text()) == {
        "title": "Story 01",
        "quality": 5,
        "removed": True,
    }
    assert listing["posted"][0]["withdrawn"] is True
    with pytest.raises(FolderError, match="can be edited"):
        folder.edit()


def test_a_name_that_leads_out_of_the_folder_is_never_followed(
    samples: Path, copy: Path
) -> None:
    outside = copy.parent / "secret.md"
    outside.write_text("---\ntitle: Secret\n---\n")
    folder = Folder(samples, copy, 1)
    for change in (folder.drop, folder.edit, folder.withdraw):
        with pytest.raises(FolderError, match="no such file"):
            change("../secret.md")
    assert outside.read_text() == "---\ntitle: Secret\n---\n"


def test_links_among_the_samples_are_not_copied(samples: Path, copy: Path) -> None:
    (samples / "00-link.md").symlink_to(samples / "01-story.md")
    listing = Folder(samples, copy, 1).listing()
    assert names(listing["posted"]) == ["01-story.md"]


def test_a_folder_kept_between_runs_goes_on_where_it_was(
    samples: Path, copy: Path
) -> None:
    first = Folder(samples, copy, 8)
    first.drop("12-story.md")
    first.edit("01-story.md")
    listing = Folder(samples, copy, 8).listing()
    assert names(listing["waiting"]) == ["09-story.md", "10-story.md", "11-story.md"]
    assert {
        "name": "01-story.md",
        "title": "Story 01 (updated)",
        "withdrawn": False,
    } in listing["posted"]


def test_a_file_put_there_by_hand_is_listed_and_can_be_edited(
    samples: Path, copy: Path
) -> None:
    folder = Folder(samples, copy, 1)
    (copy / "below").mkdir()
    (copy / "below" / "mine.txt").write_text("---\ntitle: Mine\n---\n")
    folder.edit("below/mine.txt")
    listing = folder.listing()
    assert {
        "name": "below/mine.txt",
        "title": "Mine (updated)",
        "withdrawn": False,
    } in listing["posted"]


def test_a_file_that_cannot_be_changed_is_named_with_its_reason(
    samples: Path, copy: Path
) -> None:
    folder = Folder(samples, copy, 0)
    (copy / "binary.md").write_bytes(b"---\ntitle: \xff\xfe\n---\n")
    (copy / "plain.md").write_text("No front matter")
    with pytest.raises(FolderError, match=r"binary\.md: .*UTF-8"):
        folder.edit("binary.md")
    with pytest.raises(FolderError, match=r"plain\.md: .*front matter"):
        folder.withdraw("plain.md")
    assert (copy / "binary.md").read_bytes() == b"---\ntitle: \xff\xfe\n---\n"


def test_no_unfinished_file_is_left_behind_or_ever_matches_an_article(
    samples: Path, copy: Path
) -> None:
    folder = Folder(samples, copy, 8)
    folder.drop()
    folder.edit()
    assert sorted(path.name for path in copy.iterdir()) == NAMES[:9]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('title: "Quoted \\"here\\" \\u00e9"  # why', 'Quoted "here" é'),
        ("title: 'It''s # no comment'", "It's # no comment"),
        ("title: Plain words, a - dash  # a comment", "Plain words, a - dash"),
        ("title: Plain\n  over two\n  lines", "Plain over two lines"),
        ('title: "Quoted\n  over two"', "Quoted over two"),
        ("title: >-\n  Folded\n  block", "Folded block"),
        ("title: |-\n  Literal # kept", "Literal # kept"),
        ("title: فارسی", "فارسی"),
        ('title: "With subtitle: colon"', "With subtitle: colon"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_spelling_of_a_title_is_read_and_changed_as_yaml_would(
    line: str, title: str, newline: str
) -> None:
    text = f"---\nkind: news\n{line}\nother: 'x'\n---\nBody\ntitle: not this\n".replace(
        "\n", newline
    )
    changed = titles.with_title_updated(text)
    assert titles.title_of(text) == title
    assert matter(changed) == {
        "kind": "news",
        "title": f"{title} (updated)",
        "other": "x",
    }
    assert changed.endswith(f"Body{newline}title: not this{newline}")
    assert matter(titles.with_title_updated(changed))["title"] == f"{title} (updated 2)"


@given(
    title=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
        min_size=1,
    )
)
def test_a_double_quoted_title_of_any_letters_survives_the_edit(title: str) -> None:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    text = f'---\ntitle: "{quoted}"\nquality: 3\n---\n'
    try:
        before = matter(text)["title"]
    except (yaml.YAMLError, IndexError):
        return
    assume("(updated" not in before)
    assert matter(titles.with_title_updated(text)) == {
        "title": f"{before} (updated)",
        "quality": 3,
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "---\ntitle: x\n",
        "---\nkind: news\n---\n",
        "---\ntitle:\n---\n",
        "title: x",
    ],
)
def test_a_text_without_a_closed_title_is_refused(text: str) -> None:
    assert titles.title_of(text) is None
    with pytest.raises(titles.NoTitle):
        titles.with_title_updated(text)


def test_a_related_title_is_not_taken_for_the_articles_own() -> None:
    text = '---\nrelated:\n  - title: "Other"\ntitle: "Own"\n---\n'
    assert matter(titles.with_title_updated(text)) == {
        "related": [{"title": "Other"}],
        "title": "Own (updated)",
    }


def test_withdrawing_replaces_an_older_word_on_the_matter() -> None:
    assert (
        titles.with_removed("---\nremoved: false\ntitle: x\n---\n")
        == "---\nremoved: true\ntitle: x\n---\n"
    )


def test_a_bom_stays_where_it_was() -> None:
    assert (
        titles.with_title_updated("\ufeff---\ntitle: x\n---\n")
        == "\ufeff---\ntitle: x (updated)\n---\n"
    )


@pytest.fixture
def events() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def client(
    samples: Path, copy: Path, events: list[tuple[str, Any]]
) -> httpx.AsyncClient:
    folder = Folder(samples, copy, 8, lambda event, data: events.append((event, data)))
    transport = httpx.ASGITransport(Starlette(routes=folder.routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://folder")


async def test_each_change_over_http_answers_and_publishes_the_new_listing(
    client: httpx.AsyncClient, events: list[tuple[str, Any]]
) -> None:
    answer = (await client.post("/sim/folder/drop", json={})).json()
    assert len(answer["posted"]) == 9
    assert events == [("folder", answer)]
    assert (await client.get("/sim/folder")).json() == answer


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("drop", {"name": "nowhere.md"}, 404),
        ("withdraw", {}, 404),
        ("burn", {}, 404),
        ("edit", {"name": 7}, 200),
        ("edit", [], 200),
    ],
)
async def test_what_a_request_asks_for_in_vain_is_answered_in_words(
    client: httpx.AsyncClient, verb: str, body: object, status: int
) -> None:
    answer = await client.post(f"/sim/folder/{verb}", json=body)
    assert answer.status_code == status
    assert ("error" in answer.json()) == (status != 200)


@pytest.mark.parametrize(
    ("kind", "status"), [("text/plain", 415), ("application/json", 400)]
)
async def test_what_is_not_json_changes_nothing(
    client: httpx.AsyncClient, events: list[tuple[str, Any]], kind: str, status: int
) -> None:
    answer = await client.post(
        "/sim/folder/drop", content="{", headers={"Content-Type": kind}
    )
    assert answer.status_code == status
    assert events == []


def test_every_sample_that_ships_can_be_edited_and_withdrawn(tmp_path: Path) -> None:
    shipped = ROOT / "data" / "articles"
    folder = Folder(shipped, tmp_path / "copy", 100, shown=plain_text.repair)
    for file in folder.listing()["posted"]:
        before = matter((shipped / file["name"]).read_text(encoding="utf-8"))
        folder.edit(file["name"])
        folder.withdraw(file["name"])
        after = matter((tmp_path / "copy" / file["name"]).read_text(encoding="utf-8"))
        assert file["title"] == plain_text.repair(before["title"]), (
            "the list shows what the posts do, without HTML's entities"
        )
        assert after == before | {
            "title": f"{before['title']} (updated)",
            "removed": True,
        }
