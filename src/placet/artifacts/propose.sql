-- name: lock_customer
-- The lock everything about a customer's artifacts is done under; the row is the newest, even after a wait.
select id, name, rm_id, team_id from customer where id = $1 for no key update;

-- name: batch
-- A batch by what makes it one: customer, creator, id.
select digest, skipped, source_id from batch
where customer_id = $1 and created_by_type = $2 and created_by_id = $3 and id = $4;

-- name: values
-- The current value and version of some fields.
select field, value::text as value, version from profile_value where customer_id = $1 and field = any ($2::text[]);

-- name: pending
-- Pending artifacts that could be twins of what is proposed: of the same field, or with the same payload.
select id, artifact_type, coalesce(field, '') as field, item_key, payload::text as payload from artifact
where customer_id = $1 and status = 'pending' and (field = any ($2::text[]) or field is null and item_key = any ($3::text[]))
order by seq;

-- name: rejected_before
-- What a person said no to, by what it claimed.
select claim, min(id) as id from artifact
where customer_id = $1 and claim = any ($2::bytea[]) and status = 'rejected' and claim is not null group by claim;

-- name: store_source
-- A note, once per customer and text.
with stored as (
    insert into source (id, customer_id, text, sha256, title, occurred_at, created_by_type, created_by_id, created_by_name, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (customer_id, sha256) do nothing
    returning id
)
select id from stored union all select id from source where customer_id = $2 and sha256 = $4 limit 1;

-- name: insert_batch
-- The batch itself, with the part of the answer that is no artifact.
insert into batch (id, customer_id, created_by_type, created_by_id, digest, skipped, not_proposed, source_id, created_at)
values ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8, $9)
returning skipped::text as skipped, source_id;

-- name: insert_artifacts
-- All artifacts of a batch; the sequence gives them the proposed order.
insert into artifact (id, created_at, customer_id, rm_id, batch_id, artifact_type, created_by_type, created_by_id, payload,
                      workflow_trigger, field, field_version, item_key, source_id, evidence_start, evidence_end,
                      evidence_verified, customer_ref, customer_name, created_by_name, claim, reverts)
select g.id, $9, $1, $2, $4, g.artifact_type, $5, $6, g.payload::jsonb,
       g.workflow_trigger, g.field, g.field_version, g.item_key, g.source_id, g.quote_start,
       g.quote_end, g.verified, $1, $3, $7, g.claim, $21
from unnest($8::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::text[], $17::int[],
            $18::int[], $19::boolean[], $20::bytea[])
    with ordinality as g (source_id, id, artifact_type, payload, workflow_trigger, field, field_version, item_key, quote_start, quote_end,
                          verified, claim, n)
order by g.n;
