-- name: write
-- Events and their bodies, from one array per column.
with given as (
    select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::bytea[], $13::bytea[], $14::text[])
        with ordinality as g (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id,
                              on_behalf_of, door, field, commitment, salt, body, n)
), written as (
    insert into event (id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, on_behalf_of, door, field, commitment)
    select id, at, kind, artifact_id, customer_id, batch_id, actor_type, actor_id, on_behalf_of, door, field, commitment
    from given order by n
)
insert into event_body (event_id, salt, body) select id, salt, body from given;
