-- What of a sent post was given up, which until now showed only in that a reason was written (`delivery_rows.GivenUp`).
ALTER TABLE deliveries ADD COLUMN given_up TEXT CHECK (given_up IN ('number', 'edit'));
UPDATE deliveries SET given_up = iif(coalesce(message, 0) > 0, 'edit', 'number')
  WHERE state = 'sent' AND reason <> '' AND edit_due IS NULL;
