-- name: hold
-- Idempotency keys, then the same locks as `lock` in decide.sql; answers how each key stands, after whoever had it.
select n, body_digest, status, content_type, answer
from hold_for_decision($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text);

-- name: keep
-- The answers of requests with a key. The key of one whose request is put off, or was not done, is let go.
with given as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::bytea[])
        as g (principal, method, path, key, status, content_type, answer)
), kept as (
    update idempotency_key k set status = g.status, content_type = g.content_type, answer = g.answer from given g
    where (k.principal, k.method, k.path, k.key) = (g.principal, g.method, g.path, g.key) and g.status is not null
)
delete from idempotency_key k using given g
where (k.principal, k.method, k.path, k.key) = (g.principal, g.method, g.path, g.key) and g.status is null;
