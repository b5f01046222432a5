"""What people send and tap becomes replies.

Decides nothing about articles and renders nothing itself: words are in `rendering`. What a new
command needs is listed in CONTRIBUTING.md; its row here is in `commands`.

    router         from an update to its handler: which command or tap, how often
    request        what a person asked, read from an update
    context        what a handler works with
    throttle       how many commands a chat may send
    permission     who may change what a chat gets
    membership     the bot is blocked, added, removed, given rights

Commands
    commands       the table of commands, for menus and /help
    menus          the menus that Telegram shows
    plain_words    plain words that stand for a command
    handlers       from a command to its reply: who may, which function
    readers        handlers of readers' commands
    lookups        handlers of the commands that show articles
    editors        handlers of editors' commands

Buttons
    callbacks      taps on inline buttons
    topic_taps     taps on the buttons of topics
    decisions      taps on the buttons under notices
    decided        what another editor decided, for taps that come too late

What they do
    subscriptions  changes to follows, one commit each
    chat_standing  whether a chat gets anything, and what it missed
    topic_queries  what a chat follows and may follow, and articles on topics
    posting        what editors post: an edition, a held article, a copy
    results        what a change did, as it is recorded

Replies
    sending        sends replies, edits messages, answers taps
    reply_queue    replies in order for each chat
"""
