CREATE TABLE facts (                        -- what the database knows of itself: one value per name
  name TEXT PRIMARY KEY,                    -- see store/facts.py
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO facts VALUES ('database', lower(hex(randomblob(16))));
