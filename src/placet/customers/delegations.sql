-- name: person
-- A person by id or e-mail address.
select id, name, role, disabled_at from app_user where id = $1 or lower(email) = lower($1) order by id = $1 desc limit 1;

-- name: customers_named
-- Customers named for a delegation that the caller may see, in the order they were named.
select c.id, c.name, c.rm_id from unnest($2::text[]) with ordinality as g (id, n) join customer c on c.id = g.id
where {visible} order by g.n;

-- name: artifacts_named
-- The same of artifacts, with whom their customer is attached to.
select a.id, a.status, a.artifact_type, a.batch_id, a.field, a.payload ->> 'field_display_name' as label,
       a.customer_ref as customer_id, a.customer_name, c.rm_id
from unnest($2::text[]) with ordinality as g (id, n) join artifact a on a.id = g.id left join customer c on c.id = a.customer_id
where {visible} order by g.n;

-- name: customers_of
-- What an ended delegation named, as the trail calls it: customers.
select c.id, c.name from customer c where c.id = any ($1::text[]) order by c.id;

-- name: artifacts_of
-- And artifacts.
select a.id, a.artifact_type, a.batch_id, a.field, a.payload ->> 'field_display_name' as label, a.customer_ref as customer_id,
       a.customer_name
from artifact a where a.id = any ($1::text[]) order by a.id;

-- name: insert
-- A delegation.
insert into delegation (id, from_user, to_user, from_at, until_at, customer_ids, artifact_ids, reason, created_at, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: get
-- One delegation, held while it is ended.
select d.id, d.from_user, f.name as from_user_name, d.to_user, t.name as to_user_name, d.from_at, d.until_at, d.customer_ids,
       d.artifact_ids, d.reason, d.created_at, d.ended_at,
       d.ended_at is null and d.from_at <= clock_timestamp() and d.until_at > clock_timestamp() as live
from delegation d join app_user f on f.id = d.from_user join app_user t on t.id = d.to_user where d.id = $1 for update of d;

-- name: list
-- The delegations a person gave and was given ($1; null: everybody's): the open ones first, the newest before the older.
select d.id, d.from_user, f.name as from_user_name, d.to_user, t.name as to_user_name, d.from_at, d.until_at, d.customer_ids,
       d.artifact_ids, d.reason, d.created_at, d.ended_at,
       d.ended_at is null and d.from_at <= statement_timestamp() and d.until_at > statement_timestamp() as live
from delegation d join app_user f on f.id = d.from_user join app_user t on t.id = d.to_user
where $1::text is null or d.from_user = $1 or d.to_user = $1
order by d.ended_at is null and d.until_at > statement_timestamp() desc, d.created_at desc, d.id limit $2;

-- name: live
-- The delegations that count now, the longest first, of a person ($1) or whatever else the condition says.
select d.id, d.from_user, f.name as from_user_name, d.to_user, t.name as to_user_name, d.from_at, d.until_at, d.customer_ids,
       d.artifact_ids, d.reason, d.created_at, d.ended_at, true as live
from delegation d join app_user f on f.id = d.from_user join app_user t on t.id = d.to_user
where d.ended_at is null and d.from_at <= statement_timestamp() and d.until_at > statement_timestamp() and {condition}
order by d.until_at desc, d.id limit $2;

-- name: end
-- Before its time.
update delegation set ended_at = $2 where id = $1;
