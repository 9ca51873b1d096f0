-- name: of_customer
-- A customer's trail, oldest first, after a sequence number; also of a deleted one, for who sees everything.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, b.body
from event e left join event_body b on b.event_id = e.id
where e.customer_id = $1 and e.seq > $2 order by e.seq limit $3;

-- name: of_customer_newest
-- The same, newest first, before a sequence number and, if given, a moment.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, b.body
from event e left join event_body b on b.event_id = e.id
where e.customer_id = $1 and e.seq < $2 and ($4::timestamptz is null or e.at < $4) order by e.seq desc limit $3;

-- name: of_artifact
-- An artifact's trail, oldest first, after a sequence number.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, b.body
from event e left join event_body b on b.event_id = e.id
where e.artifact_id = $1 and e.seq > $2 order by e.seq limit $3;

-- name: customer_known
-- Whether the trail has anything of that customer.
select exists (select from event where customer_id = $1);

-- name: customer_visible
-- Whether a customer is there for this caller.
select exists (select from customer c where c.id = $2 and {visible});
