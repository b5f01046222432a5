"""Edits and tombstones of posts, and the post of every real document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.outcome import Fallback
from bot.errors import ArticleError
from bot.feed import document
from bot.rendering import post_edits
from bot.settings import Picture
from tests.support import judge
from tests.support.forms import FORMS, FULL, TEMPLATES, buttons, post
from tests.support.paths import REAL_FEED, REAL_SEEDS

# --- Edits and tombstones ---------------------------------------------------------------------------------------------


def test_an_edit_carries_the_full_state() -> None:
    payload = post(FULL)
    assert post_edits.edit(payload) == payload | {"method": "editMessageText"}


def test_an_edit_of_a_plain_post_without_buttons_stays_plain_and_takes_no_buttons_along() -> (
    None
):
    edit = post_edits.edit(post(FULL, fallbacks=[Fallback.PLAIN, Fallback.NO_KEYBOARD]))
    assert "parse_mode" not in edit
    assert edit["reply_markup"] == {"inline_keyboard": []}


def test_a_photo_is_edited_with_its_caption() -> None:
    payload = post(FULL, picture=Picture.PHOTO)
    edit = post_edits.edit(payload)
    assert edit["method"] == "editMessageMedia"
    assert edit["media"] == {
        "type": "photo",
        "media": FULL.image,
        "caption": payload["caption"],
        "parse_mode": "HTML",
    }
    assert edit["reply_markup"] == payload["reply_markup"]


def test_the_same_photo_is_not_fetched_again() -> None:
    before, after = (
        post(FULL, picture=Picture.PHOTO),
        post(replace(FULL, title="New"), picture=Picture.PHOTO),
    )
    edit = post_edits.edit(after, before)
    assert edit == {
        "method": "editMessageCaption",
        "caption": after["caption"],
        "parse_mode": "HTML",
        "reply_markup": after["reply_markup"],
    }


@pytest.mark.parametrize("form", ["no_image", "long_excerpt"])
@pytest.mark.parametrize("fallbacks", [(), (Fallback.PLAIN,)])
def test_a_photo_whose_article_lost_its_image_keeps_its_words_in_the_caption(
    form: str, fallbacks: tuple[Fallback, ...]
) -> None:
    edit = post_edits.edit(
        post(FORMS[form], fallbacks=fallbacks), post(FULL, picture=Picture.PHOTO)
    )
    assert edit["method"] == "editMessageCaption"
    assert FULL.title in judge.payload(edit)[0]


@pytest.mark.parametrize("photo", [False, True])
def test_a_tombstone_is_short_and_takes_preview_and_buttons_away(photo: bool) -> None:
    edit = post_edits.tombstone(TEMPLATES, FULL, photo=photo)
    judge.payload(edit)
    assert edit["method"] == ("editMessageCaption" if photo else "editMessageText")
    assert edit["reply_markup"] == {"inline_keyboard": []}
    assert edit.get("link_preview_options") == (
        None if photo else {"is_disabled": True}
    )


# --- The document the project was asked for, and the real feed --------------------------------------------------------


@pytest.mark.real
def test_the_seed_is_posted_whole_with_its_related_links_by_quality() -> None:
    (seed,) = REAL_SEEDS.iterdir()
    payload = post(document.read(seed.parent, seed.name, max_bytes=1_000_000))
    text, entities, _ = judge.payload(payload)
    lines = text.split("\n")
    assert lines[:2] == [
        "PI and 30 CSOs unite against use of live facial recognition technology",
        "Privacy International · 22 Aug 2021",
    ]
    outlets = [line.rpartition(" — ")[2] for line in lines if line.startswith("• ")]
    assert outlets == [
        "Diginomica",
        "New Haven Register",
        "Express & Star",
        "Biometric Companies",
        "MediaNama",
    ]
    assert lines[-1] == "#ComputerVision #AI"
    assert judge.kinds(entities) == [
        "Bold",
        "Bold",
        *["TextUrl"] * 5,
        "Hashtag",
        "Hashtag",
    ]
    assert payload["link_preview_options"]["url"].startswith(
        "https://www.privacyinternational.org/sites/default/files/"
    )
    assert [one["text"] for one in buttons(payload)[0]] == [
        "Read the article",
        "Follow Computer Vision",
    ]


@pytest.mark.real
def test_every_document_of_the_real_feed_is_taken_or_was_refused_with_a_reason() -> (
    None
):
    taken = 0
    for path in sorted(REAL_FEED.rglob("*.md")):
        try:
            article = document.read(path.parent, path.name, max_bytes=1_000_000)
        except ArticleError as refused:
            assert refused.reason
            continue
        judge.payload(post(article))
        judge.payload(post(article, picture=Picture.PHOTO))
        taken += 1
    assert taken > 100
