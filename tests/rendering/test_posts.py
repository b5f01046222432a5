"""The post: its layout word for word (golden files), what gives way when it is too long, its fallbacks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain import plain_text, topics
from bot.domain.article import Stored
from bot.domain.outcome import Fallback
from bot.domain.topics import Taxonomy, Topic
from bot.rendering import follow_links, layout, markup, post_edits, post_words
from bot.settings import Buttons, Picture
from tests.support import judge
from tests.support.forms import (
    FORMS,
    FULL,
    HOSTILE,
    TAXONOMY,
    buttons,
    html,
    post,
    related,
)
from tests.support.paths import GOLDEN


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_an_article_is_posted_word_for_word_as_agreed(form: str) -> None:
    payload = post(
        FORMS[form], links={"https://outlet-2.example/story": "https://t.me/c/123/12"}
    )
    judge.payload(payload)
    expected = GOLDEN / f"post_{form}.json"
    said = json.dumps(payload, ensure_ascii=False, indent=1) + "\n"
    if not expected.exists() or expected.read_text(encoding="utf-8") != said:
        expected.with_suffix(".new").write_text(said, encoding="utf-8")
        pytest.fail(
            f"look at {expected.stem}.new; if it is right, rename it to {expected.name}"
        )


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("post_*.json")} == {
        f"post_{form}" for form in FORMS
    }


def test_telegram_reads_bold_words_links_and_tags_and_nothing_else() -> None:
    text, entities, _ = judge.payload(post(FULL))
    assert judge.kinds(entities) == [
        "Bold",
        "Bold",
        "TextUrl",
        "TextUrl",
        "TextUrl",
        "Hashtag",
        "Hashtag",
    ]
    assert [judge.cut(text, one) for one in entities[-2:]] == ["#ComputerVision", "#AI"]


def test_hostile_words_are_read_as_they_were_written() -> None:
    text, _, _ = judge.payload(post(FORMS["hostile"]))
    assert (
        text.count(HOSTILE) == 5
    )  # title, provider, excerpt, and the related article's two


def test_the_date_is_the_readers() -> None:
    assert "22 Aug 2021" in html(FULL)
    assert "23 Aug 2021" in html(FULL, tz=ZoneInfo("Europe/Athens"))


def test_the_day_of_a_source_that_tells_it_is_shown_to_everybody() -> None:
    late = replace(
        FULL, published=datetime(2026, 10, 15, 22, 30, tzinfo=UTC), day="2026-10-16"
    )
    for tz in (UTC, ZoneInfo("America/Lima")):
        assert "16 Oct 2026" in html(late, tz=tz)
        assert (
            layout.article_line(
                Stored(id=1, article=late, recorded=datetime(2026, 10, 17, tzinfo=UTC)),
                tz,
            ).date
            == "16 Oct 2026"
        )


@pytest.mark.parametrize("year", [1, 9999])
def test_a_date_at_the_end_of_time_is_still_shown(year: int) -> None:
    edge = (
        datetime(year, 1, 1, tzinfo=UTC)
        if year == 1
        else datetime(year, 12, 31, 23, tzinfo=UTC)
    )
    assert f" {year}" in html(
        replace(FULL, published=edge),
        tz=ZoneInfo("Asia/Tokyo" if year > 1 else "America/Lima"),
    )


def test_an_excerpt_that_only_repeats_the_title_is_left_out() -> None:
    assert (
        html(replace(FULL, excerpt=FULL.title.upper() + "!")).count("\n\n")
        == html(FULL).count("\n\n") - 2
    )


def test_a_related_article_posted_in_the_same_chat_is_linked_to_its_post() -> None:
    shown = html(FULL, links={related(2).identity: "https://t.me/name/12"})
    assert '<a href="https://t.me/name/12">What outlet 2 says</a>' in shown
    assert related(2).url not in shown
    assert related(1).url in shown


def test_tags_are_those_of_the_articles_topics_once_each() -> None:
    assert html(replace(FULL, topics=("AI", "ai", "Deep sea", "C++"))).endswith(
        "\n\n#AI #DeepSea"
    )


def test_a_date_behind_a_right_to_left_name_keeps_its_order() -> None:
    published = datetime(2026, 10, 28, tzinfo=UTC)
    assert "\nآفتاب کویر · \u200e28 Oct 2026" in html(
        replace(FULL, provider="آفتاب کویر", published=published)
    )
    assert "\nعلم & AI · 28 Oct 2026" in html(
        replace(FULL, provider="علم & AI", published=published)
    ).replace("&amp;", "&")


def test_tags_in_right_to_left_scripts_stand_last_so_that_no_other_is_moved_about() -> (
    None
):
    assert html(replace(FULL, topics=("قنات", "Water", "AI"))).endswith(
        "\n\n#Water #AI #قنات"
    )


# --- Buttons ----------------------------------------------------------------------------------------------------------


def test_the_button_follows_the_most_specific_topic_and_carries_the_delivery() -> None:
    follow = buttons(post(replace(FULL, topics=("AI", "computer vision"))))[0][1]
    assert follow["text"] == "Follow Computer Vision"
    assert (
        follow["url"]
        == f"https://t.me/your_bot?start=f-{topics.code('Computer Vision')}-1z"
    )


@pytest.mark.parametrize(
    ("followed", "label"),
    [
        ((), ["Follow Computer Vision", "Follow Privacy"]),
        (("Computer Vision",), ["Follow Privacy"]),
        (("AI",), ["Follow Privacy"]),
        (("Privacy",), ["Follow Computer Vision"]),
        (("AI", "Privacy"), []),
    ],
)
def test_a_topic_that_comes_anyway_needs_no_button(
    followed: tuple[str, ...], label: list[str]
) -> None:
    keys = [topics.key(name) for name in followed]
    rows = buttons(
        post(replace(FULL, topics=("Computer Vision", "Privacy")), followed=keys)
    )
    assert [one["text"] for row in rows for one in row] == ["Read the article", *label]


def test_three_topics_at_most_can_be_followed_two_in_a_row_the_most_specific_first() -> (
    None
):
    rows = buttons(
        post(replace(FULL, topics=("AI", "Privacy", "ai", "Health", "Computer Vision")))
    )
    assert [[one["text"] for one in row] for row in rows] == [
        ["Read the article", "Follow Computer Vision"],
        ["Follow AI", "Follow Privacy"],
    ]


def test_at_most_five_hashtags_and_no_topic_goes_without_one_for_anothers_second() -> (
    None
):
    many = Taxonomy(
        [
            Topic(name="AI", hashtags=("AI", "ML", "LLM")),
            Topic(name="Sea", hashtags=("Sea", "Water")),
        ]
    )
    shown = html(replace(FULL, topics=("AI", "Sea", "Wind", "Oil")), taxonomy=many)
    assert shown.endswith("\n\n#AI #ML #Sea #Wind #Oil")
    assert html(replace(FULL, topics=tuple(f"Topic{n}" for n in range(30)))).endswith(
        "\n\n#Topic0 #Topic1 #Topic2 #Topic3 #Topic4"
    )


# --- Links in the text, for a channel that wants comments -------------------------------------------------------------


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize("fallbacks", [[], [Fallback.NO_KEYBOARD], [Fallback.SHORTER]])
def test_with_text_the_links_stand_in_the_post_and_no_keyboard_under_it(
    picture: Picture, fallbacks: list[Fallback]
) -> None:
    payload = post(FULL, buttons=Buttons.TEXT, picture=picture, fallbacks=fallbacks)
    assert "reply_markup" not in payload
    text, entities, _ = judge.payload(payload)
    assert text.endswith("\n\nRead the article · Follow Computer Vision · Follow AI")
    code = topics.code("Computer Vision")
    assert [
        one["type"]["url"] for one in entities if judge.kinds([one]) == ["TextUrl"]
    ][-3:-1] == [
        FULL.url,
        f"https://t.me/your_bot?start=f-{code}",
    ]


@pytest.mark.parametrize("fallbacks", [[], [Fallback.NO_KEYBOARD], [Fallback.PLAIN]])
def test_with_none_there_is_neither_a_keyboard_nor_a_link_to_read_or_follow(
    fallbacks: list[Fallback],
) -> None:
    payload = post(FULL, buttons=Buttons.NONE, fallbacks=fallbacks)
    assert "reply_markup" not in payload
    assert judge.payload(payload)[0].endswith("#ComputerVision #AI")


def test_plain_words_with_text_end_in_the_address_itself() -> None:
    assert judge.payload(post(FULL, buttons=Buttons.TEXT, fallbacks=[Fallback.PLAIN]))[
        0
    ].endswith(f"#AI\n\n{FULL.url}")


def test_an_edit_takes_the_keyboard_of_a_channel_that_wants_none_any_more() -> None:
    edit = post_edits.edit(post(FULL, buttons=Buttons.TEXT), post(FULL))
    assert edit["reply_markup"] == {"inline_keyboard": []}
    assert "Read the article</a>" in edit["text"]


def test_without_a_delivery_the_deep_link_names_the_topic_alone() -> None:
    assert buttons(post(FULL, delivery=""))[0][1]["url"].endswith("?start=f-mlkzxh8i")


def test_of_equally_specific_topics_the_first_is_followed() -> None:
    assert follow_links.most_specific(("Privacy", "Health"), TAXONOMY) == [
        "Privacy",
        "Health",
    ]


@pytest.mark.parametrize("names", [(), ("🎉",)])
def test_without_a_topic_there_is_no_follow_button(names: tuple[str, ...]) -> None:
    assert [len(row) for row in buttons(post(replace(FULL, topics=names)))] == [1]


def test_a_long_topic_gets_a_row_of_its_own() -> None:
    assert [
        len(row) for row in buttons(post(replace(FULL, topics=("Applied " * 20,))))
    ] == [1, 1]


# --- Fitting ----------------------------------------------------------------------------------------------------------


def test_related_links_go_first_and_the_excerpt_stays_whole() -> None:
    long = replace(FORMS["many_related"], excerpt="Word " * 600)
    shown = html(long)
    assert ("Word " * 600).strip() in shown
    assert 1 <= shown.count("• ") < 60
    assert related(0).url in shown


def test_as_many_related_links_stay_as_fit() -> None:
    article = FORMS["many_related"]
    kept = html(article).count("• ")
    one_more = replace(article, related=article.related[: kept + 1])
    assert html(one_more).count("• ") == kept


def test_then_the_excerpt_is_cut_at_a_word() -> None:
    shown = html(FORMS["long_excerpt"])
    assert "• " not in shown
    body = (
        shown.split("\n\n")[1]
        .removeprefix("<blockquote expandable>")
        .removesuffix("</blockquote>")
    )
    assert body.endswith("…")
    assert (
        body[:-1].split()[-1].strip(".,")
        in FORMS["long_excerpt"].excerpt.replace(",", "").replace(".", "").split()
    )
    assert judge.TEXT - 40 < judge.validate(shown)[2] <= judge.TEXT


def test_a_cut_never_parts_a_family() -> None:
    body = html(FORMS["family_emoji"]).split("\n\n")[1]
    assert body.replace("👩🏽‍🚀", "") == "<blockquote expandable>…</blockquote>"


@pytest.mark.parametrize("character", ["x", "&", "𝔘", "<"])
@pytest.mark.parametrize("picture", Picture)
def test_a_title_of_512_units_always_fits_whole(
    character: str, picture: Picture
) -> None:
    title = character * (post_words.TITLE_UNITS // plain_text.units(character))
    long = replace(
        FORMS["many_related"], title=title, excerpt="Word " * 4_000, provider="P" * 500
    )
    assert title in judge.payload(post(long, picture=picture))[0]


def test_a_post_of_found_entities_stays_under_a_hundred() -> None:
    _, entities, _ = judge.payload(
        post(replace(FULL, title="#a " * 170, excerpt="@name example.com " * 200))
    )
    assert len(entities) <= judge.ENTITIES


def test_addresses_alone_can_be_too_long_in_bytes() -> None:
    far = tuple(
        replace(related(number), url="https://example.org/" + "x" * 2_000)
        for number in range(30)
    )
    shown = html(replace(FULL, related=far))
    assert 10 <= shown.count("• ") < 30
    assert len(shown.encode()) <= markup.RAW_BYTES


def test_an_excerpt_past_500_characters_stands_in_an_expandable_quotation() -> None:
    for length, kinds in ((500, []), (501, ["ExpandableBlockQuote"])):
        text, entities, _ = judge.payload(post(replace(FULL, excerpt="é" * length)))
        quotes = [one for one in entities if "Quote" in judge.kinds([one])[0]]
        assert judge.kinds(quotes) == kinds
        assert [judge.cut(text, one) for one in quotes] == ["é" * length] * len(kinds)
    assert "blockquote" not in html(FORMS["long_excerpt"], fallbacks=[Fallback.SHORTER])
    assert "<blockquote expandable>" in html(
        FORMS["long_excerpt"], picture=Picture.PHOTO
    )


# --- Photo mode -------------------------------------------------------------------------------------------------------


def test_in_photo_mode_the_words_are_a_caption_that_fits() -> None:
    payload = post(FORMS["many_related"], picture=Picture.PHOTO)
    assert (payload["method"], payload["photo"]) == ("sendPhoto", FULL.image)
    assert 900 < judge.payload(payload)[2] <= judge.CAPTION


def test_in_photo_mode_an_article_without_image_is_text() -> None:
    assert post(FORMS["no_image"], picture=Picture.PHOTO) == post(FORMS["no_image"])


def test_a_photo_that_telegram_cant_take_becomes_text_with_a_preview() -> None:
    assert post(FULL, picture=Picture.PHOTO, fallbacks=[Fallback.TEXT]) == post(FULL)


# --- Mends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize("form", FORMS)
def test_plain_words_are_the_words_telegram_would_have_shown(
    form: str, picture: Picture
) -> None:
    formatted, plain = (
        post(FORMS[form], picture=picture, fallbacks=fallbacks)
        for fallbacks in ([], [Fallback.PLAIN])
    )
    assert "parse_mode" not in plain
    assert judge.payload(plain)[0] == judge.payload(formatted)[0]
    assert plain["reply_markup"] == formatted["reply_markup"]


def test_without_buttons_the_words_link_the_article() -> None:
    payload = post(FULL, fallbacks=[Fallback.NO_KEYBOARD])
    assert "reply_markup" not in payload
    assert payload["text"].endswith(
        '#ComputerVision #AI\n\n<a href="https://example.org/ferry?from=feed&amp;lang=en">Read the article</a>'
        f' · <a href="https://t.me/your_bot?start=f-{topics.code("Computer Vision")}">Follow Computer Vision</a>'
        f' · <a href="https://t.me/your_bot?start=f-{topics.code("AI")}">Follow AI</a>'
    )


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize("form", FORMS)
def test_plain_and_without_buttons_the_address_itself_is_there(
    form: str, picture: Picture
) -> None:
    payload = post(
        FORMS[form], picture=picture, fallbacks=[Fallback.PLAIN, Fallback.NO_KEYBOARD]
    )
    assert judge.payload(payload)[0].endswith(f"\n\n{FORMS[form].url}")


@pytest.mark.parametrize("form", FORMS)
def test_shorter_is_at_most_half_and_has_no_related_links(form: str) -> None:
    payload = post(FORMS[form], fallbacks=[Fallback.SHORTER])
    assert judge.payload(payload)[2] <= judge.TEXT // 2
    assert "• " not in payload["text"]


def test_fallbacks_about_where_a_post_goes_change_no_word() -> None:
    assert post(
        FULL, fallbacks=[Fallback.NO_THREAD, Fallback.NO_REPLY, Fallback.UNPAID]
    ) == post(FULL)
