-- How often a delivery may have gone out without our hearing of it (see `bot.delivery.REPEATS`). One that waits for an
-- editor to say what becomes of it, as its one repeat may have gone out too, is 'doubtful' without `not_before`.

ALTER TABLE deliveries ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
-- 1: since the last time, another message has gone out, so the connection works again.
ALTER TABLE deliveries ADD COLUMN repeatable INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_lost ON deliveries (not_before) WHERE state = 'doubtful' AND lane <> 0 AND repeatable = 0;
-- An earlier version repeated without end; its attempts tell how often.
UPDATE deliveries SET lost = (
  SELECT count(*) FROM attempts a
  WHERE a.delivery = deliveries.id AND a.action = 'send' AND (a.outcome = 'doubtful' OR a.answered IS NULL))
WHERE lane <> 0 AND attempts > 0 AND state IN ('pending', 'sending', 'doubtful');
UPDATE deliveries SET lost = max(lost - 1, 0) WHERE state = 'sending'; -- it is counted when it is put in doubt
UPDATE deliveries SET lost = max(lost, 1) WHERE state = 'doubtful';
UPDATE deliveries SET not_before = NULL WHERE state = 'doubtful' AND lane <> 0 AND lost > 1;
