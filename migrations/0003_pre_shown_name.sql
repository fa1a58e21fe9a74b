-- The name that others see: whoever closed their account is named no more, until support restores it (D15).
CREATE FUNCTION shown_name(name text, state text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN state = 'closed' THEN '已注销用户' ELSE name END;
