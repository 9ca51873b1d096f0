-- name: of_customer
-- A customer's trail, oldest first, after a sequence number; also of a deleted one, for who sees everything.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, b.body
from event e left join event_body b on b.event_id = e.id
where e.customer_id = $1 and e.seq > $2 order by e.seq limit $3;

-- name: of_customer_newest
-- The same by the time of the act, newest first (the later written first where two share it), before an event and, if given,
-- a moment; narrowed to acts (the last part of a kind), a field, a person.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, b.body
from event e left join event_body b on b.event_id = e.id
where e.customer_id = $1
  and ($2::bigint = 0 or (e.at, e.seq) < (select l.at, l.seq from event l where l.customer_id = $1 and l.seq = $2))
  and ($4::timestamptz is null or e.at < $4) and ($5::text is null or regexp_replace(e.kind, '^.*\.', '') = $5)
  and ($6::text is null or e.field = $6) and ($7::text is null or e.actor_id = $7)
order by e.at desc, e.seq desc limit $3;

-- name: made_of
-- What a customer's trail is made of: how many events of which act, field and person. Of each kind one body is read, the last
-- one's, for the name that person had.
select g.act, g.field, g.actor_id,
       (select b.body::jsonb ->> 'actorName' from event e join event_body b on b.event_id = e.id where e.seq = g.last) as actor_name,
       g.events
from (select regexp_replace(e.kind, '^.*\.', '') as act, e.field, e.actor_id, max(e.seq) as last, count(*)::int as events
      from event e where e.customer_id = $1 and ($2::timestamptz is null or e.at < $2) group by 1, 2, 3) g;

-- name: of_artifact
-- An artifact's trail, oldest first, after a sequence number.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, b.body
from event e left join event_body b on b.event_id = e.id
where e.artifact_id = $1 and e.seq > $2 order by e.seq limit $3;

-- name: read_by
-- Who read the note an artifact was proposed from, as its first event keeps it; null where that does not say, or is redacted.
select b.body::jsonb ->> 'readBy' from event e join event_body b on b.event_id = e.id
where e.artifact_id = $1 order by e.seq limit 1;

-- name: customer_known
-- Whether the trail has anything of that customer.
select exists (select from event where customer_id = $1);

-- name: customer_visible
-- Whether a customer is there for this caller.
select exists (select from customer c where c.id = $2 and {visible});
