-- name: sweep_idempotency_keys
-- Answers are given again for 24 hours. An hour later nobody can be between finding a key taken and reading its answer.
delete from idempotency_key where created_at < now() - interval '25 hours';

-- name: sweep_sign_ins
-- Sign-ins past their end, or unused for longer than they stay good.
delete from sign_in where expires_at < now() or last_seen_at < now() - $1::interval;

-- name: sweep_links
-- One-time links past their end. A used one stays until then, and says so to whoever opens it again.
delete from sign_in_link where expires_at < now();

-- name: sweep_agent_hours
-- What an agent proposed in an hour counts in that hour only; a day is kept for whoever asks.
delete from agent_use where hour < now() - interval '1 day';
