-- name: columns
-- A delivery with the artifact and the rule it is about.
select d.id, d.seq, d.status, d.kind, d.trigger, d.rule_id, d.event_id, d.artifact_id, d.customer_id, d.created_at, d.due_at,
       d.ended_at, d.attempts, d.leased_until > now() as under_way, d.said, d.status_code, a.field, a.artifact_type, a.customer_name,
       a.payload ->> 'field_display_name' as field_label, r.note as rule_note, r.config ->> 'url' as rule_url,
       r.disabled_at is not null or r.removed_at is not null as rule_off
from delivery d
join artifact a on a.id = d.artifact_id
left join customer c on c.id = a.customer_id
left join trigger_rule r on r.id = d.rule_id

-- name: attempts
-- How each attempt went, oldest first.
select n, started_at, ended_at, outcome, status_code, said, answer from delivery_attempt where delivery_id = $1 order by n;

-- name: outputs
-- What a delivery made, without its contents.
select n, name, media_type, octet_length(content) as size from delivery_output where delivery_id = $1 order by n;

-- name: output
-- One thing a delivery made.
select name, media_type, content from delivery_output where delivery_id = $1 and n = $2;

-- name: replay
-- Due now, at the start of the schedule, under the same id; and what waits behind it waits for nothing else.
with again as (
    update delivery set status = 'promised', due_at = now(), tried = 0, ended_at = null, leased_until = null
    where id = $1 and status in ('dead', 'delivered') returning id, lane, customer_id, seq
), behind as (
    update delivery d set due_at = now() from again g
    where d.lane = g.lane and d.customer_id = g.customer_id and d.seq > g.seq and d.status = 'promised' and d.tried = 0
      and d.created_at < now() - interval '10 seconds' and d.due_at > now()
)
select id from again;

-- name: standing
-- For the metrics: what is not made, and for how long the oldest that could be waits. What is held by a rule that is off or a
-- receiver that asked for time is not late.
select (select count(*) from delivery where status = 'promised') as promised,
       (select count(*) from delivery where status = 'promised' and attempts > 0) as retrying,
       (select count(*) from delivery where status = 'dead') as dead,
       coalesce((select extract(epoch from now() - min(d.due_at)) from delivery d left join trigger_rule r on r.id = d.rule_id
                 where d.status = 'promised' and d.due_at <= now() and r.disabled_at is null and r.removed_at is null
                   and coalesce(r.paused_until <= now(), true)), 0)::float8 as oldest_due_s,
       (select count(*) from trigger_rule where removed_at is null and disabled_at is not null) as disabled;
