-- The order of events is a sequence number. Rows of before are numbered by their instants, ties as they were decided
-- then: who followed, or the channel that began, in the millisecond of an article's recording came first. What happens
-- from now on goes on from the highest of them.

CREATE TABLE sequence (                     -- one row
  id INTEGER PRIMARY KEY CHECK (id = 1),
  last INTEGER NOT NULL,                    -- the last number given
  from_clock INTEGER NOT NULL               -- numbers up to this one were made from instants
) STRICT;

ALTER TABLE articles ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0; -- given when it was recorded
ALTER TABLE articles ADD COLUMN planned INTEGER; -- follows below this number count; NULL: nobody was to get it, or not yet
ALTER TABLE chats ADD COLUMN sequence INTEGER; -- given when a channel began, or since when a reader can be reached
ALTER TABLE chats ADD COLUMN last_article INTEGER; -- a channel's: the last article recorded when it began
ALTER TABLE follows ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fanouts ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0; -- follows below it count
ALTER TABLE deliveries ADD COLUMN begun_sequence INTEGER; -- given when the last attempt began
ALTER TABLE deliveries ADD COLUMN settled_sequence INTEGER; -- given when its answer was written down
ALTER TABLE seen ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0; -- given when we heard

UPDATE articles SET sequence = 2 * recorded + 1;
UPDATE follows SET sequence = 2 * since;
UPDATE fanouts SET sequence = 2 * at + 1;
UPDATE articles SET planned = (SELECT sequence FROM fanouts WHERE article = articles.id)
WHERE id IN (SELECT article FROM fanouts);
UPDATE seen SET sequence = 2 * at + 1;
-- Only channels' posts are looked for by what came before and after them.
UPDATE deliveries SET begun_sequence = 2 * begun, settled_sequence = 2 * settled + 1
WHERE chat IN (SELECT id FROM chats WHERE setting IS NOT NULL);
-- A start writes a delivery of every article there is, at one instant: the last of them is the last there was.
UPDATE chats SET sequence = 2 * begun, last_article = coalesce((
  SELECT max(article) FROM deliveries WHERE chat = chats.id AND created = chats.begun AND lane = 0), 0)
WHERE setting IS NOT NULL AND begun IS NOT NULL;

INSERT INTO sequence SELECT 1, last, last FROM (SELECT max(
  coalesce((SELECT max(sequence) FROM articles), 0), coalesce((SELECT max(sequence) FROM follows), 0),
  coalesce((SELECT max(sequence) FROM fanouts), 0), coalesce((SELECT max(sequence) FROM seen), 0),
  coalesce((SELECT max(sequence) FROM chats), 0), coalesce((SELECT max(begun_sequence) FROM deliveries), 0),
  coalesce((SELECT max(settled_sequence) FROM deliveries), 0)) AS last);
-- Whether a reader could be reached all the time is not known of before.
UPDATE chats SET sequence = (SELECT last FROM sequence) WHERE setting IS NULL;

DROP INDEX fanouts_in_order;
CREATE INDEX fanouts_in_order ON fanouts (sequence, article);
