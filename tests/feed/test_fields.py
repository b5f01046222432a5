"""The fields of a document: any value of any type gives an article or a reason, and only known fields are read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import plain_text, urls
from bot.domain.article import FINGERPRINT_VERSION, Article
from bot.domain.record import pack, unpack
from bot.errors import ArticleError
from bot.feed import fields, images, markup
from bot.feed.fields import Field, FieldKeys
from tests.support.examples import examples

BASE = {"title": "A quiet harbour", "webUrl": "https://host.example/a"}


def article(**values: object) -> Article:
    return fields.article({**BASE, **values}, "a.md")


def refusal(values: dict[str, object]) -> str:
    with pytest.raises(ArticleError) as caught:
        fields.article(values, "a.md")
    return caught.value.reason


# --- title and address -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", [None, "", "  ", "\u200b", [], {}, ["A"], {"a": "b"}])
def test_an_article_without_a_title_is_refused(title: object) -> None:
    assert refusal({**BASE, "title": title}) == "has no title"


def test_a_name_stands_in_for_a_missing_title() -> None:
    assert (
        fields.article({"name": "A person", "webUrl": BASE["webUrl"]}, "a.md").title
        == "A person"
    )


@pytest.mark.parametrize(
    "written", ["2024", "no", "012", "1:30", "2021-01-01", "null and void", "1.10"]
)
def test_a_title_is_shown_as_it_was_written(written: str) -> None:
    assert article(title=written).title == written


def test_a_very_long_title_is_cut_at_a_word() -> None:
    title = article(title="word " * 400).title
    assert plain_text.units(title) <= fields.TITLE
    assert title.endswith(" word…")


@pytest.mark.parametrize(
    "url", [None, "", "/relative", "javascript:alert(1)", [], {}, "http://localhost/"]
)
def test_an_article_without_a_usable_address_is_refused(url: object) -> None:
    assert refusal(
        {
            **BASE,
            "webUrl": url,
            "url": "https://host.example/",
            "link": "https://host.example/",
        }
    ).startswith("has no usable address: webUrl or originalUrl")


def test_the_original_address_stands_in_for_a_missing_one() -> None:
    found = article(webUrl="not one", originalUrl="https://other.example/b c/")
    assert (found.url, found.identity) == (
        "https://other.example/b%20c/",
        "https://other.example/b%20c",
    )
    assert found.aliases == ()


def test_other_addresses_are_aliases_each_once() -> None:
    found = article(
        webUrl="https://host.example/a?utm_source=x",
        originalUrl="http://other.example/a",
        ampWebUrl="https://host.example/news/amp/a",
        cdnAmpWebUrl="https://host-example.cdn.ampproject.org/c/s/host.example/news/amp/a",
    )
    assert found.identity == "https://host.example/a"
    assert found.url == "https://host.example/a?utm_source=x"
    assert found.aliases == (
        "https://other.example/a",
        "https://host.example/news/amp/a",
    )


def test_a_front_page_is_no_second_name_of_an_article() -> None:
    assert (
        article(
            originalUrl="https://host.example/", ampWebUrl="https://host.example?amp"
        ).aliases
        == ()
    )


# --- scores, marks, dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [("54", 54), ("-1", -1), (" 54.6 ", 55), ("1e2", 100), ("54 ", 54)]
    + [
        (bad, 0)
        for bad in (
            "",
            "nan",
            "inf",
            "-inf",
            "1e400",
            "9" * 5000,
            "true",
            "0x1F",
            "12 points",
            None,
            [],
            {},
            ["5"],
        )
    ],
)
def test_a_score_is_a_whole_number_or_nothing(written: object, expected: int) -> None:
    assert article(quality=written, heat=written).quality == expected


@pytest.mark.parametrize(
    ("written", "unpublished"),
    [
        ("false", True),
        ("No", True),
        ("0", True),
        ("true", False),
        ("maybe", False),
        (None, False),
        ([], False),
    ],
)
def test_only_published_false_means_unpublished(
    written: object, unpublished: bool
) -> None:
    assert article(published=written).unpublished is unpublished


@pytest.mark.parametrize(
    ("written", "removed"),
    [("true", True), ("YES", True), ("false", False), (["true"], False)],
)
def test_only_removed_true_means_removed(written: object, removed: bool) -> None:
    assert article(removed=written).removed is removed


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2021-08-22T21:02:00Z", datetime(2021, 8, 22, 21, 2, tzinfo=UTC)),
        ("2021-08-22T21:02:00", datetime(2021, 8, 22, 21, 2, tzinfo=UTC)),
        ("2021-08-22 21:02", datetime(2021, 8, 22, 21, 2, tzinfo=UTC)),
        ("2021-08-22T23:02:00+02:00", datetime(2021, 8, 22, 21, 2, tzinfo=UTC)),
        ("2021-08-22 17:02:00 -0400", datetime(2021, 8, 22, 21, 2, tzinfo=UTC)),
        (
            "2021-08-22T21:02:00.1234567Z",
            datetime(2021, 8, 22, 21, 2, 0, 123456, tzinfo=UTC),
        ),
        ("2021-08-22", datetime(2021, 8, 22, tzinfo=UTC)),
        ("Sun, 22 Aug 2021 21:02:00 GMT", datetime(2021, 8, 22, 21, 2, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", datetime(2999, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_utc_where_it_names_no_offset(
    written: str, expected: datetime
) -> None:
    assert article(publishedDateTime=written).published == expected


@pytest.mark.parametrize(
    "written",
    [
        *(
            None,
            "",
            [],
            {},
            "-" * 99,
            "yesterday",
            "22.08.2021",
            "2021",
            "20210822",
            "1629666120",
            "12:30:00",
        ),
        *(
            "2021-13-40",
            "0001-01-01",
            "9999-12-31T23:59:59-14:00",
            "2021-08-22T25:00:00",
            "2021-08-22T21:02:00+99:99",
        ),
        "٢٠٢١-٠٨-٢٢",
    ],
)
def test_a_date_that_is_none_is_missing(written: object) -> None:
    assert article(publishedDateTime=written).published is None


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [None, [], {}, ["a"], {"a": "b"}])
def test_an_excerpt_of_another_type_is_empty(written: object) -> None:
    assert article(excerpt=written).excerpt == ""


def test_tags_are_taken_out_of_an_excerpt_and_comparisons_stay() -> None:
    html = '<p class="lead">First &amp; <b>best</b>.</p><p>Then 5 &lt; 6<br/>and x<y.</p><script>alert(1)</script><!-- -->'
    assert article(excerpt=html).excerpt == "First & best.\n\nThen 5 < 6\nand x<y."


@pytest.mark.parametrize(
    "text",
    [
        "5 < 6 > 4",
        "a <b and c> d",
        "List<String>",
        "<unknown>",
        "I <3 you",
        "x<p",
        "<p",
        "a < b",
    ],
)
def test_what_is_only_like_a_tag_stays(text: str) -> None:
    assert markup.without_tags(text) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("the &lt;video&gt; element", "the <video> element"),
        ("List&lt;B&gt; and a &lt; b", "List<B> and a < b"),
        ("use &lt;b&gt;bold&lt;/b&gt; or <b>bold</b>", "use <b>bold</b> or bold"),
        ("written as &amp;lt;p&amp;gt;", "written as <p>"),
        ("&#60;script&#62; and &lt;!-- this --&gt;", "<script> and <!-- this -->"),
        ("<![CDATA[<p>One &amp; two</p>]]>", "One & two"),
        ("before <![CDATA[a < b]]> after", "before a < b after"),
        ("<![CDATA[never closed", "never closed"),
        ("one<!-- a comment --> two <!-- never closed", "one two"),
        ("<STYLE>p {}</STYLE>one <svg viewBox='0'><text>x</text></svg>two", "one two"),
        ('<video controls src="a.mp4"></video>one', "one"),
        ('<img alt="a > b" src=x> one <abbr title="x">two</abbr>', "one two"),
        ("one<o:p></o:p> <amp-img src='x'></amp-img>two", "one two"),
        (
            "ssh <user-name>@host, then <your:key>",
            "ssh <user-name>@host, then <your:key>",
        ),
        ('Read on at <a href="https://host.example/cut', "Read on at"),
        ("<!DOCTYPE html><html><body><p>one<p>two", "one\n\ntwo"),
    ],
)
def test_real_tags_are_taken_out_of_an_excerpt_and_escaped_ones_stay_words(
    written: str, shown: str
) -> None:
    assert article(excerpt=written).excerpt == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("How to use &lt;em&gt;this&lt;/em&gt;", "How to use <em>this</em>"),
        ("<![CDATA[The <em>very</em> best &amp; more]]>", "The very best & more"),
        ('One<br/>two <a href="x">three</a><!-- four -->', "One two three"),
        ("What <br> does", "What <br> does"),
        ("List<String> or <T>", "List<String> or <T>"),
        ("Vec&lt;T&gt; &amp;amp; &lt;div&gt;", "Vec<T> & <div>"),
    ],
)
def test_real_pairs_of_tags_are_taken_out_of_a_title_and_escaped_ones_stay_words(
    written: str, shown: str
) -> None:
    assert article(title=written).title == shown
    assert (
        article(related=[{"title": written, "webUrl": "https://other.example/b"}])
        .related[0]
        .title
        == shown
    )


def test_a_name_is_unwrapped_too() -> None:
    found = article(provider="<![CDATA[The Paper]]>", topics=["<![CDATA[AI]]>"])
    assert (found.provider, found.topics) == ("The Paper", ("AI",))


@given(
    st.text("<>&;ltgamp!-[]CDATA/ b\"'=:").map(lambda text: text.replace("<", "&lt;"))
)
def test_of_an_excerpt_without_a_real_tag_every_letter_stays(text: str) -> None:
    assert article(excerpt=text).excerpt == plain_text.paragraphs(text)


def test_hostile_tags_take_no_long_time() -> None:
    for piece in (
        "<a-b>",
        "<svg>",
        "<p a=",
        '<p a="',
        "<b ",
        "<!--",
        "<![CDATA[",
        "<br",
        "</a-b>",
        "<b a=b c",
    ):
        markup.without_tags(piece * (32_000 // len(piece)))
        markup.without_inline(piece * (2_000 // len(piece)))


def test_a_title_loses_pairs_of_tags_and_keeps_what_it_is_about() -> None:
    assert (
        article(title="The <em>very</em> <b><i>best</i></b>").title == "The very best"
    )
    assert article(title="How to use the <p> tag").title == "How to use the <p> tag"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"name": "The Paper", "domain": "paper.example"}, "The Paper"),
        ("The Paper", "The Paper"),
        ({"domain": "paper.example"}, "paper.example"),
        ({"name": ["x"], "domain": {}}, "host.example"),
        (None, "host.example"),
        (["The Paper"], "host.example"),
    ],
)
def test_a_provider_is_a_name_or_else_a_domain(written: object, shown: str) -> None:
    assert article(provider=written).provider == shown


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (["Computer Vision", "AI"], ("Computer Vision", "AI")),
        ("AI", ("AI",)),
        ("AI, Computer Vision", ("AI", "Computer Vision")),
        (["AI", "ai", " AI "], ("AI",)),
        (["AI", None, "", [], ["x"], {"a": "b"}, {"name": "Energy"}], ("AI", "Energy")),
        (["#AI"], ("AI",)),
        (["R&amp;D"], ("R&D",)),
        ({"a": "b"}, ()),
        (None, ()),
        ([[["AI"]]], ()),
    ],
)
def test_topics_are_names_each_once(written: object, names: tuple[str, ...]) -> None:
    assert article(topics=written).topics == names


def test_only_so_many_topics_are_read() -> None:
    assert (
        len(article(topics=[f"Topic {n}" for n in range(1000)]).topics)
        == fields.MOST_TOPICS
    )


@pytest.mark.parametrize(
    ("written", "kind"), [("Video", "video"), (None, "article"), ([], "article")]
)
def test_a_kind_is_what_the_document_calls_itself(written: object, kind: str) -> None:
    assert article(type=written).kind == kind


# --- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        (None, None),
        ([], None),
        ({}, None),
        ("https://i.example/a.png", "https://i.example/a.png"),
        ({"url": "https://i.example/a.png"}, "https://i.example/a.png"),
        (["https://i.example/a.png"], "https://i.example/a.png"),
        (
            [{"url": "/a.png"}, {"url": "https://i.example/b.png"}],
            "https://i.example/b.png",
        ),
        ([{"url": "data:image/png;base64,x"}], None),
        ([{"url": ["https://i.example/a.png"]}, 5, None, [[]]], None),
        ([{"url": "https://i.example/a.svg?x"}], None),
        ([{"url": "https://i.example/1.gif", "width": "1", "height": "1"}], None),
    ],
)
def test_the_first_image_that_can_be_shown_is_shown(
    written: object, chosen: str | None
) -> None:
    assert images.best(written) == chosen


def test_a_better_image_further_down_is_preferred_to_a_small_one_or_a_logo() -> None:
    small = {"url": "https://i.example/small.png", "width": "120", "height": "90"}
    logo = {"url": "https://i.example/site-logo.png", "width": "600", "height": "336"}
    good = {"url": "https://i.example/good.png", "width": "600px", "height": "?"}
    assert images.best([small, logo, good]) == good["url"]
    assert images.best([small, logo]) == logo["url"]
    assert images.best([small]) == small["url"]
    assert (
        images.best([{"url": "https://i.example/logout-scene.png"}, good])
        == "https://i.example/logout-scene.png"
    )


# --- related ---------------------------------------------------------------------------------------------------------


def entry(number: int, **more: object) -> dict[str, object]:
    return {
        "title": f"Related story {number}",
        "webUrl": f"https://o.example/{number}",
        **more,
    }


@pytest.mark.parametrize(
    "written",
    [None, {}, [], "AI", "https://o.example/", [None, "x", [], {}, ["y"]], {"a": "b"}],
)
def test_related_of_another_type_is_none(written: object) -> None:
    assert article(related=written).related == ()


def test_related_articles_stand_by_quality_with_their_provider_or_host() -> None:
    first, second = article(
        related=[
            entry(1, quality="3"),
            entry(2, quality="40", provider={"name": "Express & Star"}),
        ]
    ).related
    assert (first.url, first.provider, first.quality) == (
        "https://o.example/2",
        "Express & Star",
        40,
    )
    assert (second.url, second.provider) == ("https://o.example/1", "o.example")


def test_the_article_itself_is_not_related_under_any_of_its_addresses() -> None:
    itself = [
        entry(1, webUrl="http://host.example/a/"),
        entry(2, originalUrl="https://host.example/a?utm_medium=x"),
        entry(3, ampWebUrl="https://host.example/a/amp"),
        entry(
            4, cdnAmpWebUrl="https://host-example.cdn.ampproject.org/c/s/host.example/a"
        ),
        entry(5, webUrl="https://other.example/b"),
    ]
    assert article(originalUrl="https://other.example/b", related=itself).related == ()


def test_one_related_article_listed_under_two_addresses_comes_once_at_its_best() -> (
    None
):
    found = article(
        related=[
            entry(1, ampWebUrl="https://o.example/news/amp/1", quality="5"),
            entry(2, webUrl="https://o.example/news/amp/1", quality="9"),
            entry(3, webUrl="https://o.example/1#comments", quality="1"),
        ]
    ).related
    assert [(one.identity, one.quality) for one in found] == [
        ("https://o.example/1", 9)
    ]


def test_related_articles_without_title_or_address_or_withdrawn_are_left_out() -> None:
    listed = [
        entry(1, title=None),
        entry(2, webUrl="ftp://o.example/2"),
        entry(3, removed="true"),
        entry(4),
    ]
    assert [one.title for one in article(related=listed).related] == ["Related story 4"]


def test_a_lone_related_article_needs_no_list() -> None:
    assert len(article(related=entry(1)).related) == 1


def test_only_so_many_related_articles_are_read() -> None:
    assert (
        len(article(related=[entry(n) for n in range(1000)]).related)
        == fields.MOST_RELATED
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-10-16T00:30+02:00", "2026-10-16"),
        ("2026-10-15T23:30:00-05:00", "2026-10-15"),
        ("Thu, 15 Oct 2026 23:30:00 -0800", "2026-10-15"),
        ("2026-10-16 00:30:00 +0530", "2026-10-16"),
        ("2026-10-16", "2026-10-16"),
        ("2026-10-16T00:30", "2026-10-16"),
        ("2026-10-16T00:30:00Z", "2026-10-16"),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_the_day_is_the_sources_own(written: object, day: str) -> None:
    found = article(publishedDateTime=written)
    assert found.day == day
    assert unpack(pack(found)).day == day


@pytest.mark.parametrize(
    ("written", "image"),
    [
        ("//host.example/pic.jpg", "https://host.example/pic.jpg"),
        ({"url": " //host.example/pic.jpg?w=1"}, "https://host.example/pic.jpg?w=1"),
        ("//host/pic.jpg", None),
        ("///host.example/pic.jpg", "https://host.example/pic.jpg"),
        ("/pic.jpg", None),
        ("//", None),
        ("//user:secret@host.example/pic.jpg", None),
    ],
)
def test_an_image_that_names_no_scheme_is_one_of_https(
    written: object, image: str | None
) -> None:
    assert article(images=[written]).image == image


# --- keys ------------------------------------------------------------------------------------------------------------

ALL_FIELDS = [one for one in vars(Field).values() if isinstance(one, FieldKeys)]
#: A value of each field that gives another article than none.
FILLED: dict[FieldKeys, object] = {
    Field.TITLE: "Another harbour",
    Field.ADDRESS: "https://host.example/b",
    Field.OTHER_ADDRESSES: "https://host.example/c",
    Field.EXCERPT: "Low tide.",
    Field.PROVIDER: "The Harbour Post",
    Field.PUBLISHED: "2026-11-01T12:00:00Z",
    Field.EXPIRES: "2026-12-01T12:00:00Z",
    Field.TOPICS: ["Harbours"],
    Field.IMAGES: "https://host.example/a.jpg",
    Field.RELATED: [{"title": "Related", "webUrl": "https://other.example/r"}],
    Field.QUALITY: "80",
    Field.HEAT: "70",
    Field.KIND: "video",
    Field.IS_PUBLISHED: "false",
    Field.REMOVED: "true",
    Field.DRAFT: "true",
}
RELATED = [Field.TITLE, Field.ADDRESS, Field.EXCERPT, Field.PROVIDER]
RELATED += [Field.PUBLISHED, Field.QUALITY, Field.REMOVED]


@pytest.mark.parametrize("field", ALL_FIELDS, ids=lambda field: field.keys[0])
def test_another_key_in_the_table_is_accepted(
    field: FieldKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "ampWebUrl" if field is Field.OTHER_ADDRESSES else field.keys[0]
    written = article(**{key: FILLED[field]})
    monkeypatch.setattr(field, "keys", ("another", *field.keys))
    assert article(another=FILLED[field]) == written != article()


@pytest.mark.parametrize("field", RELATED, ids=lambda field: field.keys[0])
def test_another_key_in_the_table_is_accepted_of_a_related_article(
    field: FieldKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {"title": "Related", "webUrl": "https://other.example/r"}
    without = article(related=[entry]).related
    written = article(related=[{**entry, field.keys[0]: FILLED[field]}]).related
    monkeypatch.setattr(field, "keys", ("another", *field.keys))
    added = article(related=[{**entry, "another": FILLED[field]}]).related
    assert added == written != without


def test_the_first_key_that_has_a_value_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Field.QUALITY, "keys", ("quality", "score"))
    assert article(quality="", score="7").quality == 7
    assert article(quality="5", score="7").quality == 5
    assert article(quality=None).quality == 0


def test_the_readme_lists_every_key() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Fields of an article\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if "`" in line[:4]]
    listed = [tuple(re.findall(r"`(\w+)`", row)) for row in rows]
    assert listed == [field.keys for field in ALL_FIELDS]


def test_files_are_read_with_these_keys_since_this_version() -> None:
    """Another key means another FINGERPRINT_VERSION: files that have it edit no posts then.

    Write the new version and its keys here (docs/architecture.md, Change).
    """
    keys = " ".join(key for field in ALL_FIELDS for key in field.keys)
    assert FINGERPRINT_VERSION == "2"
    assert keys == (
        "title name webUrl originalUrl originalUrl ampWebUrl cdnAmpWebUrl excerpt provider "
        "publishedDateTime expiryDate topics images related quality heat type published "
        "removed draft"
    )


# --- anything --------------------------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "https://host.example/a",
            "http://o.example/ü b",
            "true",
            "54",
            "nan",
            "2021-08-22",
            "AI",
            "<p>x</p>",
        ]
    ),
)
VALUES = st.recursive(
    st.none() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["title", "url", "webUrl", "name", "width", "provider", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
NAMES = [
    "title",
    "name",
    "webUrl",
    "originalUrl",
    "ampWebUrl",
    "excerpt",
    "publishedDateTime",
    "provider",
    "topics",
]
NAMES += ["images", "related", "quality", "heat", "type", "published", "removed"]


@examples(120)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES)), st.booleans())
def test_values_of_any_type_give_an_article_that_can_be_shown_or_a_reason(
    values: dict[str, object], usable: bool
) -> None:
    try:
        found = fields.article({**BASE, **values} if usable else values, "a.md")
    except ArticleError as error:
        assert error.reason.startswith(("has no title", "has no usable address"))
        return
    assert found.title == plain_text.repair(found.title)
    assert urls.link(found.url) == found.url
    assert urls.canonical(found.url) == found.identity
    assert found.identity not in found.aliases
    assert all(
        one.identity != found.identity and one.title and one.provider
        for one in found.related
    )
    assert found.published is None or found.published.utcoffset() is not None
    found.fingerprint.encode()
