"""Everything that is stored, in the words of the domain. Its callers decide, it writes.

Each module holds one noun's rows and takes the open `Database` first. `database.transaction` joins
several calls into one commit, and `thread.Store` is the way in from the event loop.

The database itself:

    thread           the database thread: one piece of work after another
    database         opens the database; transactions, queries, moments
    migrations       the steps of the schema; a new table or column is a new step
    steps            their SQL files, and what SQL alone can't do
    upgrade          keeps a copy before an upgrade
    links            where the path of a database leads
    lock             one process per database
    early_check      the same check, begun while the rest of a start goes on
    present          whether the file is still the one on disk
    inspection       what a database file is, without writing
    disk             whether the disk lasts
    backup           backups and restoring
    copying          writes a copy of a database
    facts            what the database knows of itself, a name and a value each
    sequence         sequence numbers, by which rows of several tables are compared
    clock_shifts     moves every moment that is waited for when the clock was set
    pruning          deletes what is old
    audit            finds rows that should not exist
    oddities         their kinds

Files and articles:

    files            files of the folder, as they were last read
    article_files    which files belong to an article
    missing_files    files that whole scans did not find
    articles         articles: their words, addresses, related articles
    article_states   what readers may see, and what waits: conditions in SQL
    article_lists    which articles somebody is shown: the newest, those that wait, copies
    recording        writes new articles, many at once
    recorded         the newest articles, for filters
    holding          articles that wait, and why
    bulk_arrivals    old articles that arrived together
    due_articles     articles that are dated to come, or expire
    merging          two articles, or two chats, become one: rows of every table that names them
    search           articles found by words
    match_expressions  queries as the full-text index takes them
    searches         searches whose pages can be turned
    indexing         builds the full-text index

Chats:

    chats            channels, readers, groups: what is known of one is a column of its row
    standings        who stopped, who can't be reached, and since when they are away
    pauses           until when a chat gets nothing, as Telegram asked
    availability     when a chat may receive: the rule of domain.availability, as SQL
    addressing       rows of chats under another setting or number
    channel_starts   when channels were first used
    follows          topics and follows
    away             what a reader missed while away
    passed_over      articles that an earlier version passed over

Deliveries:

    fanouts          articles whose followers are being planned
    outbox           deliveries: what is due, what is on its way, what became of it
    delivery_rows    how a delivery is written in its row
    queue            which delivery may go next
    attempts         the log of calls
    payloads         what is kept of a payload
    post_places      where articles are posted already
    late_changes     what changed of articles while their deliveries were in flight
    editions         further editions, and undoing them
    counts           how many deliveries are in which state, for /status and the metrics

Edits, deletions and searches:

    edits            posts to be edited: which, and which are due
    edit_outcomes    what became of edits
    withdrawals      posts to be deleted, as their article was withdrawn
    forms            how often a post has shown each form of its article
    posts_behind     posts that are not edited any more because of it
    recovery         doubtful deliveries to channels, which are searched for
    repeats          doubtful deliveries to readers, which are repeated once
    search_bounds    between which message numbers a post is searched for
    numbers          message numbers known in a chat
    restore_search   posts found after a restore

Editors and updates:

    notices          notices for editors
    pending          replies that are edited later
    decided          what editors decided by buttons
    updates          Telegram's updates

SQL is written in this room only.
"""
