-- name: insert
-- A person.
insert into app_user (id, name, email, role, password_hash) values ($1, $2, $3, $4, $5)
on conflict do nothing returning id;

-- name: standing
-- What a person may beyond the customers attached to them.
select authority_of($1)::text;

-- name: get
-- A person by id.
select id, name, email, role, password_hash, created_at, disabled_at from app_user where id = $1;

-- name: by_email
-- A person by the address they sign in with.
select id, name, email, role, password_hash, created_at, disabled_at from app_user where lower(email) = lower($1);

-- name: list
-- Everybody, by name.
select id, name, email, role, password_hash, created_at, disabled_at from app_user order by lower(name), id;

-- name: set_password
-- Another password (null: none).
update app_user set password_hash = $2 where id = $1;

-- name: disable
-- Nobody signs in as a disabled person; their sign-ins and tokens end in the same statement.
with ended as (delete from sign_in where user_id = $1),
     unlinked as (delete from sign_in_link where user_id = $1),
     revoked as (update api_token set revoked_at = now() where user_id = $1 and revoked_at is null)
update app_user set disabled_at = coalesce(disabled_at, now()) where id = $1;

-- name: end_sign_ins
-- Every sign-in of a person, and every link they were given before.
with unlinked as (delete from sign_in_link where user_id = $1)
delete from sign_in where user_id = $1;

-- name: delete
-- The person; what they decided keeps their name.
delete from app_user where id = $1;

-- name: insert_link
-- A one-time link.
insert into sign_in_link (token_hash, user_id, expires_at) values ($1, $2, now() + $3);

-- name: use_link
-- A link works once and in its time.
update sign_in_link l set used_at = now() from app_user u
where l.token_hash = $1 and l.used_at is null and l.expires_at > now() and u.id = l.user_id and u.disabled_at is null
returning l.user_id;

-- name: link_valid
-- Whether a link would still work.
select exists (select from sign_in_link l join app_user u on u.id = l.user_id
               where l.token_hash = $1 and l.used_at is null and l.expires_at > now() and u.disabled_at is null);

-- name: insert_sign_in
-- A sign-in on the web.
insert into sign_in (token_hash, user_id, expires_at) values ($1, $2, now() + $3);

-- name: signed_in
-- Who a cookie is, if it still is anybody.
select u.id, u.name, u.role, s.last_seen_at < now() - interval '1 minute' as seen_long_ago,
       authority_of(u.id)::text as authority from sign_in s join app_user u on u.id = s.user_id
where s.token_hash = $1 and s.expires_at > now() and s.last_seen_at > now() - $2::interval and u.disabled_at is null;

-- name: seen
-- The sign-in is in use.
update sign_in set last_seen_at = now() where token_hash = $1;

-- name: sign_out
-- The sign-in ends.
delete from sign_in where token_hash = $1;

-- name: failures
-- Failed attempts of late: for this account, and from this address.
select count(*) filter (where account = $1)::int as account, count(*) filter (where address = $2)::int as address
from sign_in_failure where at > now() - $3::interval and (account = $1 or address = $2);

-- name: failed
-- One more, and the old ones go.
with swept as (delete from sign_in_failure where at < now() - interval '1 day')
insert into sign_in_failure (account, address) values ($1, $2);

-- name: forgive
-- A right password forgets the account's failures.
delete from sign_in_failure where account = $1;

-- name: insert_token
-- A bearer token, by its hash.
insert into api_token (id, token_hash, user_id, agent, customers, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7);

-- name: bearer
-- Who a bearer token is, if it still is anybody.
select t.id, t.agent, t.customers, t.fields, t.hourly_quota, u.id as user_id, u.name, u.role,
       authority_of(u.id)::text as authority from api_token t left join app_user u on u.id = t.user_id
where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
  and (u.id is null or u.disabled_at is null);

-- name: tokens
-- Every token, newest first, without anything secret.
select t.id, t.agent, t.customers, t.user_id, u.name as user_name, t.created_at, t.expires_at, t.revoked_at
from api_token t left join app_user u on u.id = t.user_id order by t.created_at desc, t.id;

-- name: revoke
-- The token ends at once.
update api_token set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id;

-- name: unknown_customers
-- Which of these customers do not exist.
select id from unnest($1::text[]) as g (id) where not exists (select from customer c where c.id = g.id);
