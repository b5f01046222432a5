-- The second index of words: text as `fulltext.folded` writes it. It is built in pieces after the start (`indexing`).
CREATE VIRTUAL TABLE articles_folded USING fts5 (
  title, excerpt, provider, content = '', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE articles_folded_words USING fts5vocab (articles_folded, row);
-- The last article that is not in it yet; those below are not either.
INSERT INTO facts (name, value) SELECT 'unindexed', CAST(max(id) AS TEXT) FROM articles HAVING max(id) IS NOT NULL;

CREATE TABLE searches (                     -- words that were searched for, while their pages can be turned
  id INTEGER PRIMARY KEY,
  words TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX searches_by_time ON searches (at);
