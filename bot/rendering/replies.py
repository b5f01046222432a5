"""Replies to readers, one function and one template each. Decides nothing, sends nothing.

The words of /help, for example, are in `config/templates/replies/help.html.j2`; what it says of
each command, in `conversation.commands`. Topics are names in the taxonomy's spelling; words are as
the reader typed them. Every reply says what to do next and, after a change, how to undo it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, tzinfo

from bot.domain import plain_text, topics
from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.rendering import inert, keyboards, layout, markup
from bot.rendering.keyboards import Act
from bot.rendering.taps import Line
from bot.rendering.templates import Templates

#: Topics offered to a new reader.
SUGGESTED = 6
#: Topics on one page of the keyboard.
PAGE = 10
#: Articles in one list.
LISTED = 10
#: Undo buttons, and buttons of the nearest topics, at most.
UNDO = 12
#: Up to so many topics have an undo button each; more have one for all.
UNDO_EACH = 3
#: What Telegram shows of an answer to a tap (Bot API, answerCallbackQuery).
NOTICE_UNITS = 200


def welcome(
    templates: Templates, *, follows: Sequence[str] = (), suggestions: Sequence[str] = ()
) -> Payload:
    """Answer /start: a greeting with topics to tap, or the topics that the reader follows."""
    suggested = suggestions[:SUGGESTED]
    rows = [] if follows else keyboards.follows(suggested)
    if follows or suggestions:
        rows.append(_all_topics())
    return layout.reply(
        templates,
        "welcome",
        rows,
        follows=layout.names(follows),
        suggestions=layout.names(suggested),
    )


def welcome_following(
    templates: Templates, topic: str, *, already: bool = False, back: bool = False
) -> Payload:
    """Answer /start from a post's button: the topic is followed from now on, or was already."""
    rows = keyboards.follows([topic], "Unfollow {}" if already else keyboards.UNDO, Act.UNFOLLOW)
    more = [keyboards.tap("More topics", Act.PAGE, page=0)]
    return layout.reply(
        templates,
        "welcome_following",
        [*rows, more],
        topic=_name(topic),
        already=already,
        back=back,
    )


def commands_help(
    templates: Templates, commands: Sequence[tuple[str, str, str]], *, is_editor: bool = False
) -> Payload:
    """Answer /help. commands: (name without the slash, arguments or empty, what it does)."""
    lines = []
    for name, arguments, does in commands:
        lines.append({"name": name, "args": arguments, "does": markup.trusted(does)})
    return layout.listed(templates, "help", "commands", lines, is_editor=is_editor)


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
        undo = [[keyboards.tap(keyboards.UNDO, Act.UNFOLLOW_OFFERED, str(update))]]
    else:
        label = keyboards.UNDO if len(added) == 1 else "Undo {}"
        undo = keyboards.follows(added[:UNDO], label, Act.UNFOLLOW)
    return layout.reply(
        templates,
        "following",
        [*undo, *keyboards.follows(nearest[:UNDO]), _anyway(awaitable, update)],
        added=layout.names(added),
        already=layout.names(already),
        total=total,
        back=back,
        unknown=[layout.said(word) for word in unknown],
        nearest=layout.names(nearest),
        full=layout.names(full),
        limit=limit,
        awaitable=len(awaitable),
    )


def follows_full(templates: Templates, limit: int) -> Payload:
    """Answer a reader who follows as many topics as one chat may."""
    return layout.reply(templates, "follows_full", [_all_topics()], limit=limit)


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
    rows = [*keyboards.follows(nearest[:UNDO]), _anyway(awaitable, update), _all_topics()]
    return layout.reply(
        templates,
        "unknown_topic",
        rows,
        words=layout.said(words),
        nearest=layout.names(nearest),
        awaitable=len(awaitable),
        longest=topics.LONGEST_TAG if topics.key(words) else 0,
    )


