"""Sample words for every template, so that a broken one is found at the start. Renders nothing.

    posts      posts, and the note left of a withdrawn one
    readers    replies to readers
    editors    notices to editors and the reply to /status
    republish  replies to /republish
    articles   the articles that they name

Each template has a full sample and a bare one: with every part, and without those that can be
missing. Tests hold the names to those that the modules of replies, posts and notices give.
"""

from __future__ import annotations

from bot.rendering.samples import editors, posts, readers, republish
from bot.rendering.samples.articles import Samples

#: By the template's name without its ending.
SAMPLES: Samples = posts.SAMPLES | readers.SAMPLES | editors.SAMPLES | republish.SAMPLES
