CREATE TABLE inbox (                        -- updates that came and are not done with
  id INTEGER PRIMARY KEY,                   -- Telegram's number of the update
  at INTEGER NOT NULL,                      -- when it came
  body TEXT NOT NULL                        -- JSON, as Telegram sent it
) STRICT;
