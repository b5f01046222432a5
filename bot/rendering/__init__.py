"""Every word a reader sees: posts, replies and their buttons, from Jinja2 templates. Sends nothing, remembers nothing.

`templates` finds and checks the words, `markup` measures them, `fitting` makes them fit, `posts` and `replies` fill
them in, `keyboards` puts the buttons under them. What comes out is plain data: a Bot API method and its parameters.
"""
