"""The post: an article as readers see it in a channel or their own chat. Sends nothing.

See docs/architecture.md, Posts.

A post fits by construction: related links go first, from the end, then the excerpt is cut at a word; then, for what no
real article needs, hashtags and the title. The HTML is rendered anew for each try and never cut.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, tzinfo
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any, Literal

from bot.domain import plain_text, urls
from bot.domain.article import Article, Related
from bot.domain.delivery import Payload
from bot.domain.outcome import Fallback
from bot.domain.topics import Taxonomy
from bot.rendering import dates, fitting, keyboards, markup, offers
from bot.rendering.fitting import Cut
from bot.rendering.offers import FollowLink
from bot.rendering.templates import Templates
from bot.settings import Buttons

TITLE_UNITS = 512
PROVIDER_UNITS = 96
RELATED_UNITS = 256
#: What is left of the excerpt when Telegram found the whole post too long.
SHORT_EXCERPT = 300
#: An excerpt shorter than this after cutting says nothing.
LEAST_EXCERPT = 40
#: More hashtags than these are noise.
HASHTAGS = 5

Picture = Literal["preview", "photo"]


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A related article in the list under a post."""

    title: str
    #: The outlet's address, or that of the post in the same channel when the article was itself posted there.
    url: str
    provider: str
    posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What the template `post` is given; documented at its top."""

    title: str
    provider: str
    date: str
    excerpt: str
    related: tuple[RelatedLink, ...]
    hashtags: tuple[str, ...]
    url: str
    kind: str
    #: Whether the text links the article itself, for want of a button.
    link: bool
    #: Links to follow its topics, for want of buttons.
    follow: tuple[FollowLink, ...]


_CUTS: tuple[Cut[_Words], ...] = (
    Cut(lambda words, n: replace(words, related=words.related[:n]), lambda words: len(words.related)),
    Cut(lambda words, n: replace(words, excerpt=_cut(words.excerpt, n)), lambda words: plain_text.units(words.excerpt)),
    Cut(lambda words, n: replace(words, hashtags=words.hashtags[:n]), lambda words: len(words.hashtags)),
    Cut(lambda words, n: replace(words, follow=words.follow[:n]), lambda words: len(words.follow)),
    Cut(
        lambda words, n: replace(words, title=plain_text.shorten(words.title, n)),
        lambda words: plain_text.units(words.title),
    ),
    Cut(lambda words, n: replace(words, provider=plain_text.shorten(words.provider, n)), lambda words: PROVIDER_UNITS),
)


def post(
    templates: Templates,
    article: Article,
    *,
    bot: str,
    taxonomy: Taxonomy,
    delivery: str = "",
    links: Mapping[str, str] | None = None,
    followed: Collection[str] = (),
    picture: Picture = "preview",
    buttons: Buttons = Buttons.KEYBOARD,
    fallbacks: Collection[Fallback] = (),
    tz: tzinfo = UTC,
) -> Payload:
    """Return the call that posts `article`: `sendMessage`, or `sendPhoto` for a picture in photo mode.

    bot: its username. delivery: the delivery's short id, which makes each keyboard its own. links: identity of a
    related article → address of its post in the same chat. followed: keys of topics that need no button to follow them.
    buttons: where the links to read and to follow stand; without a keyboard they carry no delivery's id.
    fallbacks: what this attempt does differently; those about where it goes are not handled here.
    """
    there = frozenset(links.items()) if links else frozenset()
    keyboard = buttons is Buttons.KEYBOARD and Fallback.NO_KEYBOARD not in fallbacks
    link, plain = buttons is not Buttons.NONE and not keyboard, Fallback.PLAIN in fallbacks
    offered: tuple[FollowLink, ...] = ()
    if keyboard or (link and not plain):
        carried = delivery if keyboard else ""
        offered = offers.follow_links(article.topics, taxonomy, bot=bot, delivery=carried, followed=followed)
    follow = offered if link else ()
    payload = dict(_said(templates, article, taxonomy, there, picture, link, follow, frozenset(fallbacks), tz))
    if keyboard:
        payload["reply_markup"] = keyboards.keyboard(_buttons(article, offered))
    return payload


@lru_cache(maxsize=64)
def _said(
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
    """Return the call without its keyboard; thousands of followers get the same."""
    photo = picture == "photo" and bool(article.image) and Fallback.TEXT not in fallbacks
    units = markup.CAPTION_UNITS if photo else markup.TEXT_UNITS
    plain = Fallback.PLAIN in fallbacks
    words = replace(_words(article, taxonomy, dict(links), tz), link=link and not plain, follow=follow)
    if Fallback.SHORTER in fallbacks:
        units, words = units // 2, replace(words, related=(), excerpt=_cut(words.excerpt, SHORT_EXCERPT))
    tail = f"\n\n{article.url}" if plain and link and len(article.url) < units // 2 else ""
    text = _rendered(templates, words, lambda text: (markup.plain(text.text + tail) if plain else text).fits(units))
    key = "caption" if photo else "text"
    said = {key: text.text + tail} if plain else {key: text.html, "parse_mode": "HTML"}
    return _photo(article, said) if photo else _message(article, said)


def edit(payload: Payload, before: Payload | None = None) -> Payload:
    """Return the call that makes a message already sent look like `payload`, in its full state, without its number.

    before: what was sent; it tells whether only a caption changes. A photo can't become text again (Bot API), so
    there the words become the caption; render with the old picture to keep their layout.
    """
    was_photo = before is not None and before["method"] == "sendPhoto"
    buttons = {"reply_markup": payload.get("reply_markup", keyboards.keyboard([]))}
    if payload["method"] == "sendMessage":
        words = _part(payload, "text", "parse_mode", "link_preview_options")
        return _caption(words) | buttons if was_photo else {"method": "editMessageText", **words, **buttons}
    words = _part(payload, "caption", "parse_mode")
    if was_photo and before is not None and before["photo"] == payload["photo"]:
        return {"method": "editMessageCaption", **words, **buttons}
    return {"method": "editMessageMedia", "media": {"type": "photo", "media": payload["photo"], **words}, **buttons}


def tombstone(templates: Templates, article: Article, *, photo: bool = False) -> Payload:
    """Return the edit that leaves a short note where a withdrawn article's post can't be deleted any more.

    photo: the post is a picture with a caption.
    """
    words = {
        "title": plain_text.shorten(_title(article), RELATED_UNITS),
        "provider": _provider(article),
        "url": article.url,
    }
    text = templates.render("tombstone", words)
    if not text.fits(markup.CAPTION_UNITS):
        text = templates.render_shipped("tombstone", words)
    said = {"parse_mode": "HTML", "reply_markup": keyboards.keyboard([])}
    if photo:
        return {"method": "editMessageCaption", "caption": text.html, **said}
    return {"method": "editMessageText", "text": text.html, "link_preview_options": {"is_disabled": True}, **said}


def _words(article: Article, taxonomy: Taxonomy, links: Mapping[str, str], tz: tzinfo) -> _Words:
    title = _title(article)
    repeats = article.excerpt == title or (plain_text.title_key(article.excerpt) or None) == plain_text.title_key(title)
    return _Words(
        title=plain_text.shorten(title, TITLE_UNITS),
        provider=_provider(article),
        date=dates.behind(_provider(article), dates.published(article, tz)),
        excerpt="" if repeats else plain_text.shorten(article.excerpt, markup.TEXT_UNITS),
        related=tuple(_related(one, links.get(one.identity)) for one in article.related),
        hashtags=tuple(map(markup.meant, _in_line(_hashtags(article, taxonomy)))),
        url=article.url,
        kind=article.kind,
        link=False,
        follow=(),
    )


def _hashtags(article: Article, taxonomy: Taxonomy) -> list[str]:
    """Return the tags of the article's topics, at most HASHTAGS: no topic's second tag for another topic's first."""
    tags = [taxonomy.hashtags(name) for name in article.topics]
    in_turn = dict.fromkeys(tag for ones in zip_longest(*tags) for tag in ones if tag)
    kept = [*in_turn][:HASHTAGS]
    return [tag for tag in dict.fromkeys(chain.from_iterable(tags)) if tag in kept]


