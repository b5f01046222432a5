"""What people send and tap becomes replies.

Decides nothing about articles and renders nothing itself.

    router         from an update to its handler: which command, who may, how often
    request        what a person asked, read from an update
    context        what a handler works with
    commands       the table of commands, for menus and /help
    readers        handlers of readers' commands
    lookups        handlers of the commands that show articles
    editors        handlers of editors' commands
    callbacks      taps on inline buttons
    topic_taps     taps on the buttons of topics
    decisions      taps on the buttons under notices
    decided        what another editor decided, for taps that come too late
    subscriptions  changes to follows, one commit each
    topic_queries  what a chat follows and may follow, and articles on topics
    membership     the bot is blocked, added, removed, given rights
    plain_words    plain words that stand for a command
    throttle       how many commands a chat may send
    answers        sends replies, in order for each chat
"""
