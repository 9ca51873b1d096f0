-- The first schema. Types, statuses, roles and triggers are text, checked by code, so that a new kind never migrates.
-- Timestamps are the database's clock. Ids on the wire are text; `seq` columns give the order that random ids cannot.

-- ── people and their credentials ────────────────────────────────────────────────────────────────────────────────────
create table app_user (
    id            text primary key,
    name          text not null,
    email         text not null,
    role          text not null,                       -- rm, admin, auditor
    password_hash text,                                -- null: signs in by a one-time link
    created_at    timestamptz not null default now(),
    disabled_at   timestamptz
);
create unique index app_user_email on app_user (lower(email));

create table api_token (
    id           text primary key,
    token_hash   bytea not null unique,                -- SHA-256 of the secret; the secret itself is never stored
    user_id      text references app_user on delete cascade,
    agent        text,                                 -- an agent's name: the creator's id of what it proposes
    customers    text[],                               -- null: all
    created_at   timestamptz not null default now(),
    created_by   text,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    check ((user_id is null) <> (agent is null))
);

create table sign_in (
    token_hash   bytea primary key,
    user_id      text not null references app_user on delete cascade,
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index sign_in_user on sign_in (user_id);

create table sign_in_link (
    token_hash   bytea primary key,
    user_id      text not null references app_user on delete cascade,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz
);

create table sign_in_failure (                         -- what throttling counts; old rows are swept when a new one comes
    seq          bigint generated always as identity primary key,
    account      text not null,
    address      text not null,
    at           timestamptz not null default now()
);
create index sign_in_failure_account on sign_in_failure (account, at);
create index sign_in_failure_address on sign_in_failure (address, at);

-- ── customers and their profiles ────────────────────────────────────────────────────────────────────────────────────
create table customer (
    id           text primary key,
    name         text not null,
    rm_id        text references app_user on delete set null,
    created_at   timestamptz not null default now()
);
create index customer_rm on customer (rm_id, lower(name), id);
create index customer_name on customer (lower(name), id);

create table profile_value (
    customer_id  text not null references customer on delete cascade,
    field        text not null,
    value        jsonb not null,                       -- JSON null: cleared; a cleared field keeps its row and version
    version      bigint not null check (version > 0),
    artifact_id  text,                                 -- null: came with the customer
    updated_at   timestamptz not null default now(),
    updated_by   text,                                 -- the decider's name at the time
    primary key (customer_id, field)
);

-- ── what proposals are read from ────────────────────────────────────────────────────────────────────────────────────
create table source (
    id           text primary key,
    customer_id  text references customer on delete set null,
    text         text not null,
    sha256       bytea not null,
    title        text,
    occurred_at  timestamptz,
    created_at   timestamptz not null default now(),
    created_by_type text not null,
    created_by_id   text not null,
    created_by_name text not null
);
create unique index source_same_text on source (customer_id, sha256);

-- ── artifacts ───────────────────────────────────────────────────────────────────────────────────────────────────────
create sequence artifact_seq;
create sequence batch_seq;

create table batch (
    seq             bigint primary key default nextval('batch_seq'),
    id              text not null,
    customer_id     text references customer on delete set null,
    created_by_type text not null,
    created_by_id   text not null,
    digest          bytea not null,                    -- of what was asked: the same batch again is answered again
    skipped         jsonb not null,                    -- part of that answer
    not_proposed    jsonb not null default '[]',       -- what the reader saw and did not propose, with its reasons
    source_id       text references source,
    created_at      timestamptz not null default now()
);
create unique index batch_once on batch (customer_id, created_by_type, created_by_id, id);
create index batch_source on batch (source_id) where source_id is not null;

create table artifact (
    id               text primary key,
    seq              bigint not null default nextval('artifact_seq'),
    created_at       timestamptz not null default now(),
    customer_id      text references customer on delete set null,
    rm_id            text references app_user on delete set null,
    batch_id         text not null,
    version          integer not null default 1,
    artifact_type    text not null,
    status           text not null default 'pending',
    created_by_type  text not null,
    created_by_id    text not null,
    payload          jsonb not null,
    workflow_trigger text,
    -- the decision, in columns of its own: writing into a large payload would cost the whole payload again
    edited_value     jsonb,                            -- JSON null is a value; SQL null means "not edited"
    decided_at       timestamptz,
    decided_by       text,
    on_behalf_of     text,
    reason           text,
    -- what it is about, and how the world was when it was proposed
    field            text,                             -- null for types that change no field
    field_version    bigint,                           -- null with a field: proposed against a value that was not current
    item_key         text not null,                    -- the field, or a digest of the payload: once per batch
    -- evidence
    source_id        text references source,
    evidence_start   integer,
    evidence_end     integer,
    evidence_verified boolean,
    -- names as they were; they outlive their rows
    customer_ref     text not null,
    customer_name    text not null,
    created_by_name  text not null,
    decided_by_name  text,
    on_behalf_of_name text,
    check ((status = 'edited') = (edited_value is not null)),
    check ((status = 'pending') = (decided_at is null))
);
create unique index artifact_seq_order on artifact (seq);
create unique index artifact_once on artifact (customer_id, created_by_type, created_by_id, batch_id, artifact_type, item_key);
create index artifact_of_customer on artifact (customer_id, created_at desc, seq);
create index artifact_inbox on artifact (rm_id, created_at desc, seq) where status = 'pending';
create index artifact_inbox_counts on artifact (rm_id, customer_id) include (created_at) where status = 'pending';
create index artifact_rivals on artifact (customer_id, field) where status = 'pending' and field is not null;
create index artifact_of_batch on artifact (batch_id, seq);
create index artifact_of_source on artifact (source_id, seq) where source_id is not null;
create index artifact_history on artifact (decided_at desc, seq desc) where decided_at is not null;
create index artifact_decided_by on artifact (decided_by, decided_at desc, seq desc) where decided_at is not null;
create index artifact_newest on artifact (created_at desc, seq);
create index artifact_newest_pending on artifact (created_at desc, seq) where status = 'pending';

-- ── the trail ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- `event` holds what can stay for ever: ids, kind, time and a salted commitment. Its readable body and the salt stand in
-- `event_body`, so that a person can be erased one day without breaking the proof. No foreign key leaves either.
create table event (
    seq          bigint generated always as identity primary key,
    id           text not null unique,
    at           timestamptz not null,
    kind         text not null,                        -- profile_edit.accepted, customer.created
    artifact_id  text,
    customer_id  text,
    batch_id     text,
    actor_type   text not null,
    actor_id     text not null,
    on_behalf_of text,
    door         text not null,                        -- web, api, cli, library, demo
    field        text,
    commitment   bytea not null                        -- SHA-256(salt || body)
);
create index event_of_artifact on event (artifact_id, seq) where artifact_id is not null;
create index event_of_customer on event (customer_id, seq) where customer_id is not null;

create table event_body (
    event_id     text primary key references event (id),
    salt         bytea not null,
    body         text not null                         -- canonical JSON, byte for byte what was committed to
);

-- ── promises ────────────────────────────────────────────────────────────────────────────────────────────────────────
create table delivery (
    id           text primary key,
    event_id     text not null,
    artifact_id  text,
    customer_id  text,
    topic        text not null,                        -- artifact.accepted, artifact.edited
    trigger      text,                                 -- the workflow trigger the artifact named, if any
    status       text not null default 'promised',
    created_at   timestamptz not null default now(),
    due_at       timestamptz not null default now(),
    attempts     integer not null default 0
);
create index delivery_due on delivery (due_at) where status = 'promised';
create index delivery_of_artifact on delivery (artifact_id);

create table idempotency_key (
    principal    text not null,
    method       text not null,
    path         text not null,
    key          text not null,
    body_digest  bytea not null,
    status       integer,                              -- null only inside the transaction that claims the key
    content_type text,
    answer       bytea,
    created_at   timestamptz not null default now(),
    primary key (principal, method, path, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- ── what the database itself refuses ────────────────────────────────────────────────────────────────────────────────
create function refuse() returns trigger language plpgsql as $$
begin
    raise exception 'placet: % of % is refused', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
end $$;

-- An artifact changes once, by its decision. Beyond that: a pending one's rm_id follows its customer's, and an id becomes
-- null when its row is gone. Everything else is refused, whoever asks.
create function artifact_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.seq, new.created_at, new.batch_id, new.version, new.artifact_type, new.created_by_type, new.created_by_id,
        new.payload, new.workflow_trigger, new.field, new.field_version, new.item_key, new.source_id, new.evidence_start,
        new.evidence_end, new.evidence_verified, new.customer_ref, new.customer_name, new.created_by_name)
       is distinct from
       (old.id, old.seq, old.created_at, old.batch_id, old.version, old.artifact_type, old.created_by_type, old.created_by_id,
        old.payload, old.workflow_trigger, old.field, old.field_version, old.item_key, old.source_id, old.evidence_start,
        old.evidence_end, old.evidence_verified, old.customer_ref, old.customer_name, old.created_by_name) then
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

create trigger artifact_guard before update on artifact for each row execute function artifact_guard();
create trigger artifact_keep before delete on artifact for each row execute function refuse();
create trigger artifact_keep_all before truncate on artifact for each statement execute function refuse();

create trigger event_keep before update or delete on event for each row execute function refuse();
create trigger event_keep_all before truncate on event for each statement execute function refuse();
create trigger event_body_keep before update or delete on event_body for each row execute function refuse();
create trigger event_body_keep_all before truncate on event_body for each statement execute function refuse();

-- A stored note is what quotes are checked against: it only ever loses its customer.
create function source_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.text, new.sha256, new.title, new.occurred_at, new.created_at, new.created_by_type, new.created_by_id,
        new.created_by_name)
       is distinct from
       (old.id, old.text, old.sha256, old.title, old.occurred_at, old.created_at, old.created_by_type, old.created_by_id,
        old.created_by_name)
       or new.customer_id is not null and new.customer_id is distinct from old.customer_id
       or new.customer_id is null and exists (select from customer where id = old.customer_id) then
        raise exception 'placet: source % is immutable', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger source_guard before update on source for each row execute function source_guard();
create trigger source_keep before delete on source for each row execute function refuse();
create trigger source_keep_all before truncate on source for each statement execute function refuse();

-- ── locks ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Everything a decision must hold, in one round trip and always in this order: customers, then artifacts with their
-- pending rivals. Each statement in here sees afresh, which a single statement that waits for a lock would not.
create function lock_for_decision(ids text[]) returns void language plpgsql as $$
begin
    perform from customer where id in (select a.customer_id from artifact a where a.id = any (ids))
        order by id for no key update;
    perform from artifact a
        where a.id = any (ids)
           or a.status = 'pending' and a.field is not null
              and (a.customer_id, a.field) in (select t.customer_id, t.field from artifact t where t.id = any (ids))
        order by a.id for update;
end $$;

-- ── what the application may do ─────────────────────────────────────────────────────────────────────────────────────
-- Its role owns nothing, so it can disable no trigger.
grant usage on schema public to placet_app;
grant select, insert on app_user, api_token, sign_in, sign_in_link, sign_in_failure, customer, profile_value, source, batch,
    artifact, event, event_body, delivery, idempotency_key to placet_app;
grant update on app_user, api_token, sign_in, sign_in_link, customer, profile_value, delivery, idempotency_key to placet_app;
grant update (status, edited_value, decided_at, decided_by, on_behalf_of, reason, decided_by_name, on_behalf_of_name, rm_id)
    on artifact to placet_app;
grant delete on app_user, sign_in, sign_in_link, sign_in_failure, customer, idempotency_key to placet_app;
grant usage on artifact_seq, batch_seq to placet_app;
grant select on alembic_version to placet_app;
grant execute on function lock_for_decision(text[]) to placet_app;
