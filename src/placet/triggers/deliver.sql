-- name: claim
-- What is due, by lane (a rule, or a trigger no rule set up): of each as many as it has room for here, the oldest first, and
-- of a customer's only the first that is not made yet, so that their order is kept. Counted and leased as it is claimed; the
-- count is the fencing token. $1, $2: lanes with calls under way here, and how many; $3: the most of a lane; $4: the most of
-- all; $5: how long a lease is.
with recursive lanes as (
    (select lane from delivery where status = 'promised' order by lane limit 1)
    union all
    select (select d.lane from delivery d where d.status = 'promised' and d.lane > l.lane order by d.lane limit 1)
    from lanes l where l.lane is not null
), open as (
    select l.lane, $3::int - coalesce(b.calls, 0) as room
    from lanes l
    left join unnest($1::text[], $2::int[]) as b (lane, calls) on b.lane = l.lane
    left join trigger_rule r on r.id = l.lane
    where l.lane is not null and r.disabled_at is null and r.removed_at is null and coalesce(r.paused_until <= now(), true)
), picked as materialized (
    select d.id from open o cross join lateral (
        select d.id from delivery d
        where d.lane = o.lane and d.status = 'promised' and d.due_at <= now()
          and (d.leased_until is null or d.leased_until <= now())
          and not exists (select from delivery e where e.lane = d.lane and e.customer_id = d.customer_id and e.seq < d.seq
                                                   and e.status = 'promised')
        order by d.due_at, d.seq
        limit greatest(o.room, 0)
        for update of d skip locked
    ) d
    limit $4
), claimed as (
    update delivery d set attempts = d.attempts + 1, tried = d.tried + 1, leased_until = now() + $5::interval
    from picked p where d.id = p.id
    returning d.id, d.attempts, d.tried, d.lane, d.trigger, d.rule_id
), begun as (
    insert into delivery_attempt (delivery_id, n, started_at) select id, attempts, now() from claimed
)
select * from claimed;

-- name: load
-- What a claimed delivery is about: the decision, and the trail's word on what was approved and what it replaced.
select d.id, d.attempts as attempt, d.kind, d.event_id, d.body, d.rule_id, d.trigger, d.lane, d.tried, a.decided_at, a.decided_by,
       a.decided_by_name, a.on_behalf_of, a.reason, a.id as artifact_id, a.artifact_type, a.status, a.batch_id,
       a.created_by_type, a.created_by_id, a.created_by_name, a.customer_ref as customer_id, a.customer_name, a.field,
       a.payload::text as payload, a.edited_value::text as edited_value, a.reverts, b.body as said,
       r.config::text as config, r.sealed
from delivery d
join artifact a on a.id = d.artifact_id
left join event_body b on b.event_id = d.event_id
left join trigger_rule r on r.id = d.rule_id
where d.id = any ($1::text[]);

-- name: keep_body
-- What is sent, made once.
update delivery set body = $2 where id = $1 and body is null;

-- name: end_attempt
-- How an attempt went, written once.
update delivery_attempt set ended_at = clock_timestamp(), outcome = $3, status_code = $4, said = $5, answer = $6
where delivery_id = $1 and n = $2 and ended_at is null;

-- name: finish
-- The delivery's end, if nobody overtook this attempt.
update delivery set status = $3, ended_at = clock_timestamp(), leased_until = null, said = $4, status_code = $5
where id = $1 and attempts = $2 and status = 'promised' returning id;

-- name: postpone
-- To be tried again, if nobody overtook this attempt; and what waits behind it is not looked at before.
with postponed as (
    update delivery set due_at = clock_timestamp() + $3::interval, leased_until = null, said = $4, status_code = $5
    where id = $1 and attempts = $2 and status = 'promised' returning lane, customer_id, seq, due_at
), behind as (
    update delivery d set due_at = p.due_at from postponed p
    where d.lane = p.lane and d.customer_id = p.customer_id and d.seq > p.seq and d.status = 'promised' and d.due_at < p.due_at
)
select due_at from postponed;

-- name: pause
-- Its receiver asked to be left alone.
update trigger_rule set paused_until = greatest(coalesce(paused_until, now()), now() + $2::interval)
where id = $1 and removed_at is null;

-- name: keep_output
-- Something a delivery made.
insert into delivery_output (delivery_id, n, name, media_type, content) values ($1, $2, $3, $4, $5)
on conflict (delivery_id, n) do nothing;

-- name: cancel_undone
-- An approval is undone before anybody was called: neither it nor what undid it is told to those who were to be.
with gone as (
    update delivery set status = 'cancelled', ended_at = clock_timestamp(), said = 'Undone before it was made.'
    where artifact_id = $1 and status = 'promised' and attempts = 0
    returning lane
)
update delivery d set status = 'cancelled', ended_at = clock_timestamp(), said = 'It undoes what was not told either.'
from gone where d.artifact_id = $2 and d.lane = gone.lane and d.status = 'promised' and d.attempts = 0;
