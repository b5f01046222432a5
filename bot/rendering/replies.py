"""What readers get told: one function for each reply, one template for each function. Decides nothing, sends nothing.

Topics are names in the taxonomy's spelling; words are as the reader typed them. Every reply says what to do next and,
where something was done, how to undo it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, tzinfo
from typing import Literal

from bot import prose, topics
from bot.article import Stored
from bot.delivery import Payload
from bot.rendering import inert, keyboards, markup, saying
from bot.rendering.keyboards import Act
from bot.rendering.templates import Templates

#: Topics on one page of the keyboard.
PAGE = 10
#: Articles in one list.
LISTED = 10
#: Buttons offered for taking back what was just done.
UNDO = 12
#: What Telegram shows of an answer to a tap (Bot API, answerCallbackQuery).
NOTICE_UNITS = 200

#: What a tap is answered with: see `replies/notice.html.j2`.
Line = Literal["followed", "unfollowed", "expired", "admins_only", "too_many", "posted", "decided", "nothing_left"]


def welcome(templates: Templates, *, follows: Sequence[str] = (), suggestions: Sequence[str] = ()) -> Payload:
    """Answer /start: a greeting with topics to tap, or, to who already follows some, what those are."""
    rows = [] if follows else keyboards.follows(suggestions[:6])
    more = [keyboards.tap("All topics", Act.PAGE, page=0)]
    return saying.reply(templates, "welcome", [*rows, more], follows=saying.names(follows), suggestions=bool(rows))


def welcome_following(templates: Templates, topic: str, *, already: bool = False, back: bool = False) -> Payload:
    """Answer /start from a post's button: the topic is followed from now on, or was already."""
    rows = keyboards.follows([topic], "Unfollow {}" if already else "Undo", Act.UNFOLLOW)
    more = [keyboards.tap("More topics", Act.PAGE, page=0)]
    return saying.reply(templates, "welcome_following", [*rows, more], topic=_name(topic), already=already, back=back)


def commands_help(
    templates: Templates, commands: Sequence[tuple[str, str, str]], *, is_editor: bool = False
) -> Payload:
    """Answer /help. commands: (name without the slash, arguments or empty, what it does)."""
    told = [{"name": name, "args": args, "does": markup.meant(does)} for name, args, does in commands]
    return saying.listed(templates, "help", "commands", told, is_editor=is_editor)


def following(
    templates: Templates,
    added: Sequence[str],
    already: Sequence[str] = (),
    *,
    total: int,
    unknown: Sequence[str] = (),
    nearest: Sequence[str] = (),
    back: bool = False,
) -> Payload:
    """Answer /topic with words, at least one of which named a topic. total: topics followed now, these included.

    back: this brought a reader back who had stopped.
    """
    undo = keyboards.follows(added[:UNDO], "Undo" if len(added) == 1 else "Undo {}", Act.UNFOLLOW)
    words = {"added": saying.names(added), "already": saying.names(already), "total": total, "back": back}
    wrong = {"unknown": [saying.said(word) for word in unknown], "nearest": saying.names(nearest)}
    return saying.reply(templates, "following", [*undo, *keyboards.follows(nearest[:UNDO])], **words, **wrong)


def unknown_topic(templates: Templates, words: str, nearest: Sequence[str] = ()) -> Payload:
    """Answer /topic with words that name no topic: the nearest names to tap."""
    rows = [*keyboards.follows(nearest[:UNDO]), [keyboards.tap("All topics", Act.PAGE, page=0)]]
    return saying.reply(templates, "unknown_topic", rows, words=saying.said(words), nearest=saying.names(nearest))


