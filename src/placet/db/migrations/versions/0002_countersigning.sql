-- Who else may see and decide, second signatures, counter-entries, what was rejected before, quotas, company sign-in.

-- ── who stands in for whom, and who else may see ────────────────────────────────────────────────────────────────────
-- A delegation counts while it is live and its giver is still the customer's RM. Named customers or artifacts narrow it.
create table delegation (
    id           text primary key,
    from_user    text not null references app_user on delete cascade,
    to_user      text not null references app_user on delete cascade,
    from_at      timestamptz not null,
    until_at     timestamptz not null,
    customer_ids text[],                               -- null: all of the giver's customers
    artifact_ids text[],                               -- an item handed over: a delegation of these artifacts only
    reason       text,
    created_at   timestamptz not null default now(),
    created_by   text not null,
    ended_at     timestamptz,                          -- ended by hand before its time
    check (until_at > from_at),
    check (from_user <> to_user),
    check (customer_ids is null or artifact_ids is null)
);
create index delegation_to on delegation (to_user, until_at) where ended_at is null;
create index delegation_from on delegation (from_user, until_at);

create table team (
    id           text primary key,
    name         text not null,
    created_at   timestamptz not null default now()
);
create unique index team_name on team (lower(name));

create table team_member (
    team_id      text not null references team on delete cascade,
    user_id      text not null references app_user on delete cascade,
    may          text not null,                        -- see, cosign (which includes seeing)
    primary key (team_id, user_id)
);
create index team_member_user on team_member (user_id);

alter table customer add column team_id text references team on delete set null;
create index customer_team on customer (team_id) where team_id is not null;

create table customer_member (                         -- a person named for one customer, beside its team
    customer_id  text not null references customer on delete cascade,
    user_id      text not null references app_user on delete cascade,
    may          text not null,                        -- see, cosign
    primary key (customer_id, user_id)
);
create index customer_member_user on customer_member (user_id);

-- The RMs whose customers a person sees as a whole: their own, and those they stand in for.
create function reach_rms(person text) returns text[] language sql stable as $$
    select array(select person union select d.from_user from delegation d
                 where d.to_user = person and d.ended_at is null and d.from_at <= statement_timestamp()
                   and d.until_at > statement_timestamp() and d.customer_ids is null and d.artifact_ids is null)
$$;

-- The customers a person sees one by one: delegated to them, named for them, or of their teams.
create function reach_customers(person text) returns text[] language sql stable as $$
    select array(select c.id from delegation d join customer c on c.id = any (d.customer_ids) and c.rm_id = d.from_user
                 where d.to_user = person and d.ended_at is null and d.from_at <= statement_timestamp()
                   and d.until_at > statement_timestamp()
                 union select m.customer_id from customer_member m where m.user_id = person
                 union select c.id from team_member m join customer c on c.team_id = m.team_id where m.user_id = person)
$$;

-- The artifacts handed over to a person.
create function reach_artifacts(person text) returns text[] language sql stable as $$
    select array(select a.id from delegation d join artifact a on a.id = any (d.artifact_ids)
                 join customer c on c.id = a.customer_id and c.rm_id = d.from_user
                 where d.to_user = person and d.ended_at is null and d.from_at <= statement_timestamp()
                   and d.until_at > statement_timestamp())
$$;

-- What a person's own attachments do not say, as data for the one predicate; null for most people.
create function authority_of(person text) returns jsonb language sql stable as $$
    select case when exists (select from delegation d where d.to_user = person and d.ended_at is null
                                and d.until_at > statement_timestamp())
                  or exists (select from team_member m where m.user_id = person)
                  or exists (select from customer_member m where m.user_id = person)
    then jsonb_build_object(
        'delegations', coalesce((select jsonb_agg(jsonb_build_object('rm', d.from_user, 'rm_name', u.name,
                                                  'customers', d.customer_ids, 'artifacts', d.artifact_ids))
                        from delegation d join app_user u on u.id = d.from_user
                        where d.to_user = person and d.ended_at is null and d.from_at <= statement_timestamp()
                          and d.until_at > statement_timestamp()), '[]'),
        'customers', coalesce((select jsonb_object_agg(m.customer_id, m.may) from customer_member m
                               where m.user_id = person), '{}'),
        'teams', coalesce((select jsonb_object_agg(m.team_id, m.may) from team_member m where m.user_id = person), '{}'))
    end
