"""Search: every reader's words are words, whatever they hold, and find what a person would expect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import plain_text
from bot.domain.arrival import Waits
from bot.store import articles, facts, holding, indexing, migrations, searches
from bot.store.database import Database
from bot.store.facts import Fact
from bot.store.search import nearest_titles, page
from tests.support.examples import examples
from tests.support.newsroom import (
    FIRST,
    SECOND,
    Newsroom,
    article,
    first_page,
    open_newsroom,
)


def record(newsroom: Newsroom, *titles: str, **more: str) -> list[int]:
    return [
        newsroom.number(
            f"{title}.md",
            article(title, f"https://one.example/{place}-{len(title)}", **more),
        )
        for place, title in enumerate(titles)
    ]


def forget_the_index(db: Database, last: int) -> None:
    """Make a database as one of before step 0012 is, in which articles up to `last` are to index."""
    db.conn.execute(
        "INSERT INTO articles_folded (articles_folded) VALUES ('delete-all')"
    )
    db.table("articles").enable_fts(
        ["title", "excerpt", "provider"], tokenize="unicode61 remove_diacritics 2"
    )
    db.execute(migrations.SEARCHED_ANEW)
    facts.put(db, Fact.UNINDEXED, str(last))


def found(newsroom: Newsroom, words: str) -> list[str]:
    return [one.article.title for one in first_page(newsroom.db, words)]


def test_every_word_must_be_there_in_any_order_and_case(newsroom: Newsroom) -> None:
    record(newsroom, FIRST, SECOND)
    assert found(newsroom, "RECOGNITION facial") == [FIRST]
    assert found(newsroom, "recognition centres") == []


def test_the_beginning_of_a_word_is_enough_and_its_end_is_not(
    newsroom: Newsroom,
) -> None:
    record(newsroom, FIRST)
    assert found(newsroom, "recog organis") == [FIRST]
    assert found(newsroom, "nition") == []


def test_excerpts_and_outlets_are_searched_too_and_titles_weigh_more(
    newsroom: Newsroom,
) -> None:
    record(newsroom, "Weather", excerpt="A flood of parliament news")
    record(newsroom, "Parliament", provider="The Daily Weather")
    assert found(newsroom, "parliament") == ["Parliament", "Weather"]
    assert found(newsroom, "daily") == ["Parliament"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Die Straße nach Süden", "straße"),
        ("Die Straße nach Süden", "STRAßE suden"),
        ("İstanbul'da seçim", "İstanbul"),
        ("Café in Zürich opens", "cafe zurich"),
        ("हिन्दी में समाचार", "हिन्दी"),
        ("人工智能改变世界", "人工智能"),
        ("Новости искусственного интеллекта", "ИНТЕЛЛЕКТА"),
        ("O'Reilly's C++ & C# week", "O'Reilly's C++"),
        ('A "quoted" word', '"quoted"'),
        ("خبر می‌خواهیم", "می‌خواهیم"),
        ("The state-of-the-art model", "state-of-the-art"),
        ("50% off, 3.5 GHz", "3.5"),
    ],
)
def test_words_of_any_script_are_found_as_they_are_written(
    newsroom: Newsroom, title: str, words: str
) -> None:
    record(newsroom, title, "Something else altogether")
    assert found(newsroom, words) == [title]


@pytest.mark.parametrize("words", ["AND", "NOT law", "NEAR(law data)", "law NOT votes"])
def test_the_index_own_operators_are_words_like_others(
    newsroom: Newsroom, words: str
) -> None:
    record(newsroom, FIRST)
    assert found(newsroom, words) == []


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "🙂 🙂",
        '"',
        "***",
        "--",
        "(",
        ":",
        "^",
        "{}",
        "'",
        "\x00",
        "\ud800",
        "&&",
    ],
)
def test_words_without_a_letter_or_digit_find_nothing(
    newsroom: Newsroom, words: str
) -> None:
    record(newsroom, FIRST)
    assert found(newsroom, words) == []
    assert nearest_titles(newsroom.db, words) == []


@pytest.mark.parametrize(
    "words",
    ['facial"', "title:facial", "facial*", "^facial", "(facial", "facial) OR ("],
)
def test_signs_around_a_word_do_not_hide_it(newsroom: Newsroom, words: str) -> None:
    record(newsroom, "OR the title facial")
    assert found(newsroom, words) == ["OR the title facial"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("新しい電池の研究が始まった", "電池"),
        ("新しい電池の研究が始まった", "电池"),
        ("香港渡轮明天停航", "渡轮"),
        ("台風で運航見合わせ", "運航"),
        ("台風で運航見合わせ", "运航"),
        ("قطار سريع بين الرياض وجدة", "سریع"),
        ("یک قایق تازه", "يك قايق"),
        ("مدرسة الأحياء", "الاحياء مدرسه"),
        ("Ёлка у моря", "елка"),
        ("Елка у моря", "ЁЛКА"),
        ("Новые паромы у причала", "паром"),
        ("Новый паром у причала", "паромы"),
        ("A rover on Mars", "rovers"),
        ("Rovers on Mars", "rover"),
        ("The city and its boxes", "cities box"),
        ("It lands softly", "landing"),
        ("Running late", "run"),
        ("They landed softly", "landing"),
        ("Landing softly", "landed"),
        ("He makes boats", "making boat"),
        ("Die neue Fähre", "Fähren"),
        ("Les journaux", "journal"),
        ("Le journal", "journaux"),
        ("Battery makers meet", "battrey"),
        ("Battery makers meet", "batery makers"),
        ("Battery makers meet", "vattery"),
        ("Battery makers meet", "batterry"),
        ("Паром ушёл", "пароп"),
        ("Many batteries", "battery"),
        ("A story of ٣٥ ships", "35"),
        ("สถานีรถไฟใหม่", "รถไฟ"),
        ("서울에서 열린 회의", "서울"),
        ("Die Straße", "strasse"),
    ],
)
def test_what_a_person_would_expect_is_found(
    newsroom: Newsroom, title: str, words: str
) -> None:
    record(newsroom, title, "Something else altogether")
    assert found(newsroom, words) == [title]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("harbour -ferry", ["Harbour lights"]),
        ("harbour -ferries", ["Harbour lights"]),
        ("harbour -fer", ["Harbour ferry", "Harbour lights"]),
        ('harbour -"ferry"', ["Harbour lights"]),
        ('"harbour ferry"', ["Harbour ferry"]),
        ('"ferry harbour"', []),
        ("“harbour ferry”", ["Harbour ferry"]),
        ("„ferry harbour“", []),
        ("harbour -«ferry»", ["Harbour lights"]),
        ('"harbour fer"', []),
        ("ferry OR lights", ["Harbour ferry", "Harbour lights"]),
        ("harbour ferry OR lights", ["Harbour ferry", "Harbour lights"]),
        ("ferry or lights", []),
        ("OR ferry", ["Harbour ferry"]),
        ("ferry OR", ["Harbour ferry"]),
        ("ferry OR -lights", ["Harbour ferry"]),
        ("-ferry", []),
        ('-"harbour ferry" -lights', []),
        ("OR -ferry", []),
        ("OR", []),
        ('""', []),
        ('"harbour ferry', ["Harbour ferry"]),
        ('-"ferry', []),
        ("harbour - ferry", ["Harbour ferry"]),
        ("har-bour", []),
        ("harbxur ferry", ["Harbour ferry"]),
        ("harbxxr ferry", []),
        ("-harbxur ferry", ["Harbour ferry"]),
        ('"harbxur"', []),
    ],
)
def test_words_can_be_left_out_joined_and_meant_as_a_phrase(
    newsroom: Newsroom, words: str, titles: list[str]
) -> None:
    record(newsroom, "Harbour ferry", "Harbour lights")
    assert sorted(found(newsroom, words)) == titles


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("harbour -ferry", ["Harbour lights"]),
        ("-ferry", []),
        ("OR", []),
        ("harbour OR -lights", ["Harbour ferry"]),
    ],
)
def test_words_are_left_out_also_before_the_index_is_built(
    newsroom: Newsroom, words: str, titles: list[str]
) -> None:
    record(newsroom, "Harbour ferry", "Harbour lights")
    forget_the_index(newsroom.db, last=99)
    assert sorted(found(newsroom, words)) == titles


@pytest.mark.parametrize("words", ["池電", "電研", "ion", "бор", "класс"])
def test_what_nobody_meant_is_left_out(newsroom: Newsroom, words: str) -> None:
    record(newsroom, "新しい電池の研究", "The action is classified", "Выбор классика")
    assert found(newsroom, words) == (["Выбор классика"] if words == "класс" else [])


def test_a_letter_is_mended_only_where_nothing_is_found_and_the_words_instead_are_told(
    newsroom: Newsroom,
) -> None:
    record(newsroom, "Battery makers", "Batteries", "A battery of tests")
    told = page(newsroom.db, "batterx makers")
    assert ([one.article.title for one in told.articles], told.instead) == (
        ["Battery makers"],
        "battery makers",
    )
    assert page(newsroom.db, "battery").instead == ""


def test_pages_follow_each_other_and_hold_each_article_once(newsroom: Newsroom) -> None:
    titles = record(
        newsroom, *(f"Harbour story number {number}" for number in range(25))
    )
    pages = [page(newsroom.db, "harbour", 10, number) for number in range(4)]
    assert [len(one.articles) for one in pages] == [10, 10, 5, 0]
    assert [one.more for one in pages] == [True, True, False, False]
    assert sorted(one.id for found in pages for one in found.articles) == sorted(titles)


def test_an_index_of_before_is_built_in_pieces_and_the_older_one_answers_meanwhile(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PIECE", 2)
    record(newsroom, "人工智能改变世界", "Badger two", "Badger three")
    forget_the_index(newsroom.db, last=3)
    record(newsroom, "Badgers four")
    newsroom.record(
        "Badger two.md", article("Otter two", newsroom.stored(2).article.url)
    )
    assert (
        found(newsroom, "人工智能"),
        found(newsroom, "智能"),
        found(newsroom, "badgers"),
    ) == (
        ["人工智能改变世界"],
        [],
        ["Badgers four"],
    )
    assert [indexing.build(newsroom.db) for _ in range(4)] == [2, 1, 0, 0]
    assert not newsroom.db.table("articles_fts").exists()
    assert found(newsroom, "智能") == ["人工智能改变世界"]
    assert set(found(newsroom, "badgers")) == {"Badgers four", "Badger three"}
    assert found(newsroom, "otters") == ["Otter two"]
    newsroom.record(
        "Badgers four.md", article("Heron four", newsroom.stored(4).article.url)
    )
    assert (found(newsroom, "heron"), found(newsroom, "badgers")) == (
        ["Heron four"],
        ["Badger three"],
    )


def test_words_of_a_search_are_kept_while_its_pages_may_be_turned(
    newsroom: Newsroom,
) -> None:
    number = searches.keep(newsroom.db, "harbour", newsroom.at)
    assert searches.keep(newsroom.db, "harbour", newsroom.later(days=20)) == number
    assert searches.prune(newsroom.db, newsroom.later(days=20)) == 0
    assert searches.words_of(newsroom.db, number) == "harbour"
    assert searches.prune(newsroom.db, newsroom.later(days=20)) == 1
    assert searches.words_of(newsroom.db, number) is None


def test_what_readers_may_not_see_they_do_not_find_but_an_editor_may_have_meant_it(
    newsroom: Newsroom,
) -> None:
    one, other, third, fourth = record(
        newsroom, "Badger one", "Badger two", "Badger three", "Badger four"
    )
    holding.hold(newsroom.db, [one], Waits.EDITOR)
    articles.set_withdrawn(newsroom.db, other, True)
    articles.set_copy_of(newsroom.db, third, fourth)
    assert found(newsroom, "badger") == ["Badger four"]
    assert len(nearest_titles(newsroom.db, "badger")) == 4
    holding.free(newsroom.db, one, arrives=None)
    assert set(found(newsroom, "badger")) == {"Badger one", "Badger four"}


def test_a_changed_title_is_found_by_its_new_words_only(newsroom: Newsroom) -> None:
    told = article("Badger census", "https://one.example/b")
    newsroom.record("b.md", told)
    newsroom.record("b.md", replace(told, title="Otter census"))
    assert (found(newsroom, "otter"), found(newsroom, "badger")) == (
        ["Otter census"],
        [],
    )
    newsroom.sound()


def test_nearest_titles_need_one_of_the_words(newsroom: Newsroom) -> None:
    record(newsroom, FIRST, SECOND)
    near = [
        one.article.title
        for one in nearest_titles(newsroom.db, "facial recognition badgers")
    ]
    assert near == [FIRST]


def test_so_many_words_are_looked_for_and_no_more(newsroom: Newsroom) -> None:
    record(newsroom, " ".join(f"word{place}" for place in range(12)))
    assert found(
        newsroom, " ".join(f"word{place}" for place in range(12)) + " nowhere" * 5_000
    )


room = open_newsroom()
room.record("a.md", article())


@examples(300)
@example('"" "')
@example("a" * 10_000)
@example("\u0345 \u1e9e \ufdfa ﬁ ª ²")
@given(
    st.text(st.characters(exclude_categories=[]), max_size=60)
    | st.text('"*^:()-+{} ANDORTEfacil', max_size=30)
)
def test_no_words_whatever_are_an_error(words: str) -> None:
    first_page(room.db, words)
    nearest_titles(room.db, words)


@examples(200)
@example(["0\u0a8e"])
@given(
    st.lists(
        st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8),
        min_size=1,
        max_size=8,
    )
)
def test_an_article_is_found_by_its_own_title(words: list[str]) -> None:
    title = plain_text.repair(" ".join(words))
    number = room.number("p.md", article(title, "https://one.example/p"))
    assert number in [one.id for one in first_page(room.db, title, most=50)] or not any(
        map(str.isalnum, title)
    )


def test_of_very_many_the_last_recorded_are_weighed_and_a_better_one_among_them_is_first(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.search.WEIGHED", 3)
    record(
        newsroom,
        "Harbour, harbour, harbour",
        "Harbour news",
        "A long story of the harbour",
        "Harbour again",
        "Else",
    )
    titles = [one.article.title for one in first_page(newsroom.db, "harbour", 3)]
    assert set(titles) == {
        "Harbour news",
        "A long story of the harbour",
        "Harbour again",
    }
    assert titles[-1] == "A long story of the harbour"
    assert nearest_titles(newsroom.db, "harbour else", 1)[0].article.title == "Else"


def test_a_reader_finds_what_is_there_when_too_many_of_the_last_are_hidden(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.search.WEIGHED", 2)
    first, *others = record(
        newsroom, "Harbour one", "Harbour two", "Harbour three", "Harbour four"
    )
    for hidden in others[1:]:
        articles.set_withdrawn(newsroom.db, hidden, True)
    assert {one.id for one in first_page(newsroom.db, "harbour")} == {first, others[0]}


def test_a_letter_alone_is_a_word_and_begins_none(newsroom: Newsroom) -> None:
    record(newsroom, "Plan B for the harbour", "Boats in the harbour")
    assert found(newsroom, "b") == ["Plan B for the harbour"]
    assert len(found(newsroom, "h")) == 0
    assert len(found(newsroom, "ha")) == 2