def topic_keyboard(
    templates: Templates, names: Sequence[str], followed: Collection[str], page: int = 0
) -> Payload:
    """Answer /topic without words: a page of all topics to tap on and off.

    page: from 0; out of range, the nearest page.
    """
    shown = [name for name in names if topics.key(name)]
    last = max(0, (len(shown) - 1) // PAGE)
    page = min(max(page, 0), last)
    ticked = {topics.key(name) for name in followed}
    on_page = shown[page * PAGE : (page + 1) * PAGE]
    buttons = [_toggle(name, topics.key(name) in ticked, page) for name in on_page]
    rows = [*keyboards.in_rows(buttons), _turns(page, last), [keyboards.tap("Done", Act.DONE)]]
    return layout.reply(
        templates,
        "topic_keyboard",
        rows,
        page=page + 1,
        pages=last + 1,
        topics=len(shown),
        total=len(ticked),
    )


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
        lines.append({"name": _name(name), "articles": articles, "followed": followed_too})
    rows = [[keyboards.tap("Choose topics", Act.PAGE, page=0)]] if counts else []
    return layout.listed(
        templates,
        "topic_list",
        "topics",
        lines,
        rows,
        follows=layout.names(followed),
        stopped=stopped,
    )


def unfollowed(
    templates: Templates, names: Sequence[str], *, left: int, update: int = 0
) -> Payload:
    """Answer /untopic with topics that were followed. left: topics still followed.

    update: number of the update, for the one button that takes many back.
    """
    if len(names) > UNDO_EACH:
        rows = [[keyboards.tap(keyboards.UNDO, Act.FOLLOW_OFFERED, str(update))]]
    else:
        rows = keyboards.follows(names, keyboards.UNDO if len(names) == 1 else "Undo {}")
    return layout.reply(templates, "unfollowed", rows, names=layout.names(names), left=left)


def not_following(templates: Templates, words: str = "", follows: Sequence[str] = ()) -> Payload:
    """Answer /untopic without words, or with words that name no followed topic.

    follows: topics that buttons unfollow.
    """
    rows = keyboards.follows(follows[:UNDO], "Unfollow {}", Act.UNFOLLOW)
    return layout.reply(
        templates, "not_following", rows, words=layout.said(words), follows=layout.names(follows)
    )


def latest(
    templates: Templates,
    articles: Sequence[Stored],
    topic: str = "",
    *,
    followed: bool = True,
    follows: bool = False,
    tz: tzinfo = UTC,
) -> Payload:
    """Answer /latest, newest first, at most ten.

    topic: the one asked for. followed: whether the reader follows it. follows: whether the reader
    follows any topic.
    """
    lines = [layout.line(one, tz) for one in articles[:LISTED]]
    rows = keyboards.follows([topic], "Follow {}") if topic and not followed else []
    return layout.listed(
        templates, "latest", "articles", lines, rows, topic=_name(topic), follows=follows
    )


def nothing_yet(templates: Templates, topic: str = "", *, follows: bool = True) -> Payload:
    """Answer /latest when there is none.

    follows: whether the reader follows the topic; without a topic, whether they follow any.
    """
    rows = keyboards.follows([topic], "Follow {}") if topic and not follows else []
    return layout.reply(templates, "nothing_yet", rows, topic=_name(topic), follows=follows)


def stopped(templates: Templates, follows: int) -> Payload:
    """Answer /stop: nothing more comes; the `follows` topics are kept for a return."""
    return layout.reply(templates, "stopped", follows=follows)


def resumed(
    templates: Templates,
    follows: Sequence[str],
    missed: Sequence[Stored] = (),
    count: int = 0,
    *,
    tz: tzinfo = UTC,
) -> Payload:
    """Answer a reader who is back after /stop or a block: what they follow and have missed.

    missed: the newest of `count` articles.
    """
    lines = [layout.line(one, tz) for one in missed]
    more = [keyboards.tap("Choose topics", Act.PAGE, page=0)]
    return layout.listed(
        templates, "resumed", "articles", lines, [more], follows=layout.names(follows), count=count
    )


def only_in_private(templates: Templates, command: str, group: str) -> Payload:
    """Tell an editor, in private, that a command is answered only there. group: where it was."""
    return layout.reply(
        templates, "only_in_private", command=layout.said(command), where=layout.said(group)
    )


def unknown_command(templates: Templates, command: str = "") -> Payload:
    """Answer a command that does not exist, or exists for editors only. command: with its slash."""
    return layout.reply(templates, "unknown_command", command=layout.said(command))


def not_understood(templates: Templates, sort: str) -> Payload:
    """Answer what can't be read. sort: text (without a word), forward, sticker or other."""
    return layout.reply(templates, "not_understood", sort=str(sort))


def too_many(templates: Templates, seconds: int = 60) -> Payload:
    """Answer, once, a chat that sends too many commands. seconds: the pause."""
    return layout.reply(templates, "too_many", seconds=seconds)


def group_admins_only(templates: Templates) -> Payload:
    """Answer a member who may not change what the group follows."""
    return layout.reply(templates, "group_admins_only")


def group_hides_members(templates: Templates) -> Payload:
    """Answer in a group that hides its members: how the bot can see who its admins are."""
    return layout.reply(templates, "group_hides_members")


def went_wrong(templates: Templates) -> Payload:
    """Answer when an error in the bot kept a command from being done."""
    return layout.reply(templates, "went_wrong")


def notice(templates: Templates, kind: Line, topic: str = "", *, back: bool = False) -> str:
    """Return the plain line that a tapped button brings up, at most 200 UTF-16 units."""
    marked = templates.render("replies/notice", {"kind": kind, "topic": _name(topic), "back": back})
    return plain_text.shorten(marked.text.replace(inert.JOINER, ""), NOTICE_UNITS)


def _name(topic: str) -> str:
    return plain_text.shorten(topic, layout.NAME_UNITS)


def _all_topics() -> list[keyboards.Button]:
    return [keyboards.tap("All topics", Act.PAGE, page=0)]


def _anyway(awaitable: Sequence[str], update: int) -> list[keyboards.Button]:
    """Return the button that follows topics before any article carries them."""
    label = "Follow it anyway" if len(awaitable) == 1 else "Follow them anyway"
    return [keyboards.tap(label, Act.FOLLOW_OFFERED, str(update))] if awaitable else []


def _toggle(name: str, on: bool, page: int) -> keyboards.Button:
    return keyboards.tap(keyboards.TICK + name if on else name, Act.TOGGLE, topics.code(name), page)


def _turns(page: int, last: int) -> list[keyboards.Button]:
    """Return the buttons that turn the page."""
    buttons = []
    if page > 0:
        buttons.append(keyboards.tap("‹ Back", Act.PAGE, page=page - 1))
    if page < last:
        buttons.append(keyboards.tap("More ›", Act.PAGE, page=page + 1))
    return buttons