$$;

-- ── two signatures ──────────────────────────────────────────────────────────────────────────────────────────────────
-- Rows are only ever added: a signature, or that it lapsed. The last row of an artifact says how it stands.
create table signature (
    seq          bigint generated always as identity primary key,
    artifact_id  text not null references artifact (id),
    act          text not null,                        -- signed, lapsed
    at           timestamptz not null,
    user_id      text not null,
    user_name    text not null,
    on_behalf_of text,
    on_behalf_of_name text,
    status       text not null,                        -- what was signed: accepted, edited
    edited_value jsonb,                                -- JSON null is a value; SQL null means "as proposed"
    field_version bigint not null,                     -- the version of the field it was signed against
    over         boolean not null default false,       -- signed over a newer value, explicitly
    reason       text                                  -- the signer's, or why it lapsed
);
create index signature_of_artifact on signature (artifact_id, seq desc);
create trigger signature_keep before update or delete on signature for each row execute function refuse();
create trigger signature_keep_all before truncate on signature for each statement execute function refuse();

-- ── counter-entries, and what a person rejected before ──────────────────────────────────────────────────────────────
alter table artifact add column reverts text;          -- the artifact this one undoes
alter table artifact add column claim bytea;           -- digest of field, canonical value and folded quote
create index artifact_rejected_claim on artifact (customer_id, claim) where status = 'rejected' and claim is not null;
create index artifact_reverts on artifact (reverts) where reverts is not null;

create or replace function artifact_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.seq, new.created_at, new.batch_id, new.version, new.artifact_type, new.created_by_type, new.created_by_id,
        new.payload, new.workflow_trigger, new.field, new.field_version, new.item_key, new.source_id, new.evidence_start,
        new.evidence_end, new.evidence_verified, new.customer_ref, new.customer_name, new.created_by_name, new.reverts,
        new.claim)
       is distinct from
       (old.id, old.seq, old.created_at, old.batch_id, old.version, old.artifact_type, old.created_by_type, old.created_by_id,
        old.payload, old.workflow_trigger, old.field, old.field_version, old.item_key, old.source_id, old.evidence_start,
        old.evidence_end, old.evidence_verified, old.customer_ref, old.customer_name, old.created_by_name, old.reverts,
        old.claim) then
        raise exception 'placet: artifact % is immutable but for its decision', old.id using errcode = 'restrict_violation';
    end if;
    if (new.status, new.edited_value, new.decided_at, new.decided_by, new.on_behalf_of, new.reason, new.decided_by_name,
        new.on_behalf_of_name)
       is distinct from
       (old.status, old.edited_value, old.decided_at, old.decided_by, old.on_behalf_of, old.reason, old.decided_by_name,
        old.on_behalf_of_name)
       and (old.status is distinct from 'pending' or new.status is not distinct from 'pending') then
        raise exception 'placet: artifact % is decided once', old.id using errcode = 'restrict_violation';
    end if;
    if new.customer_id is distinct from old.customer_id
       and (new.customer_id is not null or exists (select from customer where id = old.customer_id)) then
        raise exception 'placet: artifact % keeps its customer', old.id using errcode = 'restrict_violation';
    end if;
    if new.rm_id is distinct from old.rm_id
       and not (new.rm_id is null and not exists (select from app_user where id = old.rm_id))
       and not (old.status = 'pending'
                and new.rm_id is not distinct from (select c.rm_id from customer c where c.id = new.customer_id)) then
        raise exception 'placet: artifact % keeps its RM', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

