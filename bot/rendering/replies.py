"""What readers get told: one function for each reply, one template for each function. Decides nothing, sends nothing.

Topics are names in the taxonomy's spelling; words are as the reader typed them. Every reply says what to do next and,
where something was done, how to undo it.
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

#: Topics on one page of the keyboard.
PAGE = 10
#: Articles in one list.
LISTED = 10
#: Buttons offered for taking back what was just done.
UNDO = 12
#: Topics that are taken back one by one; of more, one button takes all back.
UNDO_EACH = 3
#: What Telegram shows of an answer to a tap (Bot API, answerCallbackQuery).
NOTICE_UNITS = 200


def welcome(templates: Templates, *, follows: Sequence[str] = (), suggestions: Sequence[str] = ()) -> Payload:
    """Answer /start: a greeting with topics to tap, or, to who already follows some, what those are."""
    rows = [] if follows else keyboards.follows(suggestions[:6])
    more = [keyboards.tap("All topics", Act.PAGE, page=0)] if follows or suggestions else []
    words = {"follows": layout.names(follows), "suggestions": layout.names(suggestions[:6])}
    return layout.reply(templates, "welcome", [*rows, more], **words)


def welcome_following(templates: Templates, topic: str, *, already: bool = False, back: bool = False) -> Payload:
    """Answer /start from a post's button: the topic is followed from now on, or was already."""
    rows = keyboards.follows([topic], "Unfollow {}" if already else keyboards.UNDO, Act.UNFOLLOW)
    more = [keyboards.tap("More topics", Act.PAGE, page=0)]
    return layout.reply(templates, "welcome_following", [*rows, more], topic=_name(topic), already=already, back=back)


def commands_help(
    templates: Templates, commands: Sequence[tuple[str, str, str]], *, is_editor: bool = False
) -> Payload:
    """Answer /help. commands: (name without the slash, arguments or empty, what it does)."""
    told = [{"name": name, "args": args, "does": markup.meant(does)} for name, args, does in commands]
    return layout.listed(templates, "help", "commands", told, is_editor=is_editor)


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
    """Answer /topic with words, at least one of which named a topic. total: topics followed now, these included.

    awaitable: those of the unknown that a button offers, by the number of the update. full: those that there was no
    room for within the limit. back: this brought a reader back who had stopped.
    """
    if len(added) > UNDO_EACH and not awaitable:
        undo = [[keyboards.tap(keyboards.UNDO, Act.UNFOLLOW_OFFERED, str(update))]]
    else:
        label = keyboards.UNDO if len(added) == 1 else "Undo {}"
        undo = keyboards.follows(added[:UNDO], label, Act.UNFOLLOW)
    rows = [*undo, *keyboards.follows(nearest[:UNDO]), _anyway(awaitable, update)]
    words = {"added": layout.names(added), "already": layout.names(already), "total": total, "back": back}
    wrong = {"unknown": [layout.said(word) for word in unknown], "nearest": layout.names(nearest)}
    room = {"full": layout.names(full), "limit": limit, "awaitable": len(awaitable)}
    return layout.reply(templates, "following", rows, **words, **wrong, **room)


def follows_full(templates: Templates, limit: int) -> Payload:
    """Answer who follows as many topics as one chat may."""
    return layout.reply(templates, "follows_full", [_all_topics()], limit=limit)


def unknown_topic(
    templates: Templates,
    words: str,
    nearest: Sequence[str] = (),
    *,
    awaitable: Sequence[str] = (),
    update: int = 0,
) -> Payload:
    """Answer words that name no topic yet: the nearest names to tap, and a button to follow it all the same.

    awaitable: what of the words can be followed before any article carries it, by the number of the update.
    """
    rows = [*keyboards.follows(nearest[:UNDO]), _anyway(awaitable, update), _all_topics()]
    told = {"words": layout.said(words), "nearest": layout.names(nearest), "awaitable": len(awaitable)}
    return layout.reply(
        templates, "unknown_topic", rows, **told, longest=topics.LONGEST_TAG if topics.key(words) else 0
    )


