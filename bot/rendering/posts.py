"""Posts: an article as readers see it in a channel or their own chat. Sends nothing.

See docs/architecture.md, Posts. `post_words` gathers what the template is given and says what is
cut first; `post_edits` changes posts that were sent. The HTML is rendered anew for each try and
never cut.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any

from bot.domain.article import Article
from bot.domain.delivery import Payload
from bot.domain.outcome import Fallback
from bot.domain.topics import Taxonomy
from bot.rendering import fitting, follow_links, keyboards, markup, post_words
from bot.rendering.follow_links import FollowLink
from bot.rendering.labels import Label
from bot.rendering.markup import Marked
from bot.rendering.post_words import PostWords
from bot.rendering.templates import Templates
from bot.settings import Buttons, Picture


def post(
    templates: Templates,
    article: Article,
    *,
    bot: str,
    taxonomy: Taxonomy,
    delivery: str = "",
    links: Mapping[str, str] | None = None,
    followed: Collection[str] = (),
    picture: Picture = Picture.PREVIEW,
    buttons: Buttons = Buttons.KEYBOARD,
    fallbacks: Collection[Fallback] = (),
    tz: tzinfo = UTC,
) -> Payload:
    """Return the call that posts `article`: `sendMessage`, or `sendPhoto` in photo mode.

    bot: its username. delivery: the delivery's short id, so that no two keyboards are equal;
    links in the text do not carry it. links: identity of a related article → address of its post in
    the same chat. followed: keys of the topics that the chat follows. buttons: where the links to
    read and to follow stand. fallbacks: what this attempt does differently; those that change where
    the post goes are ignored here.
    """
    has_keyboard = buttons is Buttons.KEYBOARD and Fallback.NO_KEYBOARD not in fallbacks
    has_links = buttons is not Buttons.NONE and not has_keyboard
    offered: tuple[FollowLink, ...] = ()
    if has_keyboard or (has_links and Fallback.PLAIN not in fallbacks):
        carried = delivery if has_keyboard else ""
        offered = follow_links.follow_links(
            article.topics, taxonomy, bot=bot, delivery=carried, followed=followed
        )
    posted = frozenset(links.items()) if links else frozenset()
    in_text = offered if has_links else ()
    payload = dict(
        _without_keyboard(
            templates,
            article,
            taxonomy,
            posted,
            picture,
            has_links,
            in_text,
            frozenset(fallbacks),
            tz,
        )
    )
    if has_keyboard:
        payload["reply_markup"] = keyboards.keyboard(_buttons(article, offered))
    return payload


@lru_cache(maxsize=64)
def _without_keyboard(
    templates: Templates,
    article: Article,
    taxonomy: Taxonomy,
    links: frozenset[tuple[str, str]],
    picture: Picture,
    link: bool,
    follow: tuple[FollowLink, ...],
    fallbacks: frozenset[Fallback],
    tz: tzinfo,
) -> Payload:
    """Return the call without its keyboard, cached: thousands of followers get the same.

    link: the text links the article. follow: links that the text offers.
    """
    is_photo = (
        picture is Picture.PHOTO
        and bool(article.image)
        and Fallback.TEXT not in fallbacks
    )
    units = markup.CAPTION_UNITS if is_photo else markup.TEXT_UNITS
    words = post_words.of(article, taxonomy, dict(links), tz)
    if Fallback.SHORTER in fallbacks:
        units //= 2
        words = post_words.shorter(words)
    if Fallback.PLAIN in fallbacks:
        text = _plain_text(templates, words, units, article.url if link else "")
        parts = {"text": text}
    else:
        words = replace(words, link=link, follow=follow)
        html = _rendered(templates, words, lambda text: text.fits(units)).html
        parts = {"text": html, "parse_mode": "HTML"}
    return _photo(article, parts) if is_photo else _message(article, parts)


def _plain_text(
    templates: Templates, words: PostWords, units: int, address: str
) -> str:
    """Return the post without markup, the address behind it if that leaves room for the post."""
    end = f"\n\n{address}" if address and len(address) < units // 2 else ""

    def fits(text: Marked) -> bool:
        return markup.plain(text.text + end).fits(units)

    return _rendered(templates, words, fits).text + end


def _rendered(
    templates: Templates, words: PostWords, fits: Callable[[Marked], bool]
) -> Marked:
    """Return the post cut until it fits, by the shipped template if the operator's has no room."""

    def shrunk(render: Callable[[str, dict[str, Any]], Marked]) -> PostWords | None:
        return fitting.shrunk(
            words, lambda words: fits(render("post", asdict(words))), post_words.CUTS
        )

    if fitted := shrunk(templates.render):
        return templates.render("post", asdict(fitted))
    return templates.render_shipped(
        "post", asdict(shrunk(templates.render_shipped) or words)
    )


def _message(article: Article, parts: dict[str, str]) -> Payload:
    # One of the two is always set: a title like "Inside README.md" must not bring the preview of
    # a stranger's page along.
    preview: dict[str, Any] = {"is_disabled": True}
    if article.image:
        preview = {
            "url": article.image,
            "prefer_large_media": True,
            "show_above_text": True,
        }
    return {"method": "sendMessage", **parts, "link_preview_options": preview}


def _photo(article: Article, parts: dict[str, str]) -> Payload:
    caption = dict(parts)
    text = caption.pop("text")
    return {
        "method": "sendPhoto",
        "photo": article.image,
        "caption": text,
        **caption,
    }


def _buttons(article: Article, offered: Sequence[FollowLink]) -> keyboards.Rows:
    read = keyboards.link(Label.READ, article.url)
    buttons = [read]
    for one in offered:
        label = Label.FOLLOW.format(one.topic)
        follow = keyboards.link(label, one.url)
        buttons.append(follow)
    return keyboards.in_rows(buttons)
