-- name: contexts
-- What stands around each artifact's quote in its stored note, and on which line it starts.
select a.id,
       substr(s.text, greatest(a.evidence_start - 400, 0) + 1, least(a.evidence_start, 400)) as before,
       substr(s.text, a.evidence_end + 1, 300) as after,
       1 + length(left(s.text, a.evidence_start)) - length(replace(left(s.text, a.evidence_start), E'\n', '')) as line
from artifact a join source s on s.id = a.source_id
where a.id = any ($1::text[]) and a.evidence_start is not null;

-- name: get
-- A stored note, if the caller may see its customer.
select s.id, s.customer_id, c.name as customer_name, s.text, s.sha256, s.title, s.occurred_at, s.created_at, s.created_by_name
from source s left join customer c on c.id = s.customer_id
where s.id = $2 and {visible};

-- name: list
-- A customer's notes without their texts, newest first, with how much was read from each.
select s.id, s.customer_id, '' as customer_name, '' as text, regexp_count(s.text, '\S+')::int as words, s.sha256, s.title, s.occurred_at, s.created_at, s.created_by_name,
       (select count(*)::int from artifact a where a.source_id = s.id) as proposed,
       (select count(*)::int from artifact a where a.source_id = s.id and a.status = 'pending') as pending
from source s
where s.customer_id = $1
order by coalesce(s.occurred_at, s.created_at) desc, s.id limit $2;

-- name: count
-- How many notes a customer has.
select count(*)::int from source where customer_id = $1;

-- name: read_from
-- The batches read from a note: who read it, and what was seen in it and not proposed.
select b.id, b.customer_id, b.created_by_type, b.created_by_id, b.skipped::text as skipped, b.not_proposed::text as not_proposed, b.created_at
from batch b where b.source_id = $1 order by b.seq;

-- name: batch
-- One batch by what makes it one.
select b.id, b.customer_id, b.created_by_type, b.created_by_id, b.skipped::text as skipped, b.not_proposed::text as not_proposed, b.created_at
from batch b where b.customer_id is not distinct from $1 and b.created_by_type = $2 and b.created_by_id = $3 and b.id = $4;
