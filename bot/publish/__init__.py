"""Deliveries become messages: sent, edited, deleted, and every outcome is recorded. Reads no file.

What goes out:
    courier             sends what is due, within the rate limits
    work                what is due, in one visit to the store
    composing           a delivery or an edit becomes a call: what is sent, and how
    sends               begins the sends that are due
    followed            has files read again that posts follow until they are sent
    edits               begins the edits and deletions that are due
    edit_jobs           what an edit does, and how its outcome is recorded
    messenger           what is needed of the Bot API's client
    in_flight           calls that have no outcome yet
    ended_calls         has the outcomes of ended calls recorded
    settling            from outcomes to rows and notices, in one commit
    failures            records what could not be processed
    delivery_log        the log lines of what was sent

Where a call's outcome was lost:
    recovery            searches for doubtful posts
    open_search         when a search may begin, and its progress
    search_results      records what a search found, or asks an editor
    probes              carries out the probes of a search
    forward_probe       reads a message by forwarding it
    repeats             the one repeat of a reader's doubtful delivery

What may go out:
    channels            the channels as settings, store and Telegram know them
    channel_start       a new channel's first articles
    release             lets waiting articles go out
    release_questions   what editors are asked about articles that wait together
    restore_search      searches for posts that a restored database does not know
    passed_over         articles that an earlier version passed over
    automatic_decision  the last decision that was made without an editor

What editors and operators ask for:
    article_lookup      which article an editor's words name
    confirmation        what an editor confirms before an article is posted
    editions            what editors ask to be posted
    notifier            sends notices to editors
    notice_messages     which messages notices become, and their words
    closed_chats        why a chat gets nothing now, in words
    reporting           edits replies when it is known what became of a post
    report              how things stand, for `status`
    verification        `paperboy verify`

Quiet hours, digests, replies: docs/architecture.md, Where a change of delivery goes.
"""
