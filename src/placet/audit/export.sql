-- name: events
-- The next events with their bodies and places, oldest first.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, e.commitment, b.salt, b.body, l.index
from event e left join event_body b on b.event_id = e.id left join ledger_leaf l on l.event_seq = e.seq
where e.seq > $1 order by e.seq limit $2;
