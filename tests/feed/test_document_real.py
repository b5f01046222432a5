"""The real feed: every document of it is read or refused with a reason, by either of PyYAML's parsers."""

from __future__ import annotations

import json
import lzma
from collections import Counter

import pytest
import yaml

from bot.domain import plain_text, urls
from bot.domain.article import Article
from bot.errors import ArticleError
from bot.feed import document, folder, front_matter
from tests.support.paths import REAL_FEED, REAL_SEEDS

PATTERNS = ["**/*.md", "**/*.markdown", "**/*.txt"]
pytestmark = pytest.mark.real


def outcome(contents: str | bytes, path: str) -> Article | str:
    try:
        return document.parse(contents, path)
    except ArticleError as error:
        return error.reason


def check(article: Article) -> None:
    """Whatever was read can be shown as it is."""
    shown = [
        article.title,
        article.provider,
        *article.topics,
        *(one.title for one in article.related),
    ]
    assert shown == [plain_text.repair(text) for text in shown]
    assert "<" not in article.excerpt
    assert all(
        urls.link(one) == one
        for one in (article.url, *(one.url for one in article.related))
    )
    assert article.image is None or urls.link(article.image) == article.image
    assert article.identity not in {
        *article.aliases,
        *(one.identity for one in article.related),
    }


def test_every_document_of_a_folder_is_read_or_refused_with_a_reason() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for path, *_ in folder.listing(REAL_FEED, [*PATTERNS, "**/*.html"]):
        try:
            check(document.read(REAL_FEED, path, max_bytes=1_000_000))
            reason = "read"
        except ArticleError as error:
            reason = error.reason.partition(":")[0]
        counts[path.partition("/")[0], reason] += 1
    assert counts == {
        ("news", "read"): 205,
        ("related", "read"): 18,
        ("other", "read"): 35,
        ("other", "has no usable address"): 5,
        ("README.md", "has no front matter"): 1,
    }


def test_the_document_the_project_was_asked_for_is_read_whole() -> None:
    ((path, *_),) = folder.listing(REAL_SEEDS, PATTERNS)
    article = document.read(REAL_SEEDS, path, max_bytes=1_000_000)
    assert (
        article.title
        == "PI and 30 CSOs unite against use of live facial recognition technology"
    )
    assert article.topics == ("Computer Vision", "AI")
    assert [one.quality for one in article.related] == [74, 43, 39, 37, 12]
    assert "“is the right thing" in article.related[1].excerpt
    assert article.related[2].provider == "Express & Star"
    assert article.unpublished
    assert article.image


def test_nothing_of_a_secured_payload_is_left() -> None:
    for path, *_ in folder.listing(REAL_FEED, PATTERNS):
        contents = (REAL_FEED / path).read_text("utf-8-sig")
        payloads = [
            line.partition(":")[2].strip(" \"'")
            for line in contents.splitlines()
            if "secured:" in line
        ]
        found = repr(outcome(contents, path))
        assert not any(payload[:40] in found for payload in payloads if payload)


def test_eleven_months_of_writes_change_what_a_reader_sees_in_seven_files_only() -> (
    None
):
    seen: dict[str, set[str]] = {}
    reasons: Counter[str] = Counter()
    with lzma.open(REAL_FEED / "history.jsonl.xz", "rt", encoding="utf-8") as lines:
        writes = [
            write for write in map(json.loads, lines) if write["text"] is not None
        ]
    for write in writes:
        found = outcome(write["text"], write["path"])
        if isinstance(found, Article):
            seen.setdefault(write["path"], set()).add(found.fingerprint)
        else:
            reasons[f"{write['path']} {found}"] += 1
    assert (len(writes), reasons) == (4604, {".keep is empty": 1})
    assert len(seen) == 409
    assert sum(len(forms) > 1 for forms in seen.values()) == 7


def test_both_parsers_of_pyyaml_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [
        (path, (REAL_FEED / path).read_bytes())
        for path, *_ in folder.listing(REAL_FEED, PATTERNS)
    ]
    sample = [
        *documents[::6],
        *(
            (path, contents)
            for path, contents in documents
            if not path.startswith("news")
        ),
    ]
    by_default = [outcome(contents, path) for path, contents in sample]
    monkeypatch.setattr(front_matter, "LOADER", yaml.SafeLoader)
    assert [outcome(contents, path) for path, contents in sample] == by_default
