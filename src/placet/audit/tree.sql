-- name: leaves
-- The hashes of some leaves.
select index, hash from ledger_leaf where index = any ($1::bigint[]);

-- name: nodes
-- Some of the inner hashes that are kept.
select n.height, n.number, n.hash from unnest($1::smallint[], $2::bigint[]) as g (height, number)
join ledger_node n on (n.height, n.number) = (g.height, g.number);

-- name: last
-- The newest checkpoint.
select number, size, note, settled, at from checkpoint order by number desc limit 1;

-- name: unsealed
-- How many events above the last checkpoint's mark have no leaf, counted so far and no further, and for how long the oldest waits.
select count(*)::int as events, coalesce(greatest(extract(epoch from clock_timestamp() - min(w.at)), 0), 0)::float8 as oldest_s
from (select e.at from event e
      where e.seq > $1 and not exists (select from ledger_leaf l where l.event_seq = e.seq and l.event_seq > $1)
      order by e.seq limit $2) w;
