-- name: claim
-- Claim a key, or one that is older than a day; whoever is second waits here until the first has answered.
insert into idempotency_key as k (principal, method, path, key, body_digest) values ($1, $2, $3, $4, $5)
on conflict (principal, method, path, key) do update
    set body_digest = excluded.body_digest, status = null, content_type = null, answer = null, created_at = now()
    where k.created_at < now() - interval '24 hours'
returning true;

-- name: answered
-- What was answered under a key, read in a statement of its own, after the wait.
select body_digest, status, content_type, answer from idempotency_key
where principal = $1 and method = $2 and path = $3 and key = $4;

-- name: store
-- The answer, in the transaction that did the work.
update idempotency_key set status = $5, content_type = $6, answer = $7
where principal = $1 and method = $2 and path = $3 and key = $4;
