"""Deliveries become messages: sent, edited, deleted, and every outcome is recorded. Reads no file.

courier            sends what is due, within the rate limits
work               what is due, in one visit to the store
composing          a delivery or an edit becomes a call
in_flight          a call that is under way
settling           from outcomes to rows and notices, in one commit
settlement_record  calls `settling` for the courier, and logs
failures           records what could not be processed
edits              begins edits and deletions
edit_jobs          what an edit does, and what its outcome means
recovery           searches for doubtful posts
open_search        a search under way
probing            carries out the probes of a search
peeking            reads a message by forwarding it
repeats            the one repeat of a reader's doubtful delivery
recalling          searches for posts that a restored database does not know
channels           the channels as store and Telegram know them
channel_start      a new channel's first articles
release            lets waiting articles go out
editions           what editors ask to be posted
meant              which article an editor's words name
missed             articles that an earlier version passed over
notifier           sends notices to editors
reporting          edits replies when it is known what became of a post
report             how things stand, for `status`
undecided          decisions that were made without an editor
verification       `paperboy verify`
journal            the log lines of what was sent
"""
