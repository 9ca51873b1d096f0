-- name: what_it_was
-- The trail's word on the value an approval replaced.
select b.body from event e join event_body b on b.event_id = e.id
where e.artifact_id = $1 and (e.kind like '%.accepted' or e.kind like '%.edited') order by e.seq desc limit 1;

-- name: waiting_again
-- The pending artifact that takes back a rejection, if there is one.
select id from artifact where reverts = $1 and status = 'pending' order by seq limit 1;

-- name: source
-- A stored note, to be quoted again.
select text, title, occurred_at from source where id = $1;
