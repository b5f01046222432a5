"""Notices as lines of the log. Decides nothing."""

from __future__ import annotations

from bot.domain import plain_text
from bot.domain.notices import Alert
from bot.rendering import layout
from bot.rendering.report import ArticleName, Entry

#: What each alert says in the log.
_WORDS = {
    Alert.RIGHTS: "the bot may no longer post",
    Alert.GONE: "the bot is not in a channel any more",
    Alert.UNKNOWN: "a channel can't be found",
    Alert.PAUSED: "Telegram asks for a pause",
    Alert.LINE: "Telegram could not be reached",
    Alert.REFUSED: "Telegram refused a post",
    Alert.EDIT_REFUSED: "Telegram refused to change a post",
    Alert.NOTE_LEFT: "a withdrawn post could not be deleted, a note stands in its place",
    Alert.UNMADE: "a post could not be made",
    Alert.SIMPLIFIED: "a post went out in a simpler form",
    Alert.DOUBTFUL: "an editor must say whether a post is there",
    Alert.UNCONFIRMED: "a message may have arrived or not",
    Alert.REPEATED: "a post may be there twice",
    Alert.REJECTED: "a file is not an article",
    Alert.HELD: "an article waits for an editor",
    Alert.COPIES: "an article repeats an earlier one and was not posted",
    Alert.SAME_ADDRESS: "a file was taken for another file's article",
    Alert.DRAFT: "a posted article was made a draft",
    Alert.BULK: "older articles arrived at once and wait for an editor",
    Alert.RESTORED: "articles that the restored database does not know wait for an editor",
    Alert.BEHIND: "a post no longer shows what its file says",
    Alert.MISSED: "articles were never posted",
    Alert.FOLDER: "the folder can't be read",
    Alert.FOLDER_EMPTY: "the folder is empty",
    Alert.FILES_GONE: "many files are missing",
    Alert.DATABASE: "the database needs attention",
    Alert.TEMPLATE: "a template failed",
    Alert.STANDING: "something is stuck",
    Alert.STUCK: "nothing is moving any more",
    Alert.OTHER: "something to look at",
}


def line(kind: Alert, over: bool, entry: Entry) -> str:
    """Return a notice as one line of the log."""
    words = _WORDS[kind]
    reason = entry.reason
    if over:
        words = f"over: {words}"
        reason = ""
    parts = filter(None, [words, _subjects(entry), reason])
    text = plain_text.repair(": ".join(parts))
    shortened = plain_text.shorten(text, layout.REASON_UNITS)
    return f"for the editors: {shortened}"


def _subjects(entry: Entry) -> str:
    """Return the names of what a notice is about."""
    articles = map(_article, entry.articles)
    names = [*articles, *entry.files, *entry.chats, entry.about]
    return ", ".join(filter(None, names))


def _article(article: ArticleName) -> str:
    return f"“{article.title}” ({article.file})"
