"""From file to message: every real document, and two thousand made up, is taken by Telegram or refused by name."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import plain_text
from bot.domain.article import Article
from bot.errors import ArticleError
from bot.feed import document, folder
from bot.rendering import inert, post_words, posts
from bot.rendering.loading import words
from bot.settings import Picture
from tests.support import hostile, judge
from tests.support.generated import FIELDS as ANY_FIELDS
from tests.support.generated import words as texts
from tests.support.paths import REAL_FEED

TEMPLATES = words(None)
MADE_UP = 2_000
PICTURES = tuple(Picture)


def outcome(
    contents: str | bytes,
    path: str = "a.md",
    pictures: Sequence[Picture] = PICTURES,
) -> str:
    """Read a document and have its posts judged; return "accepted", or why it was refused."""
    try:
        article = document.parse(contents, path)
    except ArticleError as error:
        assert error.reason
        assert error.reason.isprintable()
        return error.reason.partition(":")[0]
    accept(article, pictures)
    return "accepted"


def accept(article: Article, pictures: Sequence[Picture]) -> None:
    """Have an article's posts judged by Telegram's own parser, within all limits."""
    for picture in pictures:
        payload = posts.post(
            TEMPLATES,
            article,
            bot="your_bot",
            taxonomy=TEMPLATES.taxonomy,
            delivery="zzzzzz",
            picture=picture,
        )
        text, entities, units = judge.payload(payload)
        assert units <= (judge.TEXT if "text" in payload else judge.CAPTION)
        assert len(entities) <= judge.ENTITIES
        title = " ".join(article.title.split())
        assert plain_text.units(title) > post_words.TITLE_UNITS or text.replace(
            inert.JOINER, ""
        ).startswith(title[:20])


# --- the real ones ----------------------------------------------------------------------------------------------------


@pytest.mark.real
def test_every_real_document_is_accepted_or_refused_with_a_reason() -> None:
    counts: Counter[str] = Counter()
    for path, *_ in folder.listing(
        REAL_FEED, ["**/*.md", "**/*.markdown", "**/*.txt", "**/*.html"]
    ):
        counts[outcome((REAL_FEED / path).read_bytes(), path)] += 1
    assert counts == {
        "accepted": 258,
        "has no usable address": 5,
        "has no front matter": 1,
    }


@pytest.mark.real
def test_every_form_a_real_document_ever_had_is_accepted_or_refused_with_a_reason() -> (
    None
):
    counts: Counter[str] = Counter()
    for path, text in forms():
        counts[outcome(text, path)] += 1
    assert set(counts) == {"accepted", "is empty"}
    assert counts["accepted"] > 400


def forms() -> Iterator[tuple[str, str]]:
    """Yield each form in which a reader would see a file of the history differ, and what was no article."""
    seen = set()
    with lzma.open(REAL_FEED / "history.jsonl.xz", "rt", encoding="utf-8") as lines:
        for write in map(json.loads, lines):
            if write["text"] is None:
                continue
            try:
                form = document.parse(write["text"], write["path"]).fingerprint
            except ArticleError as error:
                form = error.reason
            if (write["path"], form) not in seen:
                seen.add((write["path"], form))
                yield write["path"], write["text"]


# --- the made up ------------------------------------------------------------------------------------------------------

ADDRESSES = st.sampled_from(
    [
        *(
            "https://host.example/a",
            "http://host.example/a b?x=1&y=2",
            "https://منزل.example/خبر",
            "HTTPS://Host.EXAMPLE",
        ),
        *(
            "https://host.example/" + "long/" * 400,
            "https://user:pass@host.example:8443/a#b",
            "//host.example/a",
        ),
        *(
            "javascript:alert(1)",
            "https://",
            "host.example/a",
            "https://host.example/<b>&\"'",
        ),
    ]
)
PEOPLE = st.fixed_dictionaries({"name": texts(300)}, optional={"domain": texts(40)})
IMAGES = st.lists(
    st.fixed_dictionaries(
        {"url": ADDRESSES}, optional={"width": st.integers(0, 5_000)}
    ),
    max_size=2,
)
DAYS = st.dates().map(str) | st.datetimes().map(str) | texts(20)
RELATED = st.fixed_dictionaries(
    {
        "title": texts(400),
        "webUrl": ADDRESSES | st.integers(0, 99).map("https://o.example/{}".format),
    },
    optional={
        "provider": PEOPLE,
        "quality": st.integers(-5, 100),
        "publishedDateTime": DAYS,
        "excerpt": texts(300),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"title": texts(1_000), "webUrl": ADDRESSES},
    optional={
        "excerpt": texts(3_000),
        "originalUrl": ADDRESSES,
        "ampWebUrl": ADDRESSES,
        "publishedDateTime": DAYS,
        "provider": PEOPLE,
        "topics": st.lists(texts(60), max_size=12),
        "images": IMAGES,
        "related": st.lists(RELATED, max_size=8),
        "quality": st.integers(-5, 100),
        "published": st.booleans(),
    },
)


def framed(fields: dict[str, Any]) -> bytes:
    """Write a document with its fields in YAML's flow style, which JSON is nearly a kind of."""
    try:
        return hostile.framed(json.dumps(fields, ensure_ascii=False, default=str))
    except TypeError:  # keys that only YAML can have
        return hostile.framed(yaml.dump(fields, allow_unicode=True))


@pytest.mark.proof
@pytest.mark.parametrize("picture", PICTURES)
def test_two_thousand_made_up_documents_are_accepted_or_refused_with_a_reason(
    picture: Picture,
) -> None:
    counts: Counter[str] = Counter()
    share = MADE_UP // len(PICTURES)

    @settings(
        max_examples=share, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        DOCUMENTS | st.builds(lambda some, odd: {**some, **odd}, DOCUMENTS, ANY_FIELDS)
    )
    def each(fields: dict[str, Any]) -> None:
        counts[outcome(framed(fields), pictures=[picture])] += 1

    each()
    assert counts.total() >= share
    assert counts["accepted"] > share / 3, counts
    assert len(counts) > 1, "none was refused"
