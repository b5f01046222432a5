"""Pure rules: no clock, no network, no database. Facts come in as arguments, decisions go out.

article         an article and its fingerprint
titles          which titles identify a story
identity        which article a file describes
rereading       whether two versions may have read one file differently
likeness        when two texts are one
arrival         whether a recorded article may go out, or what it waits for
chat            a chat's kind and standing
availability    when a chat may receive: the rule (quiet hours would be added here)
delivery        a delivery and its states, and which channels get an article
outcome         what an answer of Telegram means, and why
interpretation  what follows from an outcome: for a send, a reply, a notice, a probe
edit_interpretation  the same for an edit
settlement      what is recorded or done after a call, as plain data
candidates      the numbers a doubtful post may have
recognition     whether a message that Telegram shows is the doubtful post
recovery        the search for a doubtful post
rate_limit      how fast messages may go
topics          the taxonomy, and finding a topic by a reader's words
spelling        names nearest in spelling to what was typed
hashtag         the hashtag of a topic, as Telegram recognises it
notices         what editors are told, and what they can decide
record          an article as plain data, for tables and other processes
plain_text      words from files: repaired, measured, cut
urls            which addresses may be shown, and when two are the same
post_links      addresses of posts in Telegram
fulltext        text as it is indexed, and what a reader's words search for
word_forms      other forms and misspellings of a word
snippets        the piece of a text that shows what a search found
variants        letters that are written in several ways
"""
