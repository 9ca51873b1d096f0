-- name: customers
-- Whom proposals are made for next.
select id from (select id from bench_customer union all select id from bench_customer union all select id from bench_customer
                union all select id from bench_customer union all select id from bench_customer) c order by random() limit $1;

-- name: last
select coalesce(max(seq), 0) from artifact;

-- name: guard
-- Artifacts and their events with bodies, since a sequence number.
select count(*)::int as artifacts,
       (select count(*) from event e join event_body b on b.event_id = e.id
        where e.artifact_id in (select id from artifact where seq > $1) and e.kind = 'profile_edit.proposed')::int as events
from artifact where seq > $1;

-- name: single
-- The least that proposing ten can be: one statement that writes a batch, its artifacts and their events.
with c as (
    select id, rm_id, name, gen_random_uuid()::text as batch_id from customer where id = left(md5('c' || :n), 21)
), b as (
    insert into batch (id, customer_id, created_by_type, created_by_id, digest, skipped)
    select batch_id, id, 'agent', 'pgbench', sha256(convert_to(batch_id, 'UTF8')), '[]' from c
), a as (
    insert into artifact (id, customer_id, rm_id, batch_id, artifact_type, created_by_type, created_by_id, payload, field, field_version,
                          item_key, evidence_verified, customer_ref, customer_name, created_by_name)
    select left(md5(random()::text || f.key), 21), c.id, c.rm_id, c.batch_id, 'profile_edit', 'agent', 'pgbench',
           jsonb_build_object('field_key', f.key, 'field_display_name', f.label, 'previous_value', p.value, 'source_text', 'The customer said so.',
                              'confidence', 'high', 'proposed_value', 'Something else, ' || random()),
           f.key, p.version, f.key, false, c.id, c.name, 'pgbench'
    from c cross join bench_field f join profile_value p on p.customer_id = c.id and p.field = f.key
    where f.n >= :f and f.n < :f + 10
    returning id, customer_id, batch_id, field, payload, gen_random_uuid()::text as event_id, gen_random_uuid() as salt
), e as (
    insert into event (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, door, field, commitment)
    select event_id, now(), 'profile_edit.proposed', id, customer_id, batch_id, 'agent', 'pgbench', 'api', field,
           sha256(uuid_send(salt) || convert_to(payload::text, 'UTF8')) from a
)
insert into event_body (event_id, salt, body) select event_id, uuid_send(salt), payload::text from a;
