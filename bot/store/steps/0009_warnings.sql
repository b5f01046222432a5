ALTER TABLE files ADD COLUMN warning TEXT;  -- what of its article's fields could not be read, or NULL
CREATE INDEX files_warned ON files (path) WHERE warning IS NOT NULL;
