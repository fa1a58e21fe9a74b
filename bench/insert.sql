-- What pgbench repeats: the least a durable answer can be, one row in one transaction.
INSERT INTO bench_answer (activity, account, value)
VALUES ('benchActivity001', 'student' || :client_id, '{"v": 1, "choices": [2]}');
