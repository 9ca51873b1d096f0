-- Which approval fires which trigger, and the making of what was promised.

-- ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A rule fires its trigger for every approval of its kinds (`profile_edit.accepted`; `artifact.accepted` for any type), and
-- for artifacts that name the trigger. A webhook is a rule whose trigger is `webhook`. Rows stay: deliveries name them.
create table trigger_rule (
    id           text primary key,
    seq          bigint generated always as identity,
    trigger      text not null,
    kinds        text[] not null,                      -- none: only for artifacts that name the trigger
    config       jsonb not null,                       -- but for the members that are secret
    sealed       bytea,                                -- those, encrypted; a webhook's signing secrets among them
    delay_s      integer not null default 10 check (delay_s between 0 and 86400),
    note         text,
    created_at   timestamptz not null default now(),
    created_by   text not null,
    disabled_at  timestamptz,                          -- nothing new is promised to it, and what waits goes on waiting
    disabled_why text,
    paused_until timestamptz,                          -- the receiver asked to be left alone until then
    removed_at   timestamptz
);
create index trigger_rule_live on trigger_rule (seq) where removed_at is null;
create trigger trigger_rule_keep before delete on trigger_rule for each row execute function refuse();
create trigger trigger_rule_keep_all before truncate on trigger_rule for each statement execute function refuse();

create function trigger_rule_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.seq, new.trigger, new.created_at, new.created_by)
       is distinct from (old.id, old.seq, old.trigger, old.created_at, old.created_by) or old.removed_at is not null then
        raise exception 'placet: rule % keeps its trigger, and its end', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger trigger_rule_guard before update on trigger_rule for each row execute function trigger_rule_guard();

-- Whom an approval is promised to: every live rule of its kind, and the trigger the artifact names; that by the rules that
-- set it up, else on its own where it needs none (`alone`). Where nobody is, one row says so: a promise is never unseen.
create function promised_to(topic text, kind text, named text, alone boolean)
returns table (trigger text, rule_id text, status text, delay_s integer, n bigint) language sql stable as $$
    with fits as (
        select r.trigger, r.id, r.delay_s, r.seq, r.disabled_at is null as live from trigger_rule r
        where r.removed_at is null and (r.kinds && array[topic, kind] or r.kinds = '{}' and r.trigger = named)
    ), found as (
        select f.trigger, f.id, f.delay_s, f.seq from fits f where f.live
        union all
        select named, null, 10, null where alone and named is not null and not exists (select from fits f where f.trigger = named)
    )
    select f.trigger, f.id, 'promised', f.delay_s, row_number() over (order by f.seq) from found f
    union all
    select named, null, 'unrouted', 0, 1 where not exists (select from found)
$$;

-- ── deliveries ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- promised -> delivered | dead | cancelled; unrouted from the start where no rule asked. The number of attempts, counted
-- when one is claimed, is the fencing token: whoever was overtaken can no longer say how it went.
alter table delivery add column seq bigint generated always as identity;
alter table delivery add column kind text;             -- profile_edit.accepted
alter table delivery add column rule_id text references trigger_rule (id);
alter table delivery add column lane text generated always as (coalesce(rule_id, trigger)) stored;  -- what waits for nobody else
alter table delivery add column tried integer not null default 0;  -- attempts since it was (last) due: where on the schedule
alter table delivery add column leased_until timestamptz;
alter table delivery add column body bytea;            -- what is sent, kept so that each attempt sends the same
alter table delivery add column ended_at timestamptz;
alter table delivery add column said text;             -- how the last attempt went, in a sentence
alter table delivery add column status_code integer;   -- what the receiver answered then

-- What was promised before there was anybody to call.
update delivery set status = 'unrouted' where status = 'promised';
drop index delivery_due;
create index delivery_due on delivery (lane, due_at, seq) where status = 'promised';
create index delivery_queue on delivery (lane, customer_id, seq) where status = 'promised';
create index delivery_log on delivery (seq desc) where status <> 'unrouted';
create index delivery_log_by_status on delivery (status, seq desc) where status <> 'unrouted';
create index delivery_of_rule on delivery (rule_id, seq desc) where rule_id is not null;
create unique index delivery_seq_order on delivery (seq);

create table delivery_attempt (
    delivery_id  text not null references delivery (id),
    n            integer not null,
    started_at   timestamptz not null,
    ended_at     timestamptz,                          -- null: under way, or whoever made it died
    outcome      text,                                 -- done, retry, failed
    status_code  integer,
    said         text,
    answer       text,                                 -- the beginning of the receiver's body
    primary key (delivery_id, n)
);

create table delivery_output (                         -- what a delivery made: a PDF, a calendar file
    delivery_id  text not null references delivery (id),
    n            integer not null,
    name         text not null,
    media_type   text not null,
    content      bytea not null,
    created_at   timestamptz not null default now(),
    primary key (delivery_id, n)
);

create function delivery_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.seq, new.event_id, new.artifact_id, new.customer_id, new.topic, new.kind, new.trigger, new.rule_id,
        new.created_at)
       is distinct from
       (old.id, old.seq, old.event_id, old.artifact_id, old.customer_id, old.topic, old.kind, old.trigger, old.rule_id,
        old.created_at)
       or old.body is not null and new.body is distinct from old.body
       or new.attempts < old.attempts
       or old.status in ('cancelled', 'unrouted') then
        raise exception 'placet: delivery % keeps what was promised', old.id using errcode = 'restrict_violation';
    end if;
    if old.status <> 'promised' and new.status not in ('promised', old.status) then
        raise exception 'placet: delivery % ended once', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger delivery_guard before update on delivery for each row execute function delivery_guard();
create trigger delivery_keep before delete on delivery for each row execute function refuse();
create trigger delivery_keep_all before truncate on delivery for each statement execute function refuse();

-- How an attempt went is written once, to the row its start made.
create function delivery_attempt_guard() returns trigger language plpgsql as $$
begin
    if old.ended_at is not null or (new.delivery_id, new.n, new.started_at) is distinct from (old.delivery_id, old.n, old.started_at)
    then
        raise exception 'placet: attempt % of % is over', old.n, old.delivery_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger delivery_attempt_guard before update on delivery_attempt for each row execute function delivery_attempt_guard();
create trigger delivery_attempt_keep before delete on delivery_attempt for each row execute function refuse();
create trigger delivery_attempt_keep_all before truncate on delivery_attempt for each statement execute function refuse();
create trigger delivery_output_keep before update or delete on delivery_output for each row execute function refuse();
create trigger delivery_output_keep_all before truncate on delivery_output for each statement execute function refuse();

-- ── what the application may do ─────────────────────────────────────────────────────────────────────────────────────
revoke update on delivery from placet_app;
grant update (status, due_at, attempts, tried, leased_until, body, ended_at, said, status_code) on delivery to placet_app;
grant select, insert on trigger_rule, delivery_attempt, delivery_output to placet_app;
grant update (kinds, config, sealed, delay_s, note, disabled_at, disabled_why, paused_until, removed_at) on trigger_rule to placet_app;
grant update (ended_at, outcome, status_code, said, answer) on delivery_attempt to placet_app;
grant execute on function promised_to(text, text, text, boolean) to placet_app;
