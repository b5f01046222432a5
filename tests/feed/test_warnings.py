"""Fields that could not be read: a warning with line and value; the article goes out without them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feed import document, reading
from bot.feed.fields import Field, FieldKeys
from bot.ingest import recorder
from bot.planning.rules import Read
from bot.store import files
from tests.support.newsroom import open_newsroom

GOOD = {"title": "A quiet harbour", "webUrl": "https://news.example/a"}


def examined(**more: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in (GOOD | more).items())
    article, warning = document.examine(f"---\n{lines}---\n", "a.md")
    assert article.title == GOOD["title"]
    return warning


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("publishedDateTime", "yesterday", "is not a date"),
        ("publishedDateTime", "'2026-13-45'", "is not a date"),
        ("quality", "high", "is not a number"),
        ("heat", "1e9999", "is not a number"),
        ("published", "maybe", "is not yes or no"),
        ("removed", "perhaps", "is not yes or no"),
        ("draft", "nearly", "is not yes or no"),
        ("expiryDate", "tomorrow", "is not a date"),
        ("excerpt", "[a, b]", "is not text"),
        ("provider", "[a]", "is not a name"),
        ("topics", "'#, ##'", "names no topic"),
        ("related", "nothing", "is not a list of articles"),
    ],
)
def test_a_field_that_can_not_be_read_is_named_with_its_line(
    key: str, value: str, fault: str
) -> None:
    warning = examined(**{key: value})
    assert warning.startswith(f"line 4: {key}: ")
    assert warning.endswith(f"{fault}, so it was left out")
    if value[0] not in "['":
        assert f"“{value}” " in warning


UNREADABLE = {
    Field.TITLE: "[a]",
    Field.ADDRESS: "nowhere",
    Field.EXCERPT: "[a, b]",
    Field.PROVIDER: "[a]",
    Field.PUBLISHED: "yesterday",
    Field.EXPIRES: "tomorrow",
    Field.TOPICS: "'#'",
    Field.RELATED: "nothing",
    Field.QUALITY: "high",
    Field.HEAT: "high",
    Field.KIND: "[a]",
    Field.IS_PUBLISHED: "maybe",
    Field.REMOVED: "maybe",
    Field.DRAFT: "maybe",
}


@pytest.mark.parametrize("field", UNREADABLE, ids=lambda field: field.keys[0])
def test_another_key_in_the_table_is_named_when_it_can_not_be_read(
    field: FieldKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field, "keys", ("another", *field.keys))
    assert examined(another=UNREADABLE[field]).startswith("line 4: another: ")


def test_a_second_address_is_read_and_the_first_is_named() -> None:
    text = "---\ntitle: A\nwebUrl: nowhere\noriginalUrl: https://news.example/a\n---\n"
    article, warning = document.examine(text, "a.md")
    assert article.url == "https://news.example/a"
    assert (
        warning == "line 3: webUrl: “nowhere” is not a web address, so it was left out"
    )


def test_several_are_named_at_once_and_lines_count_from_the_files_first() -> None:
    article, warning = document.examine(
        "\n\n---\ntitle: A\nquality: x\nheat: y\nwebUrl: https://a.example/\n---\n", "a"
    )
    assert article.quality == 0
    assert [part.partition(":")[0] for part in warning.split("; ")] == [
        "line 5",
        "line 6",
    ]


@pytest.mark.parametrize("value", ["0", "0.2", "-0", "''", "null", "'12'", "88.5"])
def test_a_number_or_none_is_no_warning(value: str) -> None:
    assert examined(quality=value) == ""


@given(
    st.dictionaries(
        st.sampled_from(["quality", "heat", "published", "topics", "type"]),
        st.text("ab 0-:\"'[]{}#"),
    )
)
def test_whatever_stands_there_the_article_is_read_or_rejected_as_before(
    more: dict[str, str],
) -> None:
    lines = "".join(f"{key}: {value}\n" for key, value in (GOOD | more).items())
    try:
        article, warning = document.examine(f"---\n{lines}---\n", "a.md")
    except document.ArticleError:
        return
    assert article == document.parse(f"---\n{lines}---\n", "a.md")
    assert "\n" not in warning


def test_a_warning_is_kept_with_its_file_until_it_is_right(tmp_path: Path) -> None:
    store = open_newsroom()
    place = tmp_path / "a.md"
    for quality, warned in (("high", ["a.md"]), ("low", ["a.md"]), ("80", [])):
        place.write_text(
            f"---\ntitle: A\nwebUrl: https://news.example/a\nquality: {quality}\n---\n"
        )
        (parsed,) = reading.read(["a.md"], tmp_path, 10_000)
        read = Read("a.md", (1, 1, 1), parsed.record, parsed.reason, parsed.warning)
        (recorded,) = recorder.record(store.db, [read], store.rules, store.at)
        assert recorded.article == 1
        assert [one.path for one in files.warned(store.db)] == warned
        assert files.rejected(store.db) == []
