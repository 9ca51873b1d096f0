-- name: start
-- The highest event there is, the numbers shortly below it that are not there (yet), and which transactions are under way.
with top as (select coalesce(max(seq), 0) as high from event)
select top.high, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as begun,
       array(select g from generate_series(greatest(top.high - $1, 1), top.high) g
             where not exists (select from event e where e.seq = g)) as missing
from top;

-- name: since
-- Events after a number, and those of the missing ones that came, with whose their customer is now. One row without an
-- event where there are none, as which transactions are under way is wanted in any case.
with world as (
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as over, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as begun
), found as (
    (select e.* from event e where e.seq > $1 order by e.seq limit $3)
    union all
    (select e.* from event e where e.seq = any ($2::bigint[]))
)
select w.over, w.begun, e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id,
       e.on_behalf_of, e.door, e.field, b.body, c.id as customer_now, c.rm_id, c.team_id
from world w left join found e on true
left join event_body b on b.event_id = e.id
left join customer c on c.id = e.customer_id
order by e.seq;

-- name: between
-- What one caller may see of the events between two positions, oldest first.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id,
       e.on_behalf_of, e.door, e.field, b.body
from event e left join event_body b on b.event_id = e.id
left join customer c on c.id = e.customer_id
where {visible} and (e.seq > $2 and e.seq <= $3 or e.seq = any ($4::bigint[])) and e.seq <> all ($5::bigint[])
order by e.seq limit $6;
