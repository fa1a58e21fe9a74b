"""The door to PostgreSQL: all SQL, typed rows in and out."""
