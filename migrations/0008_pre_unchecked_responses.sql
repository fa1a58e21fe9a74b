-- Each id of a response was matched against a pattern as it was written, a third of the cost of a rush.
ALTER TABLE response
    ALTER COLUMN activity_id TYPE text COLLATE "C",
    ALTER COLUMN account_id TYPE text COLLATE "C";
