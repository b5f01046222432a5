-- Times are milliseconds since 1970 in UTC. Names are the glossary's (design §7).

CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL,                   -- canonical address as its file tells it; see aliases
  fingerprint TEXT NOT NULL,                -- over what a reader sees
  title_key TEXT NOT NULL,                  -- what copies are found by; empty: too short to tell
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  url TEXT NOT NULL,
  provider TEXT NOT NULL,
  published INTEGER,
  image TEXT,
  quality INTEGER NOT NULL,
  heat INTEGER NOT NULL,
  kind TEXT NOT NULL,
  unpublished INTEGER NOT NULL CHECK (unpublished IN (0, 1)),
  recorded INTEGER NOT NULL,
  ordered INTEGER NOT NULL,                 -- published, or recorded where that is later or missing
  held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
  withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)),
  copy_of INTEGER REFERENCES articles (id),
  edition INTEGER NOT NULL DEFAULT 1,
  file TEXT                                 -- the living file that owns it
) STRICT;
CREATE INDEX articles_by_title ON articles (title_key, ordered)
  WHERE title_key <> '' AND copy_of IS NULL AND withdrawn = 0; -- a story told ten thousand times has one first
CREATE INDEX articles_by_time ON articles (ordered, id) WHERE held = 0 AND withdrawn = 0 AND copy_of IS NULL;
CREATE INDEX articles_apart ON articles (id) WHERE held = 1 OR copy_of IS NOT NULL;

