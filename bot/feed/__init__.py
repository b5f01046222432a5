"""A folder → Articles, and ArticleErrors that name file and reason. Remembers nothing and never writes.

`folder` lists the files, `patterns` says which, `watch` tells when to look again. `document` reads one file: `matter`
turns its front matter into plain values, within bounds and without `secured`, most of it by `plain`; `fields` makes the
article of them.
"""
