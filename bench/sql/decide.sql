-- name: todo
-- Which artifacts are decided next, in random order: pending ones without a rival.
select a.id, a.rm_id, a.customer_id from artifact a where a.status = 'pending' and a.created_by_id = 'bench-agent'
order by random() limit $1;

-- name: refill
-- As many new pending artifacts as were used up, for fields of random customers where nothing waits; outside every measurement.
insert into artifact (id, created_at, customer_id, rm_id, batch_id, artifact_type, created_by_type, created_by_id, payload, field,
                      field_version, item_key, evidence_verified, customer_ref, customer_name, created_by_name)
select left(md5(random()::text || c.id || f.key), 21), clock_timestamp(), c.id, c.rm_id, left(md5(random()::text || c.id), 21), 'profile_edit',
       'agent', 'bench-agent',
       jsonb_build_object('field_key', f.key, 'field_display_name', f.label, 'previous_value', p.value, 'source_text', null, 'confidence', 'high',
                          'proposed_value', (select v from jsonb_array_elements(f.values) v where v <> p.value order by random() limit 1)),
       f.key, p.version, f.key, false, c.id, c.name, 'bench-agent'
from (select * from bench_customer order by random() limit $1) c cross join bench_field f
join profile_value p on p.customer_id = c.id and p.field = f.key
where not exists (select from artifact a where a.customer_id = c.id and a.field = f.key and a.status = 'pending' and a.field is not null)
limit $1;

-- name: guard
-- What a slice really wrote: decisions, their events with bodies, values and promised deliveries since a moment and a sequence number.
select (select count(*) from artifact where decided_at > $1 and status in ('accepted', 'edited', 'rejected'))::int as decided,
       (select count(*) from event e join event_body b on b.event_id = e.id join delivery d on d.event_id = e.id
        where e.seq > $2 and e.kind in ('profile_edit.accepted', 'profile_edit.edited'))::int as recorded,
       (select count(*) from profile_value where updated_at > $1)::int as values;

-- name: now
select clock_timestamp() as at, coalesce(max(seq), 0) as seq from event;

-- name: single
-- The least that a decision can be: one statement that takes the next artifact and writes decision, value, event and promise.
with a as (
    update artifact set status = 'accepted', decided_at = now(), decided_by = rm_id, decided_by_name = 'Relationship Manager'
    where id = (select artifact_id from bench_todo where n = (select nextval('bench_n'))) and status = 'pending'
    returning id, customer_id, customer_ref, customer_name, batch_id, field, rm_id, payload,
              gen_random_uuid()::text as event_id, gen_random_uuid() as salt
), v as (
    insert into profile_value as p (customer_id, field, value, version, artifact_id, updated_at, updated_by)
    select customer_id, field, payload -> 'proposed_value', 1, id, now(), 'Relationship Manager' from a
    on conflict (customer_id, field) do update set value = excluded.value, version = p.version + 1, artifact_id = excluded.artifact_id,
        updated_at = excluded.updated_at, updated_by = excluded.updated_by
    returning 1
), b as (
    select *, jsonb_build_object('customerName', customer_name, 'label', payload -> 'field_display_name', 'proposed', payload -> 'proposed_value',
                                 'before', payload -> 'previous_value', 'after', payload -> 'proposed_value', 'quote', payload -> 'source_text')::text as body
    from a
), e as (
    insert into event (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, door, field, commitment)
    select event_id, now(), 'profile_edit.accepted', id, customer_ref, batch_id, 'rm', rm_id, 'api', field,
           sha256(uuid_send(salt) || convert_to(body, 'UTF8')) from b
    returning id
), eb as (
    insert into event_body (event_id, salt, body) select event_id, uuid_send(salt), body from b
)
insert into delivery (id, event_id, artifact_id, customer_id, topic)
select gen_random_uuid()::text, event_id, id, customer_id, 'artifact.accepted' from a;
