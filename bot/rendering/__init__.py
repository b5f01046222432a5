"""Every word a person sees, as plain data. Sends nothing, remembers nothing.

Posts
    posts              an article's post
    post_words         what its template is given, and what is cut first
    post_edits         edits of posts that were sent, and the note for withdrawn ones
    follow_links       the topics that a post offers to follow

Replies
    replies            replies to readers: /help, /start, /latest, /stop …
    topic_replies      replies to /topic, /topics, /untopic, and the keyboard of topics
    search_replies     replies to searches
    republish_replies  replies to /republish, and to buttons that post an article
    status_reply       the reply to /status
    waiting            what articles wait for, in words
    report             the figures of /status as plain data

Notices
    alerts             notices to editors, and the labels of their buttons
    log_lines          notices as lines of the log

Parts
    labels             words that no template holds: buttons, commands, lists, months
    dates              dates and times in words
    shown_names        names of chats and files, and reasons
    keyboards          buttons: makes them and reads what they send
    taps               which line answers a tap
    layout             how a reply becomes a payload that fits
    fitting            shortens words until a message fits
    markup             measures Telegram's HTML
    inert              escapes words that must not become commands or mentions

Templates
    templates          finds, checks and renders templates
    environment        Jinja2, sandboxed, with everything escaped
    template_errors    why a template failed, and on which line
    unused_templates   files of an operator that are no template's
    loading            templates and taxonomy of a configuration folder
    samples            sample words that templates are checked with

The sentences are in `config/templates`, as Jinja2 templates; the other words that readers read are
in `labels`; all are in English. Where a language would be added: docs/architecture.md, Words and
languages. What comes out is plain data: a Bot API method and its parameters.
"""
