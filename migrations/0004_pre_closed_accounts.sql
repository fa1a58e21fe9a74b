-- Support sees the closed accounts, closed last first.
CREATE INDEX account_closed ON account (closed_at DESC, id) WHERE state = 'closed'; -- support's list
