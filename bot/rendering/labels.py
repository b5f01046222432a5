"""The words for readers and editors that no template holds, in English. Makes no message.

Labels of buttons, descriptions of commands, words of lists and dates. Other modules name them; a
translation replaces them (docs/architecture.md, Words and languages).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from bot.domain.arrival import Waits
from bot.domain.availability import Closed
from bot.domain.notices import Decision


class Label(StrEnum):
    """The text of a button. Each `{}` is filled with what the button is about."""

    #: Under a post: opens the article.
    READ = "Read the article"
    #: A topic.
    FOLLOW = "Follow {}"
    #: A topic.
    UNFOLLOW = "Unfollow {}"
    #: Follows the one topic that no article carries yet.
    FOLLOW_UNKNOWN = "Follow it anyway"
    #: Follows several topics that no article carries yet.
    FOLLOW_SEVERAL_UNKNOWN = "Follow them anyway"
    #: Takes back what the message reports.
    UNDO = "Undo"
    #: Takes back one of several topics.
    UNDO_ONE = "Undo {}"
    #: Opens the keyboard of topics.
    ALL_TOPICS = "All topics"
    #: Opens the keyboard of topics, under an article's topic.
    MORE_TOPICS = "More topics"
    #: Opens the keyboard of topics, under what a reader follows.
    CHOOSE_TOPICS = "Choose topics"
    #: Closes the keyboard of topics.
    DONE = "Done"
    #: The page before.
    PREVIOUS_PAGE = "‹ Back"
    #: The page after.
    NEXT_PAGE = "More ›"
    #: An article's short id and title.
    POST_HELD = "Post {}: {}"
    #: The short id and title of a copy.
    POST_COPY = "Post copy {}: {}"
    #: The title of a post that may be lost.
    SEND_AGAIN = "Send again: {}"


#: The text of the button by which editors take a decision; `{count}` where it is about several.
DECISIONS = {
    Decision.POST_AGAIN: "Post it again",
    Decision.IT_IS_THERE: "It is there",
    Decision.POST_NEWEST: "Post the newest {count}",
    Decision.POST_ALL: "Post all",
    Decision.SKIP_ALL: "Skip all",
    Decision.ONE_BY_ONE: "One by one",
    Decision.WERE_POSTED: "They were posted",
    Decision.POST_ONE: "Post it",
    Decision.SKIP_ONE: "Skip it",
    Decision.CATCH_UP: "Edit now",
    Decision.SEND_AGAIN: "Send again",
    Decision.POST_MISSED: "Post now",
    Decision.UNDO: "Undo",
    Decision.REPUBLISH: "Post it",
    Decision.RELEASE: "Post it",
    Decision.POST_COPY: "Post it after all",
    Decision.TAKE_BACK: "Take the post back",
    Decision.LEAVE: "Leave as it is",
}

#: Where a decision about several is about one: the text of its button then.
DECISIONS_ON_ONE = {
    Decision.POST_ALL: "Post it",
    Decision.SKIP_ALL: "Skip it",
    Decision.WERE_POSTED: "It was posted",
}


class CommandWords(NamedTuple):
    """A command as menus and /help describe it."""

    does: str
    #: What follows its name; may be empty.
    args: str = ""


#: By the command's name.
COMMANDS = {
    "topic": CommandWords("follow a topic, or choose from all", "name"),
    "topics": CommandWords("topics followed, and all there are"),
    "untopic": CommandWords("stop following a topic", "name"),
    "latest": CommandWords("the newest articles", "topic"),
    "search": CommandWords("find articles", "words"),
    "stop": CommandWords("stop all articles; topics are kept"),
    "start": CommandWords("start, or resume after /stop"),
    "help": CommandWords("all commands"),
    "republish": CommandWords("post an article once more", "id, address, file or last"),
    "status": CommandWords("how things stand"),
}

#: Why a chat gets nothing now, where no reason is written with the chat.
CLOSED = {
    Closed.STOPPED: "its reader asked for no more",
    Closed.PARKED: "the bot can't reach it",
    Closed.DROPPED: "it is no longer in the settings",
    Closed.UNKNOWN: "the bot has not found it on Telegram yet",
    Closed.PAUSED: "Telegram asked for a pause",
}

#: What articles wait for: the words for one article, and for several.
WAITS = {
    Waits.DRAFT: ("1 draft", "{} drafts"),
    Waits.FUTURE: (
        "1 waits for {date}",
        "{} wait for their dates, the next for {date}",
    ),
    Waits.EDITOR: ("1 waits for an editor", "{} wait for an editor"),
    Waits.BULK: (
        "1 older article waits for an editor",
        "{} older articles wait for an editor",
    ),
    Waits.RESTORED: (
        "1 may have been posted before the database was restored and waits for an editor",
        "{} may have been posted before the database was restored and wait for an editor",
    ),
    Waits.EXPIRED: ("1 expired", "{} expired"),
}

#: A sentence lists names like “A, B and 3 more”.
COMMA = ", "
AND = " and "
MORE = "{} more"

#: Who took a decision: the editor who asks, and one whose name is not known.
YOU = "You"
ANOTHER_EDITOR = "Another editor"

#: From January on.
MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
