-- name: patience
-- A check takes as long as it takes.
select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true);

-- name: events
-- How many events there are.
select count(*) from event;

-- name: size
-- How much there is to go through: what `verify` counts as it goes.
select (select count(*) from ledger_leaf) + (select count(*) from artifact) + (select count(*) from customer);

-- name: checkpoints
-- Every checkpoint, in the order they were made.
select number, size, note, settled, at from checkpoint order by number;

-- name: leaves
-- Every leaf with its event and that one's body, in the order of the tree.
select l.index, l.event_seq, l.hash, e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id,
       e.on_behalf_of, e.door, e.field, e.commitment, b.salt, b.body
from ledger_leaf l left join event e on e.seq = l.event_seq left join event_body b on b.event_id = e.id
order by l.index;

-- name: without_leaf
-- Events that no leaf stands for.
select e.seq from event e where not exists (select from ledger_leaf l where l.event_seq = e.seq) order by e.seq;

-- name: artifacts
-- Every artifact (or the one named) with the event that proposed it and the last one that ended it, if it has them.
select a.id, a.artifact_type, a.status, a.payload::text as payload, a.edited_value::text as edited_value, a.decided_at, a.decided_by,
       a.reason, p.body as proposed, d.kind, d.at, d.actor_id, d.body as decided
from artifact a
left join lateral (
    select b.body from event e join event_body b on b.event_id = e.id
    where e.artifact_id = a.id and e.kind = a.artifact_type || '.proposed' order by e.seq limit 1) p on true
left join lateral (
    select e.kind, e.at, e.actor_id, b.body from event e join event_body b on b.event_id = e.id
    where e.artifact_id = a.id and e.kind = any (array(select a.artifact_type || '.' || s from unnest($1::text[]) s))
    order by e.seq desc limit 1) d on true
where $2::text is null or a.id = $2
order by a.seq;

-- name: gone
-- Artifacts that the trail tells of and that are not there.
select distinct e.artifact_id from event e
where e.artifact_id is not null and not exists (select from artifact a where a.id = e.artifact_id) order by e.artifact_id;

-- name: values
-- What set the fields of the customers that are there, customer by customer: what they came with, then what was approved.
select e.customer_id, e.kind, e.field, e.artifact_id, b.body from customer c
join event e on e.customer_id = c.id join event_body b on b.event_id = e.id
where e.kind = 'customer.created' or e.field is not null and split_part(e.kind, '.', 2) in ('accepted', 'edited')
order by e.customer_id, e.seq;

-- name: profile
-- What a customer's profile says.
select field, value::text as value, artifact_id, updated_by from profile_value where customer_id = $1;

-- name: strangers
-- Values of customers of whom the trail says nothing that would have set one.
select p.customer_id, p.field from profile_value p
where not exists (select from event e where e.customer_id = p.customer_id and e.kind = 'customer.created') order by 1, 2;

-- name: sources
-- Stored notes whose text is not what its digest says.
select id from source where sha256(convert_to(text, 'UTF8')) <> sha256 order by id;

-- name: unpromised
-- Approvals that nothing was promised for (where nobody asked, a row says so).
select e.seq, e.artifact_id from event e
where e.artifact_id is not null and split_part(e.kind, '.', 2) in ('accepted', 'edited')
  and not exists (select from delivery d where d.event_id = e.id) order by e.seq;

-- name: unasked
-- Deliveries that no event promised.
select d.id from delivery d where not exists (
    select from event e where e.id = d.event_id and e.artifact_id is not distinct from d.artifact_id) order by d.seq;
