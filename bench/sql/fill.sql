-- name: people
-- One RM per fifty customers, each with a bearer token whose secret follows from their id.
with made as (
    insert into app_user (id, name, email, role)
    select format('bench-rm-%s', r), format('Relationship Manager %s', r), format('rm%s@bench.example', r), 'rm'
    from generate_series(0, $1::int - 1) r
    returning id
)
insert into api_token (id, token_hash, user_id)
select 't-' || id, sha256(convert_to('placet_' || id, 'UTF8')), id from made;

-- name: agent
-- The agent that proposes, for every customer.
insert into api_token (id, token_hash, agent, hourly_quota)
values ('t-bench-agent', sha256(convert_to('placet_bench-agent', 'UTF8')), 'bench-agent', 2000000000);

-- name: customers
-- Fifty customers an RM, ids as random as the real ones.
insert into customer (id, name, rm_id, created_at)
select left(md5('c' || c), 21), format('Customer %s', c), format('bench-rm-%s', c / 50), now() - interval '3 years'
from generate_series(0, $1::int - 1) c;

-- name: numbered_customers
-- The customers by number, for the statements below.
create unlogged table bench_customer as
select c::int as n, left(md5('c' || c), 21) as id, format('bench-rm-%s', c / 50) as rm_id, format('Customer %s', c) as name
from generate_series(0, $1::int - 1) c;

-- name: index_customers
create unique index on bench_customer (n);

-- name: values
-- A value for every field, somewhere between its first and its third version.
insert into profile_value (customer_id, field, value, version, updated_at, updated_by)
select c.id, f.key, f.values -> (hashint8(c.n * 64 + f.n) & 15), 1 + (hashint8(c.n * 64 + f.n + 7) & 1), now() - interval '1 year',
       'Relationship Manager'
from bench_customer c cross join bench_field f;

-- name: sources
-- A note for every batch of five.
insert into source (id, customer_id, text, sha256, title, occurred_at, created_at, created_by_type, created_by_id, created_by_name)
select left(md5('s' || b), 21), c.id, t.text, sha256(convert_to(t.text, 'UTF8')), 'Annual review', t.at, t.at, 'agent', 'bench-agent', 'bench-agent'
from generate_series($1::bigint, $2::bigint - 1) b
join bench_customer c on c.n = bench_customer_of(b, $3, $4)
cross join lateral (select bench_time(b, $3) as at, format('Meeting %s. The customer said: it has changed, please note it down. ', b)
                    || repeat('We spoke about markets, the family and the plans for the coming year. ', 3) as text) t;

-- name: batches
-- Batches of five.
insert into batch (id, customer_id, created_by_type, created_by_id, digest, skipped, source_id, created_at)
select left(md5('b' || b), 21), c.id, 'agent', 'bench-agent', '\x00', '[]', left(md5('s' || b), 21), bench_time(b, $3)
from generate_series($1::bigint, $2::bigint - 1) b join bench_customer c on c.n = bench_customer_of(b, $3, $4);

-- name: artifacts
-- Five artifacts a batch, each for another field; the newest tenth waits, with no two of a customer for one field.
insert into artifact (id, created_at, customer_id, rm_id, batch_id, artifact_type, status, created_by_type, created_by_id, payload,
                      edited_value, decided_at, decided_by, decided_by_name, reason, field, field_version, item_key, source_id,
                      evidence_start, evidence_end, evidence_verified, customer_ref, customer_name, created_by_name)
select left(md5('a' || b * 5 + k), 21), x.at, c.id, c.rm_id, left(md5('b' || b), 21), 'profile_edit', s.status, 'agent', 'bench-agent',
       jsonb_build_object('field_key', f.key, 'field_display_name', f.label, 'proposed_value', f.values -> v.proposed,
                          'previous_value', p.value, 'source_text', 'The customer said: it has changed, please note it down.',
                          'confidence', (array['high', 'high', 'medium', 'low'])[1 + (x.h & 3)]),
       case when s.status = 'edited' then f.values -> ((v.proposed + 1) % 16) end,
       case when s.status <> 'pending' then x.at + interval '1 day' end,
       case when s.status in ('accepted', 'edited', 'rejected') then c.rm_id end,
       case when s.status in ('accepted', 'edited', 'rejected') then 'Relationship Manager' end,
       case when s.status = 'rejected' then 'Not what was said.' end,
       f.key, p.version, f.key, left(md5('s' || b), 21), 10 + length(b::text), 65 + length(b::text), true, c.id, c.name,
       'bench-agent'
from generate_series($1::bigint, $2::bigint - 1) b
join bench_customer c on c.n = bench_customer_of(b, $3, $4)
cross join generate_series(0, 4) k
cross join lateral (select bench_time(b, $3) as at, hashint8(b * 5 + k) & 1048575 as h) x
join bench_field f on f.n = (c.n + (b / $4) * 5 + k) % $5
join profile_value p on p.customer_id = c.id and p.field = f.key
cross join lateral (select ((hashint8(c.n * 64 + f.n) & 15) + 1 + x.h % 14) % 16 as proposed) v
cross join lateral (select case when b >= $3 - $3 / 10 then 'pending' when x.h % 100 < 70 then 'accepted' when x.h % 100 < 82 then 'edited'
                                when x.h % 100 < 95 then 'rejected' when x.h % 100 < 98 then 'superseded' else 'expired' end as status) s;

-- name: proposed_events
-- That each was proposed.
insert into event (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, door, field, commitment)
select left(md5('e' || a.id), 21), a.created_at, 'profile_edit.proposed', a.id, a.customer_ref, a.batch_id, 'agent', 'bench-agent', 'api',
       a.field, sha256(decode(md5(a.id), 'hex') || convert_to(a.payload::text, 'UTF8'))
from artifact a;

-- name: decided_events
-- That most were decided.
insert into event (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, door, field, commitment)
select left(md5('d' || a.id), 21), a.decided_at, 'profile_edit.' || a.status, a.id, a.customer_ref, a.batch_id,
       case when a.decided_by is null then 'system' else 'rm' end, coalesce(a.decided_by, 'placet'), 'web', a.field,
       sha256(decode(md5(a.id), 'hex') || convert_to(a.payload::text, 'UTF8'))
from artifact a where a.status <> 'pending';

-- name: proposed_bodies
-- What those events say.
insert into event_body (event_id, salt, body) select left(md5('e' || a.id), 21), decode(md5(a.id), 'hex'), a.payload::text from artifact a;

-- name: decided_bodies
-- And those.
insert into event_body (event_id, salt, body)
select left(md5('d' || a.id), 21), decode(md5(a.id), 'hex'), a.payload::text from artifact a where a.status <> 'pending';

-- name: deliveries
-- What was promised then is delivered long since.
insert into delivery (id, event_id, artifact_id, customer_id, topic, status, created_at, due_at, attempts)
select left(md5('p' || a.id), 21), left(md5('d' || a.id), 21), a.id, a.customer_id, 'artifact.' || a.status, 'delivered', a.decided_at,
       a.decided_at, 1
from artifact a where a.status in ('accepted', 'edited');

-- name: plain_indexes
-- The indexes that stand for no constraint: they are made after the rows, at once.
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index i join pg_class c on c.oid = i.indrelid
where c.relname in ('artifact', 'event', 'event_body', 'source', 'batch', 'delivery', 'profile_value')
  and c.relnamespace = 'public'::regnamespace
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid);
