"""Everything that is stored, in the words of the domain. Its callers decide, it writes.

Each module holds one noun's rows and takes the open `Database` first. `database.transaction` joins
several calls into one commit, and `thread.Store` is the way in from the event loop.

    thread         the database thread: one piece of work after another
    database       opens the database; transactions, moments
    migrations     the steps of the schema
    steps          their SQL files, and what SQL alone can't do
    upgrade        keeps a copy before an upgrade
    lock           one process per database
    present        whether the file is still the one on disk
    inspection     what a database file is, without writing
    disk           whether the disk lasts
    backup         backups and restoring
    copying        writes a copy of a database
    facts          what the database knows of itself
    sequence       sequence numbers
    articles       articles
    files          files of the folder
    recording      writes new articles, many at once
    recorded       the newest articles, for filters
    holding        articles that wait
    merging        two articles, or two chats, become one
    chats          channels, readers, groups
    addressing     rows of chats under another setting or number
    channel_starts  when channels were first used
    follows        topics and follows
    fanouts        articles whose followers are being planned
    outbox         deliveries
    late_changes   what changed of articles while their deliveries were in flight
    queue          which delivery may go next
    availability   from when a chat may receive
    attempts       the log of calls
    payloads       what is kept of a payload
    edits          posts to be edited or deleted
    recovery       doubtful deliveries
    repeats        readers' doubtful deliveries
    numbers        message numbers known in a chat
    recalled       posts found after a restore
    editions       further editions, and undoing them
    notices        notices for editors
    pending        replies that are edited later
    updates        Telegram's updates
    away           what a reader missed while away
    missed         articles that an earlier version missed
    search         articles found by words
    searches       searches whose pages can be turned
    indexing       builds the full-text index
    counts         counts for reports and metrics
    audit          rows that should not exist
    waits          moves moments when the clock was set
    pruning        deletes what is old

SQL is written in this room only.
"""
