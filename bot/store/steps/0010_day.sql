-- The day of an article as its source's calendar has it, YYYY-MM-DD; empty: not known, the day in UTC is shown.
ALTER TABLE articles ADD COLUMN day TEXT NOT NULL DEFAULT '';
