-- name: of_artifact
-- An artifact's events with their bodies and leaves, oldest first.
{columns}
where e.artifact_id = $1 order by e.seq limit $2;

-- name: of_event
-- One event by its id or its number, if the caller may see it: as its customer, or the artifact handed over.
{columns}
left join customer c on c.id = e.customer_id
where (e.id = $2 or e.seq = $3) and {visible};

-- name: columns
-- What a proof needs of an event.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, e.commitment, b.salt, b.body, l.index
from event e left join event_body b on b.event_id = e.id left join ledger_leaf l on l.event_seq = e.seq