def topic_keyboard(templates: Templates, names: Sequence[str], followed: Collection[str], page: int = 0) -> Payload:
    """Answer /topic alone: a page of all topics to tap on and off. page: from 0; out of range, the nearest there is."""
    shown = [name for name in names if topics.key(name)]
    last = max(0, (len(shown) - 1) // PAGE)
    page = min(max(page, 0), last)
    ticked = {topics.key(name) for name in followed}
    buttons = [_toggle(name, topics.key(name) in ticked, page) for name in shown[page * PAGE : (page + 1) * PAGE]]
    rows = [*keyboards.in_rows(buttons), _turns(page, last), [keyboards.tap("Done", Act.DONE)]]
    return layout.reply(
        templates, "topic_keyboard", rows, page=page + 1, pages=last + 1, topics=len(shown), total=len(ticked)
    )


def topics_done(templates: Templates, followed: Sequence[str]) -> Payload:
    """Close the keyboard of topics: what the reader follows now."""
    return layout.reply(templates, "topics_done", follows=layout.names(followed))


def topic_list(
    templates: Templates, followed: Sequence[str], counts: Sequence[tuple[str, int]], *, stopped: bool = False
) -> Payload:
    """Answer /topics. counts: every topic with the number of its articles, in the order to show.

    stopped: the reader keeps topics but gets nothing.
    """
    ticked = {topics.key(name) for name in followed}
    lines = [
        {"name": _name(name), "articles": articles, "followed": topics.key(name) in ticked} for name, articles in counts
    ]
    rows = [[keyboards.tap("Choose topics", Act.PAGE, page=0)]] if counts else []
    return layout.listed(
        templates, "topic_list", "topics", lines, rows, follows=layout.names(followed), stopped=stopped
    )


def unfollowed(templates: Templates, names: Sequence[str], *, left: int, update: int = 0) -> Payload:
    """Answer /untopic with topics that were followed. left: topics still followed.

    update: the one they were named by; where they are many, one button takes all back.
    """
    if len(names) > UNDO_EACH:
        rows = [[keyboards.tap(keyboards.UNDO, Act.FOLLOW_OFFERED, str(update))]]
    else:
        rows = keyboards.follows(names, keyboards.UNDO if len(names) == 1 else "Undo {}")
    return layout.reply(templates, "unfollowed", rows, names=layout.names(names), left=left)


def not_following(templates: Templates, words: str = "", follows: Sequence[str] = ()) -> Payload:
    """Answer /untopic alone (no words) or with words that name nothing followed: `follows` to tap off."""
    rows = keyboards.follows(follows[:UNDO], "Unfollow {}", Act.UNFOLLOW)
    return layout.reply(templates, "not_following", rows, words=layout.said(words), follows=layout.names(follows))


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

    topic: the one asked for. followed: whether the reader follows it. follows: whether they follow any.
    """
    lines = [layout.line(one, tz) for one in articles[:LISTED]]
    rows = keyboards.follows([topic], "Follow {}") if topic and not followed else []
    return layout.listed(templates, "latest", "articles", lines, rows, topic=_name(topic), follows=follows)


def nothing_yet(templates: Templates, topic: str = "", *, follows: bool = True) -> Payload:
    """Answer /latest when there is none. follows: whether the reader follows the topic, or without one any."""
    rows = keyboards.follows([topic], "Follow {}") if topic and not follows else []
    return layout.reply(templates, "nothing_yet", rows, topic=_name(topic), follows=follows)


def stopped(templates: Templates, follows: int) -> Payload:
    """Answer /stop: nothing more comes; the `follows` topics are kept for a return."""
    return layout.reply(templates, "stopped", follows=follows)


def resumed(
    templates: Templates, follows: Sequence[str], missed: Sequence[Stored] = (), count: int = 0, *, tz: tzinfo = UTC
) -> Payload:
    """Tell who is back after /stop or a block that everything is back, and what came meanwhile.

    missed: the newest of `count` articles.
    """
    lines = [layout.line(one, tz) for one in missed]
    more = [keyboards.tap("Choose topics", Act.PAGE, page=0)]
    return layout.listed(templates, "resumed", "articles", lines, [more], follows=layout.names(follows), count=count)


def only_in_private(templates: Templates, command: str, group: str) -> Payload:
    """Tell an editor, in private, that a command of theirs is answered there only. group: where they typed it."""
    return layout.reply(templates, "only_in_private", command=layout.said(command), where=layout.said(group))


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
    """Answer a group's member who wants to change what the group follows."""
    return layout.reply(templates, "group_admins_only")


def group_hides_members(templates: Templates) -> Payload:
    """Answer who may be an admin of a group that hides its members: how the bot can see who is one."""
    return layout.reply(templates, "group_hides_members")


def went_wrong(templates: Templates) -> Payload:
    """Answer when a fault of ours kept a command from being done."""
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
    """Return the button that follows topics which no article carries yet, where there are any."""
    label = "Follow it anyway" if len(awaitable) == 1 else "Follow them anyway"
    return [keyboards.tap(label, Act.FOLLOW_OFFERED, str(update))] if awaitable else []


def _toggle(name: str, on: bool, page: int) -> keyboards.Button:
    return keyboards.tap(keyboards.TICK + name if on else name, Act.TOGGLE, topics.code(name), page)


def _turns(page: int, last: int) -> list[keyboards.Button]:
    """Return the buttons that turn the page, where there is one to turn to."""
    back = [keyboards.tap("‹ Back", Act.PAGE, page=page - 1)] if page > 0 else []
    return back + ([keyboards.tap("More ›", Act.PAGE, page=page + 1)] if page < last else [])
