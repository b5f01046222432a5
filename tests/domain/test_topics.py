"""Topics: names, codes, the taxonomy, a reader's words, and tags as Telegram recognises them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import shipped
from bot.domain import hashtag, topics
from bot.domain.spelling import unaccented
from bot.domain.topics import Taxonomy, Topic
from bot.ingest.topic_rows import TopicRows
from bot.publish import channels
from bot.settings import Channel, taxonomy
from bot.store import chats, follows
from bot.store.database import open_database
from tests.support import judge
from tests.support.examples import examples

TAXONOMY = Taxonomy(
    [
        Topic(name="AI", aliases=("artificial intelligence", "a.i.")),
        Topic(name="Computer Vision", parent="AI", aliases=("cv",)),
        Topic(name="Face Recognition", parent="computer vision"),
        Topic(name="Language Models", parent="AI", hashtags=("LLM", "language_models")),
        Topic(name="C++"),
    ]
)
KNOWN = ("Privacy", "R&D", "Public Health", "C#", "artificial intelligence")


def meant(words: str) -> tuple[str, ...]:
    found = TAXONOMY.find(words, KNOWN)
    assert not found.unknown, found
    return found.topics


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AI", "ai"),
        ("Computer  Vision", "computer-vision"),
        ("R&D", "r and d"),
        ("Café", "CAFE\u0301"),
        ("#AI", "sharp ai"),
    ],
)
def test_names_that_mean_one_topic_have_one_key(one: str, other: str) -> None:
    assert topics.key(one) == topics.key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("C++", "C"), ("C#", "C"), ("C++", "C#"), ("AI", "A I")]
)
def test_names_that_differ_have_different_keys(one: str, other: str) -> None:
    assert topics.key(one) != topics.key(other)


def test_a_name_without_letters_or_digits_has_no_key() -> None:
    assert topics.key("🎉 …") == ""


def test_a_code_is_the_same_for_ever_since_old_posts_carry_it() -> None:
    assert topics.code("Computer Vision") == "mlkzxh8i"
    assert topics.code("computer  VISION") == "mlkzxh8i"


def test_codes_of_many_topics_differ() -> None:
    assert len({topics.code(f"Topic {number}") for number in range(5_000)}) == 5_000


@pytest.mark.parametrize("name", ["ai", " Artificial  Intelligence ", "A.I."])
def test_a_name_comes_back_in_the_taxonomys_spelling(name: str) -> None:
    assert TAXONOMY.name(name) == "AI"


def test_a_name_outside_the_taxonomy_stays_as_it_is_but_repaired() -> None:
    assert TAXONOMY.name("  Public&nbsp;Health ") == "Public Health"


def test_wider_topics_come_nearest_first() -> None:
    assert TAXONOMY.ancestors("face recognition") == ("Computer Vision", "AI")
    assert TAXONOMY.ancestors("cv") == ("AI",)
    assert TAXONOMY.ancestors("Privacy") == ()
    assert [
        TAXONOMY.depth(name) for name in ("AI", "Computer Vision", "Face Recognition")
    ] == [
        0,
        1,
        2,
    ]


def test_a_loop_of_wider_topics_ends() -> None:
    looped = Taxonomy(
        [
            Topic(name="A", parent="b"),
            Topic(name="B", parent="C"),
            Topic(name="C", parent="a"),
        ]
    )
    assert looped.ancestors("A") == ("B", "C")
    assert Taxonomy([Topic(name="A", parent="a")]).ancestors("A") == ()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("AI", ("AI",)),
        ("  ai  ", ("AI",)),
        ("#ai #privacy", ("AI", "Privacy")),
        ("AI, Computer Vision", ("AI", "Computer Vision")),
        ("computer vision", ("Computer Vision",)),
        ("ai computer vision", ("AI", "Computer Vision")),
        ("AI and computer vision & privacy", ("AI", "Computer Vision", "Privacy")),
        ("cv; artificial intelligence\nAI", ("Computer Vision", "AI")),
        ("ComputerVision", ("Computer Vision",)),
        ("llm", ("Language Models",)),
        ("#language_models", ("Language Models",)),
        ("c++, c#", ("C++", "C#")),
        ("r and d", ("R&D",)),
        ("", ()),
        (" , ; #", ()),
    ],
)
def test_a_readers_words_find_their_topics(words: str, names: tuple[str, ...]) -> None:
    assert meant(words) == names


def test_words_that_only_partly_name_topics_are_asked_about_and_not_guessed() -> None:
    found = TAXONOMY.find("AI bananas", KNOWN)
    assert found.topics == ()
    assert found.unknown == ("AI bananas",)
    assert found.nearest[0] == "AI"


def test_a_list_gives_what_is_known_and_names_what_is_not() -> None:
    found = TAXONOMY.find("privacy, compter vision", KNOWN)
    assert found.topics == ("Privacy",)
    assert found.unknown == ("compter vision",)
    assert found.nearest[0] == "Computer Vision"
    assert "Privacy" not in found.nearest


def test_nothing_near_is_offered_for_words_far_from_all() -> None:
    assert TAXONOMY.find("xyzzy qwrt", KNOWN).nearest == ()


def test_an_alias_among_the_known_names_is_no_second_topic() -> None:
    assert (
        "artificial intelligence"
        not in topics.Taxonomy.find(TAXONOMY, "artificial intelligenc", KNOWN).nearest
    )
    assert TAXONOMY.find("artificial intelligenc", KNOWN).nearest[0] == "AI"


@pytest.mark.parametrize(
    "words", ["Pickleball", "Cooking", "machine learning", "art", "A", "sports"]
)
def test_a_guess_that_shares_nothing_with_what_was_typed_is_not_offered(
    words: str,
) -> None:
    assert (
        taxonomy.load(None).find(words, [*KNOWN, "Gardening", "Local Politics"]).nearest
        == ()
    )


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Computr Visoin", "Computer Vision"),
        ("helth", "Public Health"),
        ("langage models", "Language Models"),
        ("recog", "Face Recognition"),
        ("public", "Public Health"),
        ("artificial inteligence", "AI"),
    ],
)
def test_a_misspelt_or_begun_name_is_offered(words: str, name: str) -> None:
    assert TAXONOMY.find(words, KNOWN).nearest[0] == name


@given(
    st.text(st.characters(max_codepoint=0x24F), max_size=12),
    st.text(st.characters(max_codepoint=0x24F), max_size=12),
)
@examples(200)
def test_every_guess_has_letters_in_a_row_in_common_with_what_was_typed(
    typed: str, name: str
) -> None:
    if topics.nearest([typed], [name]):
        one, other = (unaccented(topics.key(text)) for text in (typed, name))
        assert one == other or any(
            one[at : at + 2] in other for at in range(len(one) - 1)
        )


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("cafe", "Café"),
        ("CAFÉ", "Café"),
        ("lodz", "Łódź"),
        ("uberblick", "Überblick"),
        ("елка", "Ёлка"),
    ],
)
def test_accents_do_not_matter(words: str, name: str) -> None:
    assert Taxonomy().find(words, ["Café", "Łódź", "Überblick", "Ёлка"]).topics == (
        name,
    )


def test_of_two_names_that_differ_by_an_accent_each_is_found() -> None:
    assert Taxonomy().find("résumé, resume", ["Resume", "Résumé"]).topics == (
        "Résumé",
        "Resume",
    )


def test_vowel_signs_are_no_accents() -> None:
    assert Taxonomy().find("हनद", ["हिन्दी"]).topics == ()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("AI", ("AI",)),
        ("#AI #Privacy", ("AI", "Privacy")),
        ("ai, computer vision", ("AI", "Computer Vision")),
        ("AI and R&D", ("AI", "R&D")),
        ("AI and bananas", ()),
        ("AI privacy", ()),
        ("the privacy of my cv", ()),
        ("", ()),
    ],
)
def test_plain_words_name_topics_only_when_they_are_nothing_else(
    words: str, names: tuple[str, ...]
) -> None:
    assert TAXONOMY.named(words, KNOWN) == names


def test_a_list_of_thousands_is_read_in_part() -> None:
    assert len(TAXONOMY.find("x," * 5_000, KNOWN).unknown) == topics.PARTS


# --- topics that ship with Paperboy -----------------------------------------------------------------------------------

SAMPLES = Taxonomy(
    [
        Topic(name="Space", aliases=("moon",), sample=True),
        Topic(name="Gardening", aliases=("plants",)),
    ],
)


def test_a_samples_topic_is_known_only_where_an_article_carries_it() -> None:
    assert SAMPLES.find("Space, moon, plants", ()).topics == ("Gardening",)
    assert SAMPLES.find("Space, moon, plants", ["Space"]).topics == (
        "Space",
        "Gardening",
    )
    assert SAMPLES.written() == ["Gardening"]


def test_a_sample_renames_no_topic_of_an_article() -> None:
    assert [SAMPLES.name(word) for word in ("moon", "plants")] == ["moon", "Gardening"]


def test_another_word_for_a_samples_topic_means_it_only_where_that_exists() -> None:
    db = open_database(":memory:")
    assert TopicRows(db, SAMPLES).spell(("Moon",)) == ("Moon",)
    follows.topic(db, "Space")
    spelled = TopicRows(db, SAMPLES).spell(("Moon", "plants", "Rust"))
    assert spelled == ("Space", "Gardening", "Rust")
    follows.topic(db, "Moon")
    assert TopicRows(db, SAMPLES).spell(("Moon",)) == ("Moon",)
    (row,) = chats.set_channels(db, [("@news", 0, "resend")])
    wanted = channels.admission(
        row, Channel(chat="@news", topics=("moon", "plants")), SAMPLES
    )
    assert wanted.topics == {"moon", "space", "gardening"}


def test_the_shipped_topics_are_samples_beside_an_operators_settings_only(
    tmp_path: Path,
) -> None:
    assert taxonomy.load(None).written()
    assert taxonomy.load(tmp_path).written() == []
    assert taxonomy.load(shipped.config()).written() == []
    own = (shipped.config() / "topics.toml").read_text(
        encoding="utf-8"
    ) + '\n[[topics]]\nname = "Gardening"\n'
    (tmp_path / "topics.toml").write_text(own, encoding="utf-8")
    assert taxonomy.load(tmp_path).written() == ["Gardening"]


def test_near_names_come_best_first() -> None:
    assert (
        topics.nearest(["privcy"], ["Public Health", "Privacy", "Piracy"])[0]
        == "Privacy"
    )


@examples(200)
@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=20))
def test_any_words_come_to_known_names_or_are_unknown(
    words: str, known: list[str]
) -> None:
    found = TAXONOMY.find(words, known)
    names = {TAXONOMY.name(name) for name in known} | {topic.name for topic in TAXONOMY}
    assert {*found.topics, *found.nearest} <= names
    assert not set(found.topics) & set(found.nearest)


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("AI", "AI"),
        ("Computer Vision", "ComputerVision"),
        ("e-commerce", "ECommerce"),
        ("deep_learning", "deep_learning"),
        ("3D printing", "3DPrinting"),
        ("машинное обучение", "МашинноеОбучение"),
        ("هوش مصنوعی", "هوش_مصنوعی"),
        ("機械学習", "機械学習"),
        ("සිංහල", "සිංහල"),
        ("#AI", "AI"),
        ("2024", ""),
        ("C++", ""),
        ("C#", ""),
        ("हिन्दी", ""),  # Telegram would end the tag at the first vowel sign
        ("H₂O", ""),
        ("🎉", ""),
        ("x" * 70, ""),
    ],
)
def test_a_tag_is_made_as_telegram_reads_it(name: str, tag: str) -> None:
    assert hashtag.hashtag(name) == tag


def test_the_taxonomys_tags_stand_for_a_topic_and_what_is_no_tag_is_left_out() -> None:
    given_tags = Taxonomy(
        [
            Topic(name="Go", hashtags=("#GoLang", "C++")),
            Topic(name="Odd", hashtags=("+",)),
        ]
    )
    assert given_tags.hashtags("go") == ("GoLang",)
    assert given_tags.hashtags("Odd") == ("Odd",)
    assert TAXONOMY.hashtags("language models") == ("LLM", "language_models")


@example("Î°\x910")
@examples(300)
@given(
    st.text(max_size=40)
    | st.text(st.characters(categories=["L", "M", "N", "P", "Zs"]), max_size=20)
)
def test_every_tag_made_from_any_name_is_one_tag_to_telegram(name: str) -> None:
    tag = hashtag.hashtag(name)
    if tag:
        text = f"#{tag} #Next"
        found = judge.ask({"@type": "getTextEntities", "text": text})["entities"]
        assert [judge.cut(text, one) for one in found] == [f"#{tag}", "#Next"]


def test_topics_of_the_samples_are_told_from_the_operators() -> None:
    """A topic that nobody described is neither."""
    known = Taxonomy((Topic(name="AI", sample=True), Topic(name="Space")))
    assert [known.is_sample(name) for name in ("ai", "space", "Nothing")] == [
        True,
        False,
        False,
    ]
