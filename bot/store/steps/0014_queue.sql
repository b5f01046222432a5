-- The queue says what it holds (docs/architecture.md, The queue). Of the pending deliveries of one chat and lane, in
-- the order of (turn, rank, id), the first is the head, and the others are behind it.
--   head = 1      the first: it may go out next
--   head = 0      behind the head
--   head IS NULL  put off itself until `not_before`, and out of the queue until then: the others go first
--   asleep_until  not examined before this moment: it is put off itself, or its chat was found closed; NULL: awake
-- Both columns mean something only while state = 'pending'. Triggers keep them (`steps.queue`).

DROP TRIGGER deliveries_in;
DROP TRIGGER deliveries_back;
DROP TRIGGER deliveries_off;
DROP TRIGGER deliveries_out;
DROP TRIGGER chats_opened;
DROP INDEX deliveries_due;
DROP INDEX deliveries_behind;
DROP INDEX deliveries_asleep;
DROP INDEX deliveries_asleep_by_turn;
DROP INDEX deliveries_by_chat;
DROP INDEX deliveries_to_revise;

-- `front` was 0 for an awake head, -1 behind it, and a moment for who sleeps.
ALTER TABLE deliveries RENAME COLUMN front TO head;
ALTER TABLE deliveries ADD COLUMN asleep_until INTEGER;
UPDATE deliveries SET head = NULL WHERE state <> 'pending' AND head IS NOT NULL;
UPDATE deliveries SET asleep_until = head WHERE state = 'pending' AND head > 0;
UPDATE deliveries SET head = iif(not_before IS NULL, head >= 0, NULL) WHERE state = 'pending';

ALTER TABLE deliveries RENAME COLUMN revise TO edit_due; -- when the post is to be edited or deleted; NULL: it is not
ALTER TABLE deliveries RENAME COLUMN mend TO fallbacks; -- what the next attempt does differently, separated by spaces

CREATE INDEX deliveries_heads ON deliveries (lane, turn, rank, id)
  WHERE state = 'pending' AND head = 1 AND asleep_until IS NULL;
CREATE INDEX deliveries_behind ON deliveries (lane, chat, turn, rank, id) WHERE state = 'pending' AND head = 0;
CREATE INDEX deliveries_asleep ON deliveries (asleep_until) WHERE state = 'pending' AND asleep_until IS NOT NULL;
CREATE INDEX deliveries_asleep_by_turn ON deliveries (lane, turn)
  WHERE state = 'pending' AND asleep_until IS NOT NULL;
CREATE INDEX deliveries_by_chat ON deliveries (chat, state, head);
CREATE INDEX deliveries_to_edit ON deliveries (edit_due) WHERE edit_due IS NOT NULL;
