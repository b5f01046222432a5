CREATE TABLE decided (                      -- what editors decided by buttons, for other editors who tap the same question later
  data TEXT PRIMARY KEY,                    -- callback data of a button of the question
  at INTEGER NOT NULL,
  editor INTEGER NOT NULL,                  -- Telegram's number of the editor who decided
  message INTEGER NOT NULL,                 -- Telegram's number of the message that was tapped
  choice TEXT NOT NULL,                     -- the label of the button that was tapped; may be empty
  what TEXT NOT NULL                        -- what was done, as HTML; may be empty
) STRICT, WITHOUT ROWID;
ALTER TABLE pending_answers ADD COLUMN file TEXT NOT NULL DEFAULT ''; -- the post follows this file until it is sent; '': none
