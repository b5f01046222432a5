"""The sample articles and the taxonomy: the documents' format, and every case the demo and the README show."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import frontmatter
import pytest

from bot import shipped
from bot.domain import plain_text, topics, urls
from bot.domain.article import Article
from bot.domain.topics import Taxonomy, Topic
from bot.feed import document
from bot.settings import Settings

FOLDER = shipped.articles()
FILES = sorted(path.name for path in FOLDER.iterdir())
KEYS = {
    *(
        "category",
        "title",
        "excerpt",
        "publishedDateTime",
        "originalUrl",
        "webUrl",
        "ampWebUrl",
        "type",
        "quality",
    ),
    *("heat", "published", "provider", "topics", "images", "related"),
}
RELATED_KEYS = {
    "title",
    "excerpt",
    "publishedDateTime",
    "webUrl",
    "type",
    "provider",
    "quality",
    "images",
}
#: What `paperboy demo` posts at its start; the rest is dropped by a click.
POSTED, DROPPED = FILES[:8], FILES[8:]


@cache
def values(name: str) -> dict[str, Any]:
    return dict(frontmatter.load(str(FOLDER / name)).metadata)


@cache
def read(name: str) -> Article:
    return document.read(FOLDER, name, max_bytes=Settings().feed.max_file_bytes)


def all_articles() -> list[Article]:
    return [read(name) for name in FILES]


each = pytest.mark.parametrize("name", FILES)


def only(names: list[str]) -> str:
    """The one file of its kind."""
    assert len(names) == 1
    return names[0]


# --- the format -------------------------------------------------------------------------------------------------------


@each
def test_a_sample_has_the_documents_keys_and_no_other(name: str) -> None:
    found = values(name)
    assert set(found) <= KEYS
    assert {
        "title",
        "excerpt",
        "publishedDateTime",
        "webUrl",
        "type",
        "quality",
        "heat",
        "published",
    } <= set(found)
    assert set(found["provider"]) == {"name", "domain"}
    for image in found.get("images", ()):
        assert set(image) == {"url", "width", "height", "isCached"}
    for one in found["related"]:
        assert set(one) <= RELATED_KEYS
        assert {"title", "publishedDateTime", "webUrl", "provider", "quality"} <= set(
            one
        )


@each
def test_a_sample_is_well_typed(name: str) -> None:
    found = values(name)
    for entry in (found, *found["related"]):
        moment = entry["publishedDateTime"]
        assert isinstance(moment, datetime)
        assert moment.utcoffset() == UTC.utcoffset(None)
        assert type(entry["quality"]) is int
        assert all(
            isinstance(entry["provider"][key], str) for key in ("name", "domain")
        )
    assert isinstance(found["published"], bool)
    assert isinstance(found["topics"], list)


@each
def test_no_sample_leads_to_a_host_that_could_exist(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    hosts = [
        urlsplit(url).hostname or "" for url in re.findall(r"https?://[^\s\"]+", text)
    ]
    domains = re.findall(r"domain: (\S+)", text)
    assert hosts
    assert all(
        host.endswith(".example") and host.count(".") >= 1
        for host in [*hosts, *domains]
    )


@each
def test_every_address_of_a_sample_can_be_opened(name: str) -> None:
    found = values(name)
    entries = [found, *found["related"]]
    links = [
        entry[key]
        for entry in entries
        for key in ("webUrl", "originalUrl", "ampWebUrl")
        if key in entry
    ]
    links += [image["url"] for entry in entries for image in entry.get("images", ())]
    assert [url for url in links if urls.link(url) is None] == []
    for entry in entries:
        assert urls.host(entry["webUrl"]) == entry["provider"]["domain"]


@each
def test_file_names_begin_with_the_articles_day(name: str) -> None:
    published = read(name).published
    assert published is not None
    assert name.startswith(f"{published:%Y-%m-%d}-")


@each
def test_a_sample_leads_its_story_or_says_it_does_not(name: str) -> None:
    """As the source marks it: heat is -1 when one of the related articles has a higher quality."""
    found = values(name)
    outdone = any(one["quality"] > found["quality"] for one in found["related"])
    assert (found["heat"] == -1) == outdone


@each
def test_the_feed_shows_every_related_article_of_a_sample(name: str) -> None:
    assert len(read(name).related) == len(values(name)["related"])


@each
def test_words_are_in_normal_form_and_hold_nothing_invisible(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    joiners = {"\u200c", "\u200d", "\ufe0f"}
    assert {mark for mark in text if unicodedata.category(mark) in ("Cf", "Cc")} <= {
        "\n",
        *joiners,
    }


# --- the twelve as a whole --------------------------------------------------------------------------------------------


def test_there_are_twelve_whose_names_and_days_have_one_order() -> None:
    assert len(FILES) == 12
    days = [read(name).published for name in FILES]
    assert all(day is not None for day in days)
    assert days == sorted(days)  # type: ignore[type-var]  # none is missing, as the line above says
    assert all("2026-10-01" <= name[:10] <= "2026-11-30" for name in FILES)


def test_no_two_are_one_article_or_one_story() -> None:
    assert len({article.identity for article in all_articles()}) == 12
    keys = [article.title_key for article in all_articles()]
    assert all(keys)
    assert len(set(keys)) == 12


def test_one_article_is_called_the_same_wherever_it_is_related() -> None:
    called: dict[str, set[str]] = {
        article.identity: {article.title} for article in all_articles()
    }
    for article in all_articles():
        for one in article.related:
            called.setdefault(one.identity, set()).add(one.title)
    assert {url: titles for url, titles in called.items() if len(titles) > 1} == {}


def test_related_articles_refer_to_each_other_and_outward() -> None:
    own = {
        article.identity: name
        for name, article in zip(FILES, all_articles(), strict=True)
    }
    links = {
        (name, own[one.identity])
        for name, article in zip(FILES, all_articles(), strict=True)
        for one in article.related
        if one.identity in own
    }
    assert any((there, here) in links for here, there in links), (
        "no two refer to each other"
    )
    outward = [
        one
        for article in all_articles()
        for one in article.related
        if one.identity not in own
    ]
    assert len(outward) >= 12


@pytest.mark.parametrize("name", DROPPED)
def test_each_article_to_drop_refers_to_one_already_posted_and_has_a_picture(
    name: str,
) -> None:
    posted = {read(other).identity for other in POSTED}
    assert any(one.identity in posted for one in read(name).related)
    assert read(name).image


def test_one_is_marked_unpublished_one_has_no_picture_and_one_is_a_text_file() -> None:
    assert only([name for name in FILES if read(name).unpublished]) in POSTED
    assert only([name for name in FILES if not read(name).image]) in POSTED
    assert only([name for name in FILES if not name.endswith(".md")]).endswith(".txt")


def test_one_is_longer_than_a_message_and_has_more_relations_than_fit() -> None:
    long = read(
        only([name for name in FILES if plain_text.units(read(name).excerpt) > 4_096])
    )
    assert plain_text.units(long.excerpt) > 5_000
    assert len(long.related) >= 12
    assert "\n\n" in long.excerpt


def test_one_is_persian_and_keeps_its_joiners() -> None:
    persian = read(
        only(
            [
                name
                for name in FILES
                if unicodedata.bidirectional(read(name).title[0]) == "AL"
            ]
        )
    )
    for text in (
        persian.title,
        persian.excerpt,
        *(one.title for one in persian.related[:1]),
    ):
        assert "\u200c" in text
        assert not set("كيى") & set(text), "an Arabic letter in Persian words"
    assert persian.topics[0] == "قنات"


def test_one_is_written_with_entities_and_shown_without() -> None:
    name = only(
        [
            name
            for name in FILES
            if "&quot;" in (FOLDER / name).read_text(encoding="utf-8")
        ]
    )
    raw, article = values(name), read(name)
    assert "&amp;" in raw["title"]
    assert (
        article.title
        == "City library & archive drop face-scanning gates: “a reader is not a suspect”"
    )
    assert '"We wanted to count visitors,"' in article.excerpt
    assert "to < 6,000." in article.excerpt
    assert (article.image or "").endswith("?w=1200&h=800")
    assert not re.search(
        r"&\w+;",
        article.title + article.excerpt + "".join(one.title for one in article.related),
    )


def test_an_emoji_of_several_characters_stays_one() -> None:
    assert any("👩‍🚀" in article.excerpt for article in all_articles())


# --- the taxonomy -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    described = tomllib.loads(
        (shipped.config() / "topics.toml").read_text(encoding="utf-8")
    )["topics"]
    return Taxonomy(
        Topic(
            name=one["name"],
            parent=one.get("parent", ""),
            aliases=tuple(one.get("aliases", ())),
            hashtags=tuple(one.get("hashtags", ())),
        )
        for one in described
        if set(one) <= {"name", "parent", "aliases", "hashtags"}
    )


def test_the_taxonomy_describes_every_topic_of_the_samples(taxonomy: Taxonomy) -> None:
    described = {topics.key(topic.name) for topic in taxonomy}
    carried = {topic for article in all_articles() for topic in article.topics}
    assert {name for name in carried if topics.key(name) not in described} == set()
    assert len(carried) >= 9
    assert all(taxonomy.name(name) == name for name in carried)


def test_every_topic_of_the_taxonomy_has_a_hashtag_telegram_recognises(
    taxonomy: Taxonomy,
) -> None:
    for topic in taxonomy:
        assert taxonomy.hashtags(topic.name)
        assert len(taxonomy.hashtags(topic.name)) >= len(topic.hashtags)


def test_no_word_of_the_taxonomy_means_two_topics(taxonomy: Taxonomy) -> None:
    words = [
        topics.key(word) for topic in taxonomy for word in (topic.name, *topic.aliases)
    ]
    assert all(words)
    assert sorted(words) == sorted(set(words))


def test_wider_topics_exist_and_end(taxonomy: Taxonomy) -> None:
    names = {topic.name for topic in taxonomy}
    assert all(topic.parent in names for topic in taxonomy if topic.parent)
    assert taxonomy.ancestors("قنات") == ("Water", "Climate")
    assert (
        taxonomy.ancestors("Computer Vision")
        == taxonomy.ancestors("Language Models")
        == ("AI",)
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ai", ("AI",)),
        ("artificial intelligence", ("AI",)),
        ("A.I.", ("AI",)),
        ("AI, Computer Vision", ("AI", "Computer Vision")),
        ("llms", ("Language Models",)),
        ("#LLM", ("Language Models",)),
        ("#OpenSource", ("Open Source",)),
        ("qanat", ("قنات",)),
        ("قنات‌ها", ("قنات",)),
        ("the moon", ()),
        ("moon", ("Space",)),
    ],
)
def test_readers_find_topics_by_the_words_they_would_use(
    taxonomy: Taxonomy, words: str, found: tuple[str, ...]
) -> None:
    assert taxonomy.find(words, ()).topics == found


def test_the_folder_holds_articles_only() -> None:
    assert all(Path(name).suffix in (".md", ".txt") for name in FILES)
