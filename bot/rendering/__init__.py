"""Every word a person sees, from Jinja2 templates. Sends nothing, remembers nothing.

    posts          posts
    replies        replies to readers
    editorial      replies to editors, and notices
    republishing   replies to /republish
    results        search results and single articles
    report         the figures of `status` as plain data
    waiting        what articles wait for, in words
    logged         notices as lines of the log
    layout         how a reply becomes a payload that fits
    fitting        shortens words until a message fits
    keyboards      buttons
    taps           answers to taps
    offers         the topics a post offers to follow
    markup         measures Telegram's HTML
    inert          words that must not become commands or mentions
    dates          days and hours in words
    templates      finds, checks and runs templates
    loading        templates and taxonomy of one folder
    samples        sample words that templates are checked with
    republish_samples  the same for /republish

What comes out is plain data: a Bot API method and its parameters.
"""
