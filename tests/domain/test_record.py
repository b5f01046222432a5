"""Articles as plain data: what is packed comes out as it went in."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article, Related
from bot.domain.record import ArticleRecord, pack, unpack

TEXTS = st.text(max_size=12)
NUMBERS = st.integers(-10, 200)
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive
MOMENTS = st.none() | st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)).map(
    lambda one: one.replace(microsecond=one.microsecond // 1000 * 1000)
)
RELATED = st.builds(
    Related,
    identity=TEXTS, url=TEXTS, title=TEXTS, provider=TEXTS, excerpt=TEXTS, published=MOMENTS, quality=NUMBERS,
)  # fmt: skip
ARTICLES = st.builds(
    Article,
    identity=TEXTS, url=TEXTS, title=TEXTS, aliases=st.lists(TEXTS, max_size=2).map(tuple), excerpt=TEXTS,
    provider=TEXTS, published=MOMENTS, topics=st.lists(TEXTS, max_size=2).map(tuple), image=st.none() | TEXTS,
    related=st.lists(RELATED, max_size=2).map(tuple), quality=NUMBERS, heat=NUMBERS, kind=TEXTS,
    unpublished=st.booleans(), removed=st.booleans(),
)  # fmt: skip


@given(ARTICLES)
def test_an_article_comes_out_as_it_went_in_through_a_process_too(
    article: Article,
) -> None:
    packed = pickle.loads(pickle.dumps(pack(article)))
    assert packed == pack(article)
    assert ArticleRecord.of_flat(packed.flat()) == packed
    assert unpack(packed) == article
    assert packed.fingerprint == article.fingerprint
    assert (packed.story_key, packed.quality) == (article.story_key, article.quality)
    assert packed.unpublished is article.unpublished


def test_a_moment_is_in_whole_milliseconds_of_utc_and_never_later_than_it_was() -> None:
    place = timezone(timedelta(hours=2))
    late = datetime(2026, 11, 22, 14, 0, 0, 1999, tzinfo=place)
    packed = pack(Article(identity="a", url="a", title="A", published=late))
    assert packed.published == 1_795_348_800_001
    assert unpack(packed).published == datetime(
        2026, 11, 22, 12, 0, 0, 1000, tzinfo=UTC
    )


def test_a_record_has_its_articles_identity() -> None:
    """It is asked for before the article is made of the record."""
    article = Article(
        identity="https://example.org/a", url="https://example.org/a", title="A"
    )
    assert pack(article).identity == article.identity
