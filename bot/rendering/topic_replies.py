"""Replies about topics: to /topic, /topics and /untopic, and the keyboard of all topics.

Decides nothing, sends nothing. Topics are names in the taxonomy's spelling.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain import hashtag, topics
from bot.domain.delivery import Payload
from bot.rendering import keyboards, layout
from bot.rendering.keyboards import Act
from bot.rendering.labels import Label
from bot.rendering.templates import Templates

#: Topics on one page of the keyboard.
PAGE = 10
#: Undo buttons, and buttons of the nearest topics, at most.
UNDO = 12
#: Up to this number, topics have an undo button each; more have one for all.
UNDO_EACH = 3


def topic_keyboard(
    templates: Templates, names: Sequence[str], followed: Collection[str], page: int = 0
) -> Payload:
    """Answer /topic without words: a page of all topics to tap on and off.

    page: from 0; out of range, the nearest page.
    """
    shown = list(filter(topics.key, names))
    ticked = set(map(topics.key, followed))
    last = max(0, (len(shown) - 1) // PAGE)
    page = min(max(page, 0), last)
    rows = _toggles(shown, ticked, page)
    rows.append(keyboards.page_turns(Act.PAGE, page, more=page < last))
    rows.append([keyboards.tap(Label.DONE, Act.DONE)])
    return layout.reply(
        templates,
        "topic_keyboard",
        rows,
        page=page + 1,
        pages=last + 1,
        topics=len(shown),
        total=len(ticked),
    )


def _toggles(
    names: Sequence[str], ticked: Collection[str], page: int
) -> list[list[keyboards.Button]]:
    """Return the buttons of one page. ticked: keys of the topics that are followed."""
    start = page * PAGE
    buttons = []
    for name in names[start : start + PAGE]:
        label = name
        if topics.key(name) in ticked:
            label = keyboards.TICK + name
        code = topics.code(name)
        buttons.append(keyboards.tap(label, Act.TOGGLE, code, page))
    return keyboards.in_rows(buttons)


def topics_done(templates: Templates, followed: Sequence[str]) -> Payload:
    """Close the keyboard of topics: what the reader follows now."""
    return layout.reply(templates, "topics_done", follows=layout.names(followed))


def topic_list(
    templates: Templates,
    followed: Sequence[str],
    counts: Sequence[tuple[str, int]],
    *,
    stopped: bool = False,
) -> Payload:
    """Answer /topics. counts: every topic with the number of its articles, in the order to show.

    stopped: the reader keeps topics but gets nothing.
    """
    ticked = {topics.key(name) for name in followed}
    lines = []
    for name, articles in counts:
        followed_too = topics.key(name) in ticked
        lines.append(
            {"name": layout.name(name), "articles": articles, "followed": followed_too}
        )
    rows = [[keyboards.tap(Label.CHOOSE_TOPICS, Act.PAGE, page=0)]] if counts else []
    return layout.listed(
        templates,
        "topic_list",
        "topics",
        lines,
        rows,
        follows=layout.names(followed),
        stopped=stopped,
    )


def following(
    templates: Templates,
    added: Sequence[str],
    already: Sequence[str] = (),
    *,
    total: int,
    unknown: Sequence[str] = (),
    nearest: Sequence[str] = (),
    awaitable: Sequence[str] = (),
    full: Sequence[str] = (),
    limit: int = 0,
    update: int = 0,
    back: bool = False,
) -> Payload:
    """Answer /topic with words of which at least one names a topic.

    total: topics followed now, with those added.

    awaitable: those of the unknown that a button offers to follow. full: topics over the limit.
    update: number of the update, for the buttons. back: the reader had stopped and is back.
    """
    if len(added) > UNDO_EACH and not awaitable:
        undo = keyboards.tap(Label.UNDO, Act.UNFOLLOW_OFFERED, str(update))
        rows = [[undo]]
    else:
        rows = keyboards.undos(added[:UNDO], Act.UNFOLLOW)
    rows += keyboards.follows(nearest[:UNDO])
    rows.append(_anyway(awaitable, update))
    return layout.reply(
        templates,
        "following",
        rows,
        added=layout.names(added),
        already=layout.names(already),
        total=total,
        back=back,
        unknown=list(map(layout.quoted, unknown)),
        nearest=layout.names(nearest),
        full=layout.names(full),
        limit=limit,
        awaitable=len(awaitable),
    )


def follows_full(templates: Templates, limit: int) -> Payload:
    """Answer a reader who follows as many topics as one chat may."""
    return layout.reply(
        templates, "follows_full", [keyboards.all_topics()], limit=limit
    )


def unknown_topic(
    templates: Templates,
    words: str,
    nearest: Sequence[str] = (),
    *,
    awaitable: Sequence[str] = (),
    update: int = 0,
) -> Payload:
    """Answer words that name no known topic: the nearest topics to tap.

    awaitable: words that can be followed before any article carries them, by a button. update:
    number of the update, for that button.
    """
    rows = [
        *keyboards.follows(nearest[:UNDO]),
        _anyway(awaitable, update),
        keyboards.all_topics(),
    ]
    return layout.reply(
        templates,
        "unknown_topic",
        rows,
        words=layout.quoted(words),
        nearest=layout.names(nearest),
        awaitable=len(awaitable),
        longest=hashtag.LONGEST_TAG if topics.key(words) else 0,
    )


def unfollowed(
    templates: Templates, names: Sequence[str], *, left: int, update: int = 0
) -> Payload:
    """Answer /untopic with topics that were followed. left: topics still followed.

    update: number of the update, for the one button that takes many back.
    """
    if len(names) > UNDO_EACH:
        undo = keyboards.tap(Label.UNDO, Act.FOLLOW_OFFERED, str(update))
        rows = [[undo]]
    else:
        rows = keyboards.undos(names, Act.FOLLOW)
    return layout.reply(
        templates, "unfollowed", rows, names=layout.names(names), left=left
    )


def not_following(
    templates: Templates, words: str = "", follows: Sequence[str] = ()
) -> Payload:
    """Answer /untopic without words, or with words that name no followed topic.

    follows: topics that buttons unfollow.
    """
    rows = keyboards.follows(follows[:UNDO], Label.UNFOLLOW, Act.UNFOLLOW)
    return layout.reply(
        templates,
        "not_following",
        rows,
        words=layout.quoted(words),
        follows=layout.names(follows),
    )


def _anyway(awaitable: Sequence[str], update: int) -> list[keyboards.Button]:
    """Return the button that follows topics before any article carries them."""
    if not awaitable:
        return []
    label = Label.FOLLOW_UNKNOWN
    if len(awaitable) > 1:
        label = Label.FOLLOW_SEVERAL_UNKNOWN
    return [keyboards.tap(label, Act.FOLLOW_OFFERED, str(update))]
