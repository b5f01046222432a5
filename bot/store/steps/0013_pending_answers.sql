CREATE TABLE pending_answers (              -- answers to editors that are edited when it is known what became of a post
  id INTEGER PRIMARY KEY,                   -- Telegram's number of the update that was answered
  article INTEGER NOT NULL,
  edition INTEGER NOT NULL,
  chat INTEGER NOT NULL,                    -- Telegram's number of the editor's chat
  message INTEGER,                          -- Telegram's number of the answer; NULL: it is not out yet
  due INTEGER NOT NULL,                     -- when the post goes out
  undo INTEGER NOT NULL CHECK (undo IN (0, 1)), -- 1: Undo stands under it; 0: it is edited only if the post waits
  told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)) -- 1: it says already that the post waits
) STRICT;