def _in_line(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags, those in right-to-left scripts last: leading a line they would move every other's # about."""
    return tuple(sorted(tags, key=lambda tag: unicodedata.bidirectional(tag[0]) in ("R", "AL")))


def _title(article: Article) -> str:
    return article.title or urls.host(article.url)


def _provider(article: Article) -> str:
    return plain_text.shorten(article.provider or urls.host(article.url), PROVIDER_UNITS)


def _related(one: Related, posted: str | None) -> RelatedLink:
    host = urls.host(one.url)
    provider = plain_text.shorten(one.provider or host, PROVIDER_UNITS)
    return RelatedLink(
        plain_text.shorten(one.title or host, RELATED_UNITS), posted or one.url, provider, posted is not None
    )


def _cut(excerpt: str, units: int) -> str:
    return plain_text.shorten(excerpt, units) if units >= min(LEAST_EXCERPT, plain_text.units(excerpt)) else ""


def _rendered(templates: Templates, words: _Words, fits: Callable[[markup.Marked], bool]) -> markup.Marked:
    """Return the post cut to what `fits`; by the shipped template where the operator's leaves no room."""
    fitted = fitting.shrunk(words, lambda words: fits(templates.render("post", asdict(words))), _CUTS)
    if fitted is not None:
        return templates.render("post", asdict(fitted))
    fitted = fitting.shrunk(words, lambda words: fits(templates.render_shipped("post", asdict(words))), _CUTS)
    return templates.render_shipped("post", asdict(fitted or words))


def _message(article: Article, said: Payload) -> Payload:
    # One of the two is always set: a title like "Inside README.md" must not bring a stranger's page along.
    preview: dict[str, Any] = {"is_disabled": True}
    if article.image:
        preview = {"url": article.image, "prefer_large_media": True, "show_above_text": True}
    return {"method": "sendMessage", **said, "link_preview_options": preview}


def _photo(article: Article, said: Payload) -> Payload:
    return {"method": "sendPhoto", "photo": article.image, **said}


def _part(payload: Payload, *keys: str) -> Payload:
    return {key: payload[key] for key in keys if key in payload}


def _caption(words: Payload) -> Payload:
    """Return a text's words as the caption of the photo they replace; without its layout where there is no room."""
    text = markup.measure(words["text"]) if "parse_mode" in words else markup.plain(words["text"])
    if "parse_mode" in words and text.fits(markup.CAPTION_UNITS):
        return {"method": "editMessageCaption", "caption": text.html, "parse_mode": "HTML"}
    return {"method": "editMessageCaption", "caption": markup.plain_within(text.text, markup.CAPTION_UNITS).text}


def _buttons(article: Article, offered: Sequence[FollowLink]) -> keyboards.Rows:
    follow = (keyboards.link(f"Follow {one.topic}", one.url) for one in offered)
    return keyboards.in_rows([keyboards.link("Read the article", article.url), *follow])
