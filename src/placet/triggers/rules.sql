-- name: columns
-- A rule, with how what it was promised stands.
select r.id, r.seq, r.trigger, r.kinds, r.config::text as config, r.sealed, r.delay_s, r.note, r.created_at, r.created_by,
       r.disabled_at, r.disabled_why, r.paused_until, r.removed_at,
       (select count(*) from delivery d where d.lane = r.id and d.status = 'promised') as waiting
from trigger_rule r

-- name: list
-- Every rule that was not removed, in the order they were added.
{columns} where r.removed_at is null and ($1::text is null or r.trigger = $1) and ($2::text is null or r.trigger <> $2)
order by r.seq;

-- name: get
-- One rule, removed or not.
{columns} where r.id = $1;

-- name: lock
-- One rule that was not removed, held until the commit.
select id from trigger_rule where id = $1 and removed_at is null for update;

-- name: insert
-- A new rule.
insert into trigger_rule (id, trigger, kinds, config, sealed, delay_s, note, created_by)
values ($1, $2, $3::text[], $4::jsonb, $5, $6, $7, $8);

-- name: change
-- What an admin may change of a rule.
update trigger_rule set kinds = $2::text[], config = $3::jsonb, sealed = $4, delay_s = $5, note = $6 where id = $1;

-- name: disable
-- Nothing new is promised to it, and what waits goes on waiting. Answers the id where it was enabled before.
update trigger_rule set disabled_at = now(), disabled_why = $2 where id = $1 and disabled_at is null and removed_at is null
returning id;

-- name: enable
-- What waits may be made again.
update trigger_rule set disabled_at = null, disabled_why = null, paused_until = null where id = $1;

-- name: remove
-- The rule is there no more for anybody but its deliveries; its secrets are forgotten, and what waited is cancelled.
with removed as (
    update trigger_rule set removed_at = now(), sealed = null where id = $1 and removed_at is null
)
update delivery set status = 'cancelled', ended_at = now(), leased_until = null, said = 'The rule was removed.'
where lane = $1 and status = 'promised';
