"""Edits of posts that were sent: to what their article is now, or to a note. Sends nothing."""

from __future__ import annotations

from bot.domain import plain_text
from bot.domain.article import Article
from bot.domain.delivery import Payload
from bot.rendering import keyboards, markup, post_words
from bot.rendering.templates import Templates


def edit(payload: Payload, before: Payload | None = None) -> Payload:
    """Return the call that makes a message show `payload`, whole, without the message's number.

    before: what was sent; None: a text. A photo can't become text again (Bot API), so the text
    becomes its caption; render it with the old picture to keep the layout.
    """
    photo = before.get("photo") if before else None
    buttons = payload.get("reply_markup", keyboards.keyboard([]))
    if payload["method"] == "sendPhoto":
        return _photo_edit(payload, photo) | {"reply_markup": buttons}
    words = _part(payload, "text", "parse_mode", "link_preview_options")
    call = {"method": "editMessageText", **words}
    if photo is not None:
        call = _caption(words)
    return call | {"reply_markup": buttons}


def _photo_edit(payload: Payload, photo: str | None) -> Payload:
    """Return the edit to a picture with a caption. photo: the picture that is there."""
    caption = _part(payload, "caption", "parse_mode")
    if photo == payload["photo"]:
        return {"method": "editMessageCaption", **caption}
    media = {"type": "photo", "media": payload["photo"], **caption}
    return {"method": "editMessageMedia", "media": media}


def tombstone(
    templates: Templates, article: Article, *, photo: bool = False
) -> Payload:
    """Return the edit that leaves a note in place of a withdrawn post that can't be deleted.

    photo: the post is a picture with a caption.
    """
    title = post_words.title(article)
    words = {
        "title": plain_text.shorten(title, post_words.RELATED_UNITS),
        "provider": post_words.provider(article),
        "url": article.url,
    }
    text = templates.render("tombstone", words)
    if not text.fits(markup.CAPTION_UNITS):
        text = templates.render_shipped("tombstone", words)
    common = {"parse_mode": "HTML", "reply_markup": keyboards.keyboard([])}
    if photo:
        return {"method": "editMessageCaption", "caption": text.html, **common}
    common["link_preview_options"] = {"is_disabled": True}
    return {"method": "editMessageText", "text": text.html, **common}


def _part(payload: Payload, *keys: str) -> Payload:
    return {key: payload[key] for key in keys if key in payload}


def _caption(words: Payload) -> Payload:
    """Return the edit of a photo's caption to a text; without markup if that is too long."""
    if "parse_mode" not in words:
        text = markup.plain(words["text"])
    else:
        text = markup.measure(words["text"])
        if text.fits(markup.CAPTION_UNITS):
            html = {"caption": text.html, "parse_mode": "HTML"}
            return {"method": "editMessageCaption", **html}
    plain = markup.plain_within(text.text, markup.CAPTION_UNITS)
    return {"method": "editMessageCaption", "caption": plain.text}
