-- name: insert
-- A new customer.
insert into customer (id, name, rm_id, created_at) values ($1, $2, $3, $4);

-- name: insert_values
-- The values a customer comes with: version 1, from no artifact.
insert into profile_value (customer_id, field, value, version, updated_by, updated_at)
select $1, v.field, v.value::jsonb, 1, $4, $5 from unnest($2::text[], $3::text[]) as v (field, value);

-- name: get
-- One customer, if the caller may see it.
select c.id, c.name, c.rm_id, c.team_id, c.created_at, u.name as rm_name from customer c left join app_user u on u.id = c.rm_id
where c.id = $2 and {visible};

-- name: list
-- The customers the caller may see, by name; $2 narrows by a part of the name, $3 and $4 continue after a row.
select c.id, c.name, c.rm_id, c.team_id, c.created_at, u.name as rm_name, lower(c.name) as place
from customer c left join app_user u on u.id = c.rm_id
where {visible} and ($2::text is null or position(lower($2) in lower(c.name)) > 0)
  and ($3::text is null or (lower(c.name), c.id) > ($3, $4::text))
order by lower(c.name), c.id limit $5;

-- name: meant
-- The customers whom a text means, as far as the caller may see them: by id, else by name in any case of its letters, else by the
-- id that follows a name and a comma ($3), which tells two of one name apart.
select c.id, c.name from customer c where {visible} and (c.id = $2 or lower(c.name) = lower($2) or c.id = $3)
order by case when c.id = $2 then 1 when lower(c.name) = lower($2) then 2 else 3 end fetch first row with ties;

-- name: named_most
-- Of customers with a number each, those with the highest, as far as the caller may see them.
select c.id, c.name from unnest($2::text[], $3::int[]) g (id, number) join customer c on c.id = g.id
where {visible} order by g.number desc, lower(c.name), c.id limit $4;

-- name: values
-- The profiles of some customers, each in the order of its fields' names: the same answer every time.
select customer_id, field, value::text as value, version, updated_at, updated_by, artifact_id from profile_value
where customer_id = any ($1::text[]) order by customer_id, field;

-- name: lock
-- The lock everything about a customer is done under.
select id, name, rm_id from customer where id = $1 for no key update;

-- name: rename
-- Another name.
update customer set name = $2 where id = $1;

-- name: rm
-- A user who can be attached.
select id, name, role, disabled_at from app_user where id = $1;

-- name: history
-- What the trail says of a customer's fields up to a moment: the values it came with, then each that was applied.
select e.at, e.kind, e.field, e.artifact_id, b.body from event e join event_body b on b.event_id = e.id
where e.customer_id = $1 and ($2::timestamptz is null or e.at <= $2)
  and (e.kind = 'customer.created' or e.field is not null and (e.kind like '%.accepted' or e.kind like '%.edited'))
order by e.seq;
