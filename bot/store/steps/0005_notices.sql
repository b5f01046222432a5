CREATE TABLE notices (                      -- what editors are to be told, and what they were told; see store/notices.py
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,                        -- the incident; open while it stands in `alerts`
  alert TEXT NOT NULL,                      -- its kind
  over INTEGER NOT NULL CHECK (over IN (0, 1)), -- 1: says that the incident is over
  content TEXT NOT NULL,                    -- JSON: subjects, reason, choices
  at INTEGER NOT NULL,
  editor INTEGER,                           -- Telegram's number; NULL: not addressed to each editor yet
  heard INTEGER,                            -- when it was sent; NULL: still to be told
  ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)) -- 1: its incident is over
) STRICT;
CREATE INDEX notices_to_tell ON notices (editor, id) WHERE heard IS NULL;
CREATE INDEX notices_by_key ON notices (key);
CREATE INDEX notices_heard ON notices (heard) WHERE heard IS NOT NULL;
