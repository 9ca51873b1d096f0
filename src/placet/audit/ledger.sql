-- name: news
-- The newest event, and up to which every event has its leaf: whether there is anything to do at all.
select coalesce((select max(seq) from event), 0) as newest,
       coalesce((select settled from checkpoint order by number desc limit 1), 0) as settled;

-- name: take
-- One at a time, until the transaction ends.
select pg_try_advisory_xact_lock($1);

-- name: newest
-- The newest event that can be seen now.
select coalesce(max(seq), 0) from event;

-- name: writers
-- Who may be writing an event now: a writer locks the table before it is given a number.
select coalesce(array_agg(distinct l.virtualtransaction), '{}') from pg_locks l
where l.locktype = 'relation' and l.relation = 'event'::regclass and l.mode = 'RowExclusiveLock'
  and l.database = (select d.oid from pg_database d where d.datname = current_database());

-- name: without_leaf
-- The next events that have no leaf. Both sides are bounded, so that nobody looks through the whole trail.
select e.seq, e.id, e.at, e.kind, e.artifact_id, e.customer_id, e.batch_id, e.actor_type, e.actor_id, e.on_behalf_of, e.door,
       e.field, e.commitment
from event e
where e.seq > $1 and not exists (select from ledger_leaf l where l.event_seq = e.seq and l.event_seq > $1)
order by e.seq limit $2;

-- name: add
-- Leaves, inner hashes and the checkpoint over them, in one statement.
with leaves as (
    insert into ledger_leaf (index, event_seq, hash) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])
), nodes as (
    insert into ledger_node (height, number, hash) select * from unnest($4::smallint[], $5::bigint[], $6::bytea[])
)
insert into checkpoint (number, size, note, settled) values ($7, $8, $9, $10);

-- name: since
-- Checkpoints of more leaves than that, oldest first.
select note from checkpoint where size > $1 order by number limit 1000;
