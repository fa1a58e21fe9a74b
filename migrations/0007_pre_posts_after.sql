-- Which of a stream's last events are posts alone, so that posts of several nodes need not wait for each other's.
ALTER TABLE stream
    ADD COLUMN posts_after bigint NOT NULL DEFAULT 0,
    ADD COLUMN posts_until bigint NOT NULL DEFAULT 0;

CREATE FUNCTION only_posts_after(stream) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN $1.posts_until = $1.head THEN $1.posts_after ELSE $1.head END;
