-- name: lock
-- Customers, then artifacts with their pending rivals, each sorted: see the function's comment in the first migration.
select lock_for_decision($1::text[]);

-- name: read
-- The named artifacts and every pending one for the same field of the same customer, read after the locks; with them the
-- clock (once everything is locked, not when the transaction began to wait), and what everybody who decides here, or has
-- signed, may beyond their own customers. Who is not among them may do nothing any more.
select r.*, statement_timestamp() as judged_at,
       (select jsonb_object_agg(u.id, authority_of(u.id)) from app_user u
        where u.disabled_at is null
          and u.id = any ($2::text[] || array(select s.user_id from signature s where s.artifact_id = any ($1::text[])))
       )::text as people
from (
    {columns}
    where a.id = any ($1::text[] || array(  -- ids in an array, as an "or" would be answered by looking at everything pending
        select r.id from artifact t join artifact r on r.customer_id = t.customer_id and r.field = t.field
        where t.id = any ($1::text[]) and r.status = 'pending' and r.field is not null))
) r
order by r.seq;

-- name: write
-- Decisions, values, events and promises in one statement; what it wrote is counted by the caller. An approval is promised to
-- each rule that asks for it, at the least to nobody: so each has a row.
with given as (
    select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::bytea[], $13::bytea[], $14::text[])
        with ordinality as g (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id,
                              on_behalf_of, door, field, commitment, salt, body, n)
), decided as (
    update artifact a
    set status = d.status, edited_value = d.edited_value::jsonb, decided_at = d.decided_at, decided_by = d.decided_by,
        decided_by_name = d.decided_by_name, on_behalf_of = d.on_behalf_of, on_behalf_of_name = d.on_behalf_of_name,
        reason = d.reason
    from unnest($15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::text[], $20::text[], $21::text[], $22::text[],
                $23::text[])
        as d (id, status, edited_value, decided_at, decided_by, decided_by_name, on_behalf_of, on_behalf_of_name, reason)
    where a.id = d.id and a.status = 'pending'
    returning 1
), valued as (
    insert into profile_value as p (customer_id, field, value, version, artifact_id, updated_at, updated_by)
    select v.customer_id, v.field, v.value::jsonb, v.expected + 1, v.artifact_id, v.at, v.by
    from unnest($24::text[], $25::text[], $26::text[], $27::bigint[], $28::text[], $29::text[], $48::timestamptz[])
        as v (customer_id, field, value, expected, artifact_id, by, at)
    on conflict (customer_id, field) do update
        set value = excluded.value, version = excluded.version, artifact_id = excluded.artifact_id,
            updated_at = excluded.updated_at, updated_by = excluded.updated_by
        where p.version = excluded.version - 1
    returning 1
), recorded as (
    insert into event (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, on_behalf_of, door, field, commitment)
    select id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, on_behalf_of, door, field, commitment
    from given order by n
    returning 1
), bodies as (
    insert into event_body (event_id, salt, body) select id, salt, body from given
), signed as (
    insert into signature (artifact_id, act, at, user_id, user_name, on_behalf_of, on_behalf_of_name, status, edited_value,
                           field_version, over, reason)
    select g.artifact_id, g.act, g.at, g.user_id, g.user_name, g.on_behalf_of, g.on_behalf_of_name, g.status,
           g.edited_value::jsonb, g.field_version, g.over, g.reason
    from unnest($36::text[], $37::text[], $38::timestamptz[], $39::text[], $40::text[], $41::text[], $42::text[], $43::text[],
                $44::text[], $45::bigint[], $46::boolean[], $47::text[])
        with ordinality as g (artifact_id, act, at, user_id, user_name, on_behalf_of, on_behalf_of_name, status, edited_value,
                              field_version, over, reason, n)
    order by g.n
    returning 1
), promised as (
    insert into delivery (id, event_id, artifact_id, customer_id, topic, kind, trigger, rule_id, status, due_at)
    select p.id || case when t.n > 1 then '-' || t.n else '' end, p.event_id, p.artifact_id, p.customer_id, p.topic, p.kind,
           t.trigger, t.rule_id, t.status, statement_timestamp() + make_interval(secs => t.delay_s)
    from unnest($30::text[], $31::text[], $32::text[], $33::text[], $34::text[], $49::text[], $35::text[], $50::boolean[])
             with ordinality as p (id, event_id, artifact_id, customer_id, topic, kind, named, alone, nth)
    cross join lateral promised_to(p.topic, p.kind, p.named, p.alone) t
    order by p.nth, t.n
    returning event_id
)
select (select count(*) from decided) as artifacts, (select count(*) from valued) as values,
       (select count(*) from recorded) as events, (select count(distinct event_id) from promised) as deliveries,
       (select count(*) from signed) as signatures;
