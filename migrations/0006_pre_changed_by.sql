-- Who had an import applied or undone, and the indexes of a learner's grade, a teacher's attempts, a removed unit.
ALTER TABLE roster_import ADD COLUMN changed_by id;
CREATE INDEX attempt_of_assessment ON attempt (assessment_id, id);
CREATE INDEX progress_of_unit ON progress (unit_id);
CREATE INDEX topic_reply_of_author ON topic_reply (author_id, topic_id);
