-- How many a push is for, so that its operator sees how far it is.
ALTER TABLE push ADD COLUMN n_all integer;