CREATE TABLE aliases (                      -- every canonical address of an article; none: it was joined to another
  identity TEXT PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_article ON aliases (article);

CREATE TABLE related (
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  identity TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  provider TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  published INTEGER,
  quality INTEGER NOT NULL,
  PRIMARY KEY (article, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
  path TEXT PRIMARY KEY,                    -- relative to the folder
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  article INTEGER REFERENCES articles (id),
  reason TEXT,                              -- why it was rejected, or NULL
  since INTEGER NOT NULL,                   -- when this version was first read
  missing INTEGER NOT NULL DEFAULT 0        -- whole scans in a row that did not find it
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_article ON files (article);
CREATE INDEX files_rejected ON files (path) WHERE reason IS NOT NULL;

CREATE TABLE topics (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  code TEXT NOT NULL UNIQUE,                -- in buttons and deep links
  articles INTEGER NOT NULL DEFAULT 0       -- how many that readers can find carry it; triggers count
) STRICT;

CREATE TABLE article_topics (
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  topic INTEGER NOT NULL REFERENCES topics (id),
  position INTEGER,                         -- in the document; NULL: a wider topic that the taxonomy implies
  PRIMARY KEY (article, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_topics_by_topic ON article_topics (topic, article);
CREATE TRIGGER article_topics_more AFTER INSERT ON article_topics
BEGIN
  UPDATE topics SET articles = articles + 1 WHERE id = new.topic AND EXISTS (
    SELECT 1 FROM articles WHERE id = new.article AND held = 0 AND withdrawn = 0 AND copy_of IS NULL);
END;
CREATE TRIGGER article_topics_fewer AFTER DELETE ON article_topics
BEGIN
  UPDATE topics SET articles = articles - 1 WHERE id = old.topic AND EXISTS (
    SELECT 1 FROM articles WHERE id = old.article AND held = 0 AND withdrawn = 0 AND copy_of IS NULL);
END;
CREATE TRIGGER articles_shown AFTER UPDATE OF held, withdrawn, copy_of ON articles
WHEN (old.held = 0 AND old.withdrawn = 0 AND old.copy_of IS NULL)
  <> (new.held = 0 AND new.withdrawn = 0 AND new.copy_of IS NULL)
BEGIN
  UPDATE topics SET articles = articles + iif(new.held = 0 AND new.withdrawn = 0 AND new.copy_of IS NULL, 1, -1)
  WHERE id IN (SELECT topic FROM article_topics WHERE article = new.id);
END;

CREATE TABLE chats (
  id INTEGER PRIMARY KEY,
  chat_id INTEGER,                          -- Telegram's number; NULL until an @name is resolved
  thread INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL CHECK (kind IN ('channel', 'private', 'group')),
  setting TEXT,                             -- a channel's name or number in the settings
  username TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'stopped', 'parked', 'dropped')),
  reason TEXT NOT NULL DEFAULT '',
  not_before INTEGER,                       -- the whole chat waits until then
  on_doubt TEXT NOT NULL DEFAULT 'resend',  -- resend | ask
  begun INTEGER,                            -- when a channel's start was applied, or a reader first wrote
  UNIQUE (chat_id, thread)
) STRICT;
CREATE UNIQUE INDEX chats_by_setting ON chats (setting, thread) WHERE setting IS NOT NULL;

CREATE TABLE follows (
  topic INTEGER NOT NULL REFERENCES topics (id),
  chat INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  since INTEGER NOT NULL,
  PRIMARY KEY (topic, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_by_chat ON follows (chat);

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id),
  chat INTEGER NOT NULL REFERENCES chats (id),
  edition INTEGER NOT NULL,
  lane INTEGER NOT NULL,                    -- 0 channels, 1 digests, 2 followers
  turn INTEGER NOT NULL DEFAULT 0,          -- followers: who has waited for fewer articles goes first
  rank INTEGER NOT NULL,                    -- oldest first
  state TEXT NOT NULL CHECK (               -- not IN: SQLite makes its list anew for each row, a third of an insert
    state = 'pending' OR state = 'sending' OR state = 'sent' OR state = 'held' OR state = 'doubtful'
    OR state = 'refused' OR state = 'gone' OR state = 'withdrawn' OR state = 'skipped'),
  attempts INTEGER NOT NULL DEFAULT 0,
  payload TEXT,                             -- JSON, word for word what went out
  message INTEGER,                          -- Telegram's number of the post
  form TEXT NOT NULL DEFAULT '',            -- fingerprint of the article as the post shows it
  mend TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  not_before INTEGER,
  created INTEGER NOT NULL,
  begun INTEGER,                            -- when the last attempt began
  settled INTEGER,
  revise INTEGER,                           -- when the post is to be edited or taken back
  front INTEGER,                            -- while pending: see below
  UNIQUE (article, chat, edition)
) STRICT;

-- Who waits stands in line. `front` is 0 for the first of each chat and lane, which may go; -1 behind it; and a moment
-- for who sleeps until then: put off itself (then others of its chat go first), or the first of a chat that
-- `line.ready` found closed. So what may go now is found without passing those who may not. Triggers keep it so.
CREATE INDEX deliveries_due ON deliveries (lane, turn, rank, id) WHERE state = 'pending' AND front = 0;
CREATE INDEX deliveries_behind ON deliveries (lane, chat, turn, rank, id) WHERE state = 'pending' AND front = -1;
CREATE INDEX deliveries_asleep ON deliveries (front) WHERE state = 'pending' AND front > 0;
CREATE INDEX deliveries_asleep_by_turn ON deliveries (lane, turn) WHERE state = 'pending' AND front > 0;
CREATE INDEX deliveries_sending ON deliveries (id) WHERE state = 'sending';
CREATE INDEX deliveries_in_doubt ON deliveries (not_before) WHERE state = 'doubtful';
CREATE INDEX deliveries_to_revise ON deliveries (revise) WHERE revise IS NOT NULL;
CREATE INDEX deliveries_by_chat ON deliveries (chat, state, front);
CREATE INDEX deliveries_by_message ON deliveries (chat, message) WHERE message IS NOT NULL;

CREATE TRIGGER deliveries_in AFTER INSERT ON deliveries
WHEN new.state = 'pending' AND new.front IS NULL
BEGIN
  UPDATE deliveries SET front = -1 WHERE chat = new.chat AND state = 'pending' AND front >= 0
    AND not_before IS NULL AND new.not_before IS NULL AND lane = new.lane AND id <> new.id
    AND (turn, rank, id) > (new.turn, new.rank, new.id);
  UPDATE deliveries SET front = CASE
    WHEN new.not_before IS NOT NULL THEN new.not_before
    WHEN EXISTS (SELECT 1 FROM deliveries WHERE chat = new.chat AND state = 'pending' AND front >= 0
                 AND not_before IS NULL AND lane = new.lane AND id <> new.id) THEN -1
    ELSE 0 END WHERE id = new.id;
END;
CREATE TRIGGER deliveries_back AFTER UPDATE OF state, not_before, chat, lane ON deliveries
WHEN new.state = 'pending' AND (old.state <> 'pending' OR new.not_before IS NOT old.not_before
                                OR new.chat <> old.chat OR new.lane <> old.lane)
BEGIN
  UPDATE deliveries SET front = -1 WHERE chat = new.chat AND state = 'pending' AND front >= 0
    AND not_before IS NULL AND new.not_before IS NULL AND lane = new.lane AND id <> new.id
    AND (turn, rank, id) > (new.turn, new.rank, new.id);
  UPDATE deliveries SET front = CASE
    WHEN new.not_before IS NOT NULL THEN new.not_before
    WHEN EXISTS (SELECT 1 FROM deliveries WHERE chat = new.chat AND state = 'pending' AND front >= 0
                 AND not_before IS NULL AND lane = new.lane AND id <> new.id) THEN -1
    ELSE 0 END WHERE id = new.id;
END;
CREATE TRIGGER deliveries_off AFTER UPDATE OF state, not_before, chat, lane ON deliveries
WHEN old.state = 'pending' AND old.front >= 0 AND old.not_before IS NULL AND (
  new.state <> 'pending' OR new.not_before IS NOT NULL OR new.chat <> old.chat OR new.lane <> old.lane)
BEGIN
  UPDATE deliveries SET front = 0 WHERE id = (
    SELECT id FROM deliveries WHERE chat = old.chat AND lane = old.lane AND state = 'pending' AND front = -1
    AND id <> old.id ORDER BY turn, rank, id LIMIT 1);
END;
CREATE TRIGGER deliveries_out AFTER DELETE ON deliveries
WHEN old.state = 'pending' AND old.front >= 0 AND old.not_before IS NULL
BEGIN
  UPDATE deliveries SET front = 0 WHERE id = (
    SELECT id FROM deliveries WHERE chat = old.chat AND lane = old.lane AND state = 'pending' AND front = -1
    AND id <> old.id ORDER BY turn, rank, id LIMIT 1);
END;
CREATE TRIGGER chats_opened AFTER UPDATE OF state, not_before, chat_id ON chats
WHEN new.state <> old.state OR new.not_before IS NOT old.not_before OR new.chat_id IS NOT old.chat_id
BEGIN
  UPDATE deliveries SET front = 0
  WHERE chat = new.id AND state = 'pending' AND front > 0 AND not_before IS NULL;
END;

CREATE TABLE seen (                         -- others' messages in the settings' chats, as updates told of them
  chat_id INTEGER NOT NULL,
  message INTEGER NOT NULL,
  at INTEGER NOT NULL,                      -- when we heard
  PRIMARY KEY (chat_id, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE retouched (                    -- own messages that may carry another delivery's keyboard since a look
  chat_id INTEGER NOT NULL,
  message INTEGER NOT NULL,
  PRIMARY KEY (chat_id, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (                     -- when and why
  id INTEGER PRIMARY KEY,
  delivery INTEGER REFERENCES deliveries (id) ON DELETE CASCADE,
  chat INTEGER REFERENCES chats (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  answered INTEGER                          -- NULL: no answer came, or none yet
) STRICT;
CREATE INDEX attempts_by_delivery ON attempts (delivery);
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE forms (                        -- how often a post showed each form of its article
  delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  form TEXT NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (delivery, form)
) STRICT, WITHOUT ROWID;

CREATE TABLE fanouts (                      -- articles whose followers are still being planned, and how far that is
  article INTEGER PRIMARY KEY REFERENCES articles (id),
  at INTEGER NOT NULL,                      -- follows made later do not count
  after INTEGER NOT NULL,                   -- the last chat planned
  alone INTEGER NOT NULL DEFAULT 0          -- 1: since it began, no other article waits for any follower
) STRICT;
CREATE INDEX fanouts_in_order ON fanouts (at, article);
CREATE TRIGGER fanouts_not_alone AFTER UPDATE OF state ON deliveries
WHEN new.state = 'pending' AND new.lane <> 0 AND old.state NOT IN ('pending', 'sending', 'doubtful')
BEGIN
  UPDATE fanouts SET alone = 0 WHERE alone = 1;
END;

CREATE TABLE updates (                      -- Telegram's updates whose effects are written
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  result TEXT NOT NULL                      -- JSON: what the answer to the person is made of
) STRICT;

CREATE TABLE alerts (                       -- what the editors were told, so that they hear it once
  key TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
