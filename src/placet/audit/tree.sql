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
