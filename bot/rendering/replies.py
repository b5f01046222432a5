"""Replies to readers, one function and one template each. Decides nothing, sends nothing.

The words of /help, for example, are in `config/templates/replies/help.html.j2`; what it says of
each command, in `labels`. Topics are names in the taxonomy's spelling; words are as
the reader typed them. Every reply says what to do next and, after a change, how to undo it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from bot.domain import plain_text
from bot.domain.article import Stored
from bot.domain.delivery import Payload
from bot.rendering import inert, keyboards, layout, markup
from bot.rendering.keyboards import Act
from bot.rendering.labels import Label
from bot.rendering.taps import TapAnswer
from bot.rendering.templates import Templates

#: Topics offered to a new reader.
SUGGESTED = 6
#: Articles in one list.
LISTED = 10
#: What Telegram shows of an answer to a tap (Bot API, answerCallbackQuery).
NOTICE_UNITS = 200


def welcome(
    templates: Templates,
    *,
    follows: Sequence[str] = (),
    suggestions: Sequence[str] = (),
) -> Payload:
    """Answer /start: a greeting with topics to tap, or the topics that the reader follows."""
    suggested = suggestions[:SUGGESTED]
    rows = [] if follows else keyboards.follows(suggested)
    if follows or suggestions:
        rows.append(keyboards.all_topics())
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
    if already:
        rows = keyboards.follows([topic], Label.UNFOLLOW, Act.UNFOLLOW)
    else:
        rows = keyboards.undos([topic], Act.UNFOLLOW)
    more = [keyboards.tap(Label.MORE_TOPICS, Act.PAGE, page=0)]
    return layout.reply(
        templates,
        "welcome_following",
        [*rows, more],
        topic=layout.name(topic),
        already=already,
        back=back,
    )


def commands_help(
    templates: Templates,
    commands: Sequence[tuple[str, str, str]],
    *,
    for_editors: Sequence[str] = (),
) -> Payload:
    """Answer /help. commands: (name without the slash, arguments or empty, what it does).

    for_editors: names of those that only editors have; empty for anybody else.
    """
    lines = []
    for name, arguments, does in commands:
        lines.append({"name": name, "args": arguments, "does": markup.trusted(does)})
    return layout.listed(
        templates,
        "help",
        "commands",
        lines,
        is_editor=bool(for_editors),
        for_editors=for_editors,
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
    lines = [layout.article_line(one, tz) for one in articles[:LISTED]]
    rows = keyboards.follows([topic], Label.FOLLOW) if topic and not followed else []
    return layout.listed(
        templates,
        "latest",
        "articles",
        lines,
        rows,
        topic=layout.name(topic),
        follows=follows,
    )


def nothing_yet(
    templates: Templates, topic: str = "", *, follows: bool = True
) -> Payload:
    """Answer /latest when there is no article.

    follows: whether the reader follows the topic; without a topic, whether they follow any.
    """
    rows = keyboards.follows([topic], Label.FOLLOW) if topic and not follows else []
    return layout.reply(
        templates, "nothing_yet", rows, topic=layout.name(topic), follows=follows
    )


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
    lines = [layout.article_line(one, tz) for one in missed]
    more = [keyboards.tap(Label.CHOOSE_TOPICS, Act.PAGE, page=0)]
    return layout.listed(
        templates,
        "resumed",
        "articles",
        lines,
        [more],
        follows=layout.names(follows),
        count=count,
    )


def only_in_private(templates: Templates, command: str, group: str) -> Payload:
    """Tell an editor, in private, that a command is answered only there. group: where it was."""
    return layout.reply(
        templates,
        "only_in_private",
        command=layout.quoted(command),
        where=layout.quoted(group),
    )


def unknown_command(
    templates: Templates, command: str = "", nearest: str = ""
) -> Payload:
    """Answer a command that does not exist, or exists for editors only. command: with its slash.

    nearest: the command that was probably meant; empty if that is unclear.
    """
    return layout.reply(
        templates,
        "unknown_command",
        command=layout.quoted(command),
        nearest=nearest,
    )


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


def tap_line(templates: Templates, answer: TapAnswer) -> str:
    """Return the plain line that a tapped button brings up, at most 200 UTF-16 units."""
    if answer.line is None:
        return ""
    topic = layout.name(answer.topic)
    words = {"kind": answer.line, "topic": topic, "back": answer.back}
    marked = templates.render("replies/notice", words)
    text = marked.text.replace(inert.JOINER, "")
    return plain_text.shorten(text, NOTICE_UNITS)
