-- Mails to people about what waits for them: who wants which, and which were sent.

create table notification_choice (
    user_id      text primary key references app_user on delete cascade,
    choice       text not null,                        -- off, daily, at_once; no row: off
    since        timestamptz not null default now()    -- what came before the choice is not told
);

create table notification (                            -- one mail; told once, so there is one row for what it is about
    id           text primary key,
    user_id      text not null references app_user on delete cascade,
    about        text not null,                        -- a batch, or a day
    batch_id     text,                                 -- of a batch: which artifacts it is about
    customer_id  text,
    created_by_id text,
    created_at   timestamptz not null default now(),
    attempts     integer not null default 0,           -- counted when claimed, and so the fence of who was overtaken
    due_at       timestamptz not null default now(),
    ended_at     timestamptz,
    said         text                                  -- how it ended: sent, nothing to tell, given up
);
create unique index notification_once on notification (user_id, about);
create index notification_due on notification (due_at) where ended_at is null;
create index notification_age on notification (created_at);

grant select, insert, update, delete on notification_choice, notification to placet_app;
