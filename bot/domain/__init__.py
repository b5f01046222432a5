"""Pure rules: no clock, no database, no network. Time comes in as `at`.

Words and addresses: `plain_text`, `urls`, `variants`, `fulltext`. What an article is: `article`, `record`, `identity`,
`topics`, `arrival`. What goes to whom: `delivery`, `rate_limit`, `recovery`, `notices`.
"""
