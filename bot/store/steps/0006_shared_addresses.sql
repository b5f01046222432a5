-- An address may be that of several articles: a newsletter's fixed page, the parts of a changelog.
CREATE TABLE addresses (
  identity TEXT NOT NULL,                   -- canonical address
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  PRIMARY KEY (identity, article)
) STRICT, WITHOUT ROWID;
INSERT INTO addresses SELECT identity, article FROM aliases;
DROP TABLE aliases;
ALTER TABLE addresses RENAME TO aliases;
CREATE INDEX aliases_by_article ON aliases (article);

-- Whether one outlet carries a title or several do: the first and the last of them tell.
CREATE INDEX articles_by_outlet ON articles (title_key, provider COLLATE NOCASE)
  WHERE title_key <> '' AND withdrawn = 0;

-- Of a file that was taken for another file's article, a digest of what it told then; '?': told to a version of before.
ALTER TABLE files ADD COLUMN story TEXT NOT NULL DEFAULT '';