def topic_keyboard(templates: Templates, names: Sequence[str], followed: Collection[str], page: int = 0) -> Payload:
    """Answer /topic alone: a page of all topics to tap on and off. page: from 0; out of range, the nearest there is."""
    shown = [name for name in names if topics.key(name)]
    last = max(0, (len(shown) - 1) // PAGE)
    page = min(max(page, 0), last)
    ticked = {topics.key(name) for name in followed}
    buttons = [_toggle(name, topics.key(name) in ticked, page) for name in shown[page * PAGE : (page + 1) * PAGE]]
    rows = [*keyboards.in_rows(buttons, 2), _turns(page, last), [keyboards.tap("Done", Act.DONE)]]
    return saying.reply(
        templates, "topic_keyboard", rows, page=page + 1, pages=last + 1, topics=len(shown), total=len(ticked)
    )


def topics_done(templates: Templates, followed: Sequence[str]) -> Payload:
    """Close the keyboard of topics: what the reader follows now."""
    return saying.reply(templates, "topics_done", follows=saying.names(followed))


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
    return saying.listed(
        templates, "topic_list", "topics", lines, rows, follows=saying.names(followed), stopped=stopped
    )


def unfollowed(templates: Templates, names: Sequence[str], *, left: int) -> Payload:
    """Answer /untopic with topics that were followed. left: topics still followed."""
    rows = keyboards.follows(names[:UNDO], "Undo" if len(names) == 1 else "Undo {}")
    return saying.reply(templates, "unfollowed", rows, names=saying.names(names), left=left)


def not_following(templates: Templates, words: str = "", follows: Sequence[str] = ()) -> Payload:
    """Answer /untopic alone (no words) or with words that name nothing followed: `follows` to tap off."""
    rows = keyboards.follows(follows[:UNDO], "Unfollow {}", Act.UNFOLLOW)
    return saying.reply(templates, "not_following", rows, words=saying.said(words), follows=saying.names(follows))


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
    lines = [saying.line(one, tz) for one in articles[:LISTED]]
    rows = keyboards.follows([topic], "Follow {}") if topic and not followed else []
    return saying.listed(templates, "latest", "articles", lines, rows, topic=_name(topic), follows=follows)


def nothing_yet(templates: Templates, topic: str = "", *, follows: bool = True) -> Payload:
    """Answer /latest when there is none. follows: whether the reader follows the topic, or without one any."""
    rows = keyboards.follows([topic], "Follow {}") if topic and not follows else []
    return saying.reply(templates, "nothing_yet", rows, topic=_name(topic), follows=follows)


def search_results(templates: Templates, words: str, articles: Sequence[Stored], *, tz: tzinfo = UTC) -> Payload:
    """Answer /search with what was found, best first, at most ten."""
    lines = [saying.line(one, tz) for one in articles[:LISTED]]
    return saying.listed(templates, "search_results", "articles", lines, words=saying.said(words))


def nothing_found(templates: Templates, words: str = "") -> Payload:
    """Answer /search that found nothing, or that named nothing to look for (no words)."""
    return saying.reply(templates, "nothing_found", words=saying.said(words))


def stopped(templates: Templates, follows: int) -> Payload:
    """Answer /stop: nothing more comes; the `follows` topics are kept for a return."""
    return saying.reply(templates, "stopped", follows=follows)


def resumed(templates: Templates, follows: Sequence[str]) -> Payload:
    """Answer /start after /stop or a block: everything is back."""
    more = [keyboards.tap("Choose topics", Act.PAGE, page=0)]
    return saying.reply(templates, "resumed", [more], follows=saying.names(follows))


def unknown_command(templates: Templates, command: str = "") -> Payload:
    """Answer a command that does not exist, or exists for editors only. command: with its slash."""
    return saying.reply(templates, "unknown_command", command=saying.said(command))


def too_many(templates: Templates, seconds: int = 60) -> Payload:
    """Answer, once, a chat that sends too many commands. seconds: the pause."""
    return saying.reply(templates, "too_many", seconds=seconds)


def group_admins_only(templates: Templates) -> Payload:
    """Answer a group's member who wants to change what the group follows."""
    return saying.reply(templates, "group_admins_only")


def went_wrong(templates: Templates) -> Payload:
    """Answer when a fault of ours kept a command from being done."""
    return saying.reply(templates, "went_wrong")


def notice(templates: Templates, kind: Line, topic: str = "", *, back: bool = False) -> str:
    """Return the plain line that a tapped button brings up, at most 200 UTF-16 units."""
    marked = templates.render("replies/notice", {"kind": kind, "topic": _name(topic), "back": back})
    return prose.shorten(marked.text.replace(inert.JOINER, ""), NOTICE_UNITS)


def _name(topic: str) -> str:
    return prose.shorten(topic, saying.NAME_UNITS)


def _toggle(name: str, on: bool, page: int) -> keyboards.Button:
    return keyboards.tap(f"✓ {name}" if on else name, Act.TOGGLE, topics.code(name), page)


def _turns(page: int, last: int) -> list[keyboards.Button]:
    """Return the buttons that turn the page, where there is one to turn to."""
    back = [keyboards.tap("‹ Back", Act.PAGE, page=page - 1)] if page > 0 else []
    return back + ([keyboards.tap("More ›", Act.PAGE, page=page + 1)] if page < last else [])
