"""Articles in every form the posts' tests look at, and how they are posted there. Not a test by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.article import Article, Related
from bot.domain.delivery import Payload
from bot.domain.topics import Taxonomy, Topic
from bot.rendering import posts
from bot.rendering.templates import Templates

TAXONOMY = Taxonomy([Topic(name="AI"), Topic(name="Computer Vision", parent="AI")])
TEMPLATES = Templates(None, TAXONOMY)


def related(number: int, title: str = "", provider: str = "Outlet") -> Related:
    url = f"https://outlet-{number}.example/story"
    return Related(
        identity=url,
        url=url,
        title=title or f"What outlet {number} says",
        provider=provider,
    )


FULL = Article(
    identity="https://example.org/ferry",
    url="https://example.org/ferry?from=feed&lang=en",
    title="The ferry that reads the river",
    excerpt="A small ferry now looks at the water before it crosses.\n\nIts captain looks, too.",
    provider="Harbour Gazette",
    published=datetime(2021, 8, 22, 21, 2, tzinfo=UTC),
    topics=("Computer Vision", "AI"),
    image="https://example.org/ferry.jpg?w=1200&h=630",
    related=(related(1), related(2), related(3, provider="")),
)
HOSTILE = "<b>&amp; \"quoted\" & 'so' </b><script>"
FORMS = {
    "full": FULL,
    "no_image": replace(FULL, image=None),
    "no_provider": replace(FULL, provider=""),
    "no_date": replace(FULL, published=None),
    "no_related": replace(FULL, related=()),
    "no_topics": replace(FULL, topics=()),
    "bare": Article(
        identity="https://example.org/x",
        url="https://example.org/x",
        title="Only a title",
    ),
    "many_related": replace(
        FULL,
        related=tuple(
            related(number, "A title of many words " * 5) for number in range(60)
        ),
    ),
    "long_excerpt": replace(FULL, excerpt="Words and water, wind and weather. " * 300),
    "persian": replace(
        FULL,
        title="می‌خواهم رودخانه را بخوانم",
        excerpt="قایق‌ها پیش از گذر به آب نگاه می‌کنند.",
        provider="روزنامهٔ بندر",
        topics=("هوش مصنوعی",),
        related=(related(1, "قایق‌های دیگر"),),
    ),
    "family_emoji": replace(
        FULL, title="A day out 👨‍👩‍👧‍👦 on the 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ferry", excerpt="👩🏽‍🚀" * 600
    ),
    "hostile": replace(
        FULL,
        title=HOSTILE,
        excerpt="So: " + HOSTILE,
        provider=HOSTILE,
        topics=(HOSTILE,),
        related=(related(1, HOSTILE, HOSTILE),),
    ),
    "looks_like_commands": replace(
        FULL, title="/stop reading README.md, says @someone", image=None
    ),
}


def post(article: Article, **how: object) -> Payload:
    return posts.post(
        TEMPLATES,
        article,
        bot="your_bot",
        **({"taxonomy": TAXONOMY, "delivery": "1z"} | how),
    )  # type: ignore[arg-type]


def html(article: Article, **how: object) -> str:
    payload = post(article, **how)
    return str(payload.get("text") or payload["caption"])


def buttons(payload: Payload) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = payload["reply_markup"]["inline_keyboard"]
    return rows
