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

-- name: rms_said
-- The RMs whom a text means: by id, by address, or by name in any case of its letters; $2: also those who sign in no more.
select id, name, email, role, password_hash, created_at, disabled_at from app_user
where role = 'rm' and ($2 or disabled_at is null) and (id = $1 or lower(email) = lower($1) or lower(name) = lower($1)) order by id limit 10;

-- name: names
-- The names of some.
select id, name from app_user where id = any ($1::text[]);

-- name: list
-- Everybody, by name.
select id, name, email, role, password_hash, created_at, disabled_at from app_user order by lower(name), id;

-- name: page
-- People by name; $1 is a part of a name or address, $2 asks for those who can be attached, $3 and $4 continue after a row.
select id, name, email, role, password_hash, created_at, disabled_at, lower(name) as place from app_user
where ($1::text is null or position(lower($1) in lower(name)) > 0 or position(lower($1) in lower(email)) > 0)
  and (not $2 or role = 'rm' and disabled_at is null) and ($3::text is null or (lower(name), id) > ($3, $4::text))
order by lower(name), id limit $5;

-- name: set_password
-- Another password (null: none). Who signs in with their company is recognised afresh.
update app_user set password_hash = $2, oidc_issuer = null, oidc_subject = null where id = $1;

-- name: own_password
-- What a person signs in with.
select email, password_hash, oidc_subject is not null as by_company from app_user where id = $1;

-- name: change_password
-- Another password, unless there is another than $3 by now, or the person signs in no more.
update app_user set password_hash = $2 where id = $1 and password_hash is not distinct from $3 and disabled_at is null
returning id;

-- name: disable
-- Nobody signs in as a disabled person; their sign-ins and tokens end in the same statement.
with ended as (delete from sign_in where user_id = $1),
     unlinked as (delete from sign_in_link where user_id = $1),
     revoked as (update api_token set revoked_at = now() where user_id = $1 and revoked_at is null)
update app_user set disabled_at = coalesce(disabled_at, now()) where id = $1;

-- name: end_sign_ins
-- Every sign-in of a person but $2 (null: all), and every link they were given before.
with unlinked as (delete from sign_in_link where user_id = $1)
delete from sign_in where user_id = $1 and token_hash is distinct from $2;

-- name: delete
-- The person; what they decided keeps their name.
delete from app_user where id = $1;

-- name: enable
-- A person may sign in again; nothing that ended comes back.
update app_user set disabled_at = null where id = $1;

-- name: hold
-- The person, kept as they are until the transaction ends: nobody is attached to them, disabled or deleted meanwhile.
select id, name, email, role, password_hash, created_at, disabled_at from app_user where id = $1 for update;

-- name: hold_admins
-- The admins who may sign in, sorted and held, so that none of them leaves before the one who does.
select id from app_user where role = 'admin' and disabled_at is null order by id for update;

-- name: attached
-- Whose trail a change of this RM belongs in.
select id, name from customer where rm_id = $1 order by id for no key update;

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
-- A sign-in on the web, unless the person was disabled (or got another password than the one checked) meanwhile.
with person as (
    select id from app_user where id = $2 and disabled_at is null and ($4::text is null or password_hash = $4) for share
)
insert into sign_in (token_hash, user_id, expires_at) select $1, id, now() + $3::interval from person returning user_id;

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

-- name: attempt
-- An attempt counts as failed until it is known not to be, so that many at once are as many as one after another.
with swept as (delete from sign_in_failure where at < now() - interval '1 day')
insert into sign_in_failure (account, address) values ($1, $2) returning seq;

-- name: wait
-- For how many seconds attempts are refused: until fewer than $5 failures for this account (null: any) and fewer than $6
-- from this address are left in the window. Null or negative: not at all. The attempt $4 itself does not count.
select extract(epoch from greatest(
    (select at + $3::interval from sign_in_failure where account = $1 and at > now() - $3::interval and seq <> $4
     order by at desc offset $5::int - 1 limit 1),
    (select at + $3::interval from sign_in_failure where address = $2 and at > now() - $3::interval and seq <> $4
     order by at desc offset $6::int - 1 limit 1)
) - now())::float8;

-- name: take_back
-- The attempt did not count after all.
delete from sign_in_failure where seq = $1;

-- name: forgive
-- A right password forgets the account's failures.
delete from sign_in_failure where account = $1;

-- name: insert_token
-- A bearer token, by its hash.
insert into api_token (id, token_hash, user_id, agent, customers, created_by, expires_at, fields, hourly_quota, replaces)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: bearers
-- Who bearer tokens are, those that still are anybody.
select t.token_hash, t.id, t.agent, t.customers, t.fields, t.hourly_quota, u.id as user_id, u.name, u.role,
       authority_of(u.id)::text as authority from api_token t left join app_user u on u.id = t.user_id
where t.token_hash = any ($1::bytea[]) and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
  and (u.id is null or u.disabled_at is null);

-- name: tokens
-- Every token, newest first, without anything secret.
select t.id, t.agent, t.customers, t.fields, t.hourly_quota, t.user_id, u.name as user_name, t.created_at, t.expires_at,
       t.revoked_at, t.replaces
from api_token t left join app_user u on u.id = t.user_id
where $1::text is null or t.id = $1 order by t.created_at desc, t.id;

-- name: working_tokens
-- The tokens that still work, by whose they are; $1 is a part of that name, $2 and $3 continue after a row.
select t.id, t.agent, t.customers, t.fields, t.hourly_quota, t.user_id, u.name as user_name, t.created_at, t.expires_at,
       t.revoked_at, t.replaces, h.place
from api_token t left join app_user u on u.id = t.user_id, lateral (select lower(coalesce(t.agent, u.name))) h (place)
where t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
  and ($1::text is null or position(lower($1) in h.place) > 0) and ($2::text is null or (h.place, t.id) > ($2, $3::text))
order by h.place, t.id limit $4;

-- name: hold_token
-- A token that still works, kept as it is until the transaction ends. `lifetime` is how long it was made for.
select id, user_id, agent, customers, fields, hourly_quota, expires_at - created_at as lifetime from api_token
where id = $1 and revoked_at is null and (expires_at is null or expires_at > now()) for update;

-- name: end_token
-- The token ends then, unless it ends before.
update api_token set expires_at = least(expires_at, now() + $2::interval) where id = $1;

-- name: revoke
-- The token ends at once.
update api_token set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id;

-- name: unknown_customers
-- Which of these customers do not exist.
select id from unnest($1::text[]) as g (id) where not exists (select from customer c where c.id = g.id);

-- name: begin_company
-- A sign-in at the company's provider that somebody began; those nobody finished go.
with swept as (delete from oidc_sign_in where expires_at < now())
insert into oidc_sign_in (state_hash, nonce, verifier, next, expires_at) values ($1, $2, $3, $4, now() + $5::interval);

-- name: end_company
-- A sign-in at the provider is finished once, and in its time.
delete from oidc_sign_in where state_hash = $1 returning nonce, verifier, next, expires_at > now() as live;

-- name: by_subject
-- Whom the provider means.
select id, name, email, role, password_hash, created_at, disabled_at from app_user where oidc_issuer = $1 and oidc_subject = $2;

-- name: bind
-- From now on the provider means this person, unless it is somebody else already.
update app_user set oidc_issuer = $2, oidc_subject = $3 where id = $1 and oidc_subject is null returning id;