-- ── agents: which fields, how many an hour ──────────────────────────────────────────────────────────────────────────
alter table api_token add column fields text[];        -- null: every field
alter table api_token add column hourly_quota integer not null default 10000 check (hourly_quota > 0);
alter table api_token add column replaces text;        -- the token this one took over from, when rotated

-- What an agent proposed in an hour, in several rows so that its proposals for different customers do not queue for one.
create table agent_use (
    agent        text not null,
    hour         timestamptz not null,
    shard        smallint not null,
    items        integer not null,
    primary key (agent, hour, shard)
);

-- ── sign-in at a company's OpenID provider ──────────────────────────────────────────────────────────────────────────
alter table app_user add column oidc_issuer text;
alter table app_user add column oidc_subject text;
create unique index app_user_oidc on app_user (oidc_issuer, oidc_subject) where oidc_subject is not null;

create table oidc_sign_in (                            -- one that was begun and not finished; kept for minutes
    state_hash   bytea primary key,                    -- bound to the browser by a cookie that holds the state
    nonce        text not null,
    verifier     text not null,                        -- PKCE
    next         text,
    expires_at   timestamptz not null
);

-- As before, with the rivals found by their index: an "or" was answered by looking at everything pending.
create or replace function lock_for_decision(ids text[]) returns void language plpgsql as $$
begin
    perform from customer where id = any (array(select a.customer_id from artifact a where a.id = any (ids)))
        order by id for no key update;
    perform from artifact a
        where a.id = any (ids || array(
            select r.id from artifact t join artifact r on r.customer_id = t.customer_id and r.field = t.field
            where t.id = any (ids) and r.status = 'pending' and r.field is not null))
        order by a.id for update;
end $$;

-- ── decisions merged into one ───────────────────────────────────────────────────────────────────────────────────────
-- Everything a group of decisions must hold, in one round trip and always in this order: idempotency keys as the caller
-- sorted them, then what `lock_for_decision` locks. Answers how each key stands, read after the wait for whoever had it:
-- its status is null where this transaction has just claimed it. `patience`: how long to wait for a lock, null as ever.
create function hold_for_decision(ids text[], principals text[], methods text[], paths text[], keys text[], digests bytea[],
                                  patience text)
returns table (n bigint, body_digest bytea, status integer, content_type text, answer bytea) language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('plan_cache_mode', 'force_generic_plan', true);
    if patience is not null then
        perform set_config('lock_timeout', patience, true);
    end if;
    if cardinality(keys) > 0 then
        insert into idempotency_key as k (principal, method, path, key, body_digest)
            select * from unnest(principals, methods, paths, keys, digests)
            on conflict (principal, method, path, key) do update
                set body_digest = excluded.body_digest, status = null, content_type = null, answer = null, created_at = now()
                where k.created_at < now() - interval '24 hours';
    end if;
    perform lock_for_decision(ids);
    return query select g.n, k.body_digest, k.status, k.content_type, k.answer
        from unnest(principals, methods, paths, keys) with ordinality as g (principal, method, path, key, n)
        join idempotency_key k on (k.principal, k.method, k.path, k.key) = (g.principal, g.method, g.path, g.key);
end $$;

-- ── what the application may do ─────────────────────────────────────────────────────────────────────────────────────
grant select, insert on delegation, team, team_member, customer_member, signature, agent_use, oidc_sign_in to placet_app;
grant update (ended_at) on delegation to placet_app;
grant update (name) on team to placet_app;
grant update (may) on team_member, customer_member to placet_app;
grant update on agent_use to placet_app;
grant delete on team, team_member, customer_member, agent_use, oidc_sign_in to placet_app;
grant usage on sequence signature_seq_seq to placet_app;
grant execute on function reach_rms(text), reach_customers(text), reach_artifacts(text), authority_of(text) to placet_app;
grant execute on function hold_for_decision(text[], text[], text[], text[], text[], bytea[], text) to placet_app;
