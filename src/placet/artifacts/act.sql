-- name: lock
-- The same locks a decision takes, so that an action meets no decision half way.
select lock_for_decision(array[$1::text]);

-- name: authority
-- Read after the locks: the clock, and whether the person may still act and for whom.
select statement_timestamp() as at, u.disabled_at is null as active, authority_of(u.id)::text as authority
from app_user u where u.id = $2 and exists (select from artifact where id = $1);
