-- What an article waits for before it may go out, by `arrival.Waits`. `held` says whether it is hidden meanwhile.
ALTER TABLE articles ADD COLUMN waits TEXT NOT NULL DEFAULT ''
  CHECK (waits IN ('', 'editor', 'draft', 'future', 'bulk', 'restored', 'expired'));
ALTER TABLE articles ADD COLUMN draft INTEGER NOT NULL DEFAULT 0 CHECK (draft IN (0, 1));
ALTER TABLE articles ADD COLUMN expires INTEGER;          -- never posted from then on
ALTER TABLE articles ADD COLUMN decided INTEGER NOT NULL DEFAULT 0 CHECK (decided IN (0, 1)); -- by an editor, once
UPDATE articles SET waits = 'editor' WHERE held = 1;
CREATE INDEX articles_waiting ON articles (waits, recorded) WHERE waits <> '';
CREATE INDEX articles_to_come ON articles (published) WHERE waits = 'future';
CREATE INDEX articles_expiring ON articles (expires) WHERE expires IS NOT NULL AND waits <> 'expired';
CREATE INDEX articles_by_arrival ON articles (recorded) WHERE waits = '';
-- What expired before this step was posted all the same, and can still be found.
INSERT INTO facts SELECT 'expiring', max(recorded) FROM articles HAVING count(*) > 0;
-- The end of the last whole scan is not known: the last article came with one, or after it.
INSERT INTO facts SELECT 'scanned', max(recorded) FROM articles HAVING count(*) > 0;
