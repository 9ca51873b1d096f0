-- name: use
-- Count in this hour's row for the customer's shard, and add up the others.
with used as (
    insert into agent_use as u (agent, hour, shard, items) values ($1, date_trunc('hour', now()), $2, $3)
    on conflict (agent, hour, shard) do update set items = u.items + excluded.items
    returning items
)
select (select items from used) as here,
       (select coalesce(sum(items), 0)::int from agent_use
        where agent = $1 and hour = date_trunc('hour', now()) and shard <> $2) as elsewhere,
       ceil(extract(epoch from date_trunc('hour', now()) + interval '1 hour' - now()))::int as seconds_left;
