-- What filling needs and measuring keeps: the fields with sixteen values each, and where a batch belongs.
create unlogged table bench_field (n int primary key, key text not null, label text not null, values jsonb not null);
create unlogged table bench_todo (n bigint primary key, artifact_id text not null);
create sequence bench_n;
create unlogged table bench_filled (artifacts bigint not null, made_by text not null);

-- The customer of a batch: neighbours in time are far apart, and each customer gets one batch a round.
create function bench_customer_of(b bigint, batches bigint, customers bigint) returns int language sql immutable as
    $$ select ((b * 7919) % customers)::int $$;

-- The oldest batch is two years old, the newest a minute.
create function bench_time(b bigint, batches bigint) returns timestamptz language sql stable as
    $$ select date_trunc('milliseconds', now() - interval '1 minute' - interval '730 days' * ((batches - b)::float8 / batches)) $$;

grant select on bench_field, bench_todo, bench_filled to placet_app;
grant usage on bench_n to placet_app;
