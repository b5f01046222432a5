-- The last article that was recorded, and not waiting for the reader any more, when a reader stopped or could not be
-- reached; NULL: not away, or told since what was missed.
ALTER TABLE chats ADD COLUMN away INTEGER;

-- Topics that articles carry, among many that readers only wait for.
CREATE INDEX topics_carried ON topics (id) WHERE articles > 0;
