-- name: decided
-- What agents proposed and people decided since a moment, of what the caller may see: one row for each, with how long after
-- the same person's decision before it that was, whether it was decided in one act with others, and what the page said of how
-- it was read. An acceptance is fast by the time its evidence was open, where that is known, else by the decision before it.
select d.*, d.status <> 'rejected' and coalesce((d.looked ->> 'ms')::int < 3000, not d.together and d.gap < 3, false) as fast,
       d.status <> 'rejected' and d.looked ->> 'opened' = 'false' as unopened
from (
select a.id, a.seq, a.status, a.decided_at, a.rm_id, a.created_by_name as agent, a.field,
       a.payload ->> 'confidence' as confidence, b.body::jsonb -> 'readBy' ->> 'model' as model,
       split_part(a.reason, ':', 1) as reason,
       extract(epoch from a.decided_at - a.created_at) as waited,
       extract(epoch from a.decided_at - lag(a.decided_at) over (partition by a.decided_by order by a.decided_at, a.seq)) as gap,
       count(*) over (partition by a.decided_by, a.decided_at) > 1 as together,
       (select b.body::jsonb -> 'looked' from event e join event_body b on b.event_id = e.id
        where e.artifact_id = a.id and e.kind = a.artifact_type || '.' || a.status limit 1) as looked
from artifact a
left join customer c on c.id = a.customer_id
left join event e on e.artifact_id = a.id and e.kind = a.artifact_type || '.proposed'
left join event_body b on b.event_id = e.id
where {visible} and a.decided_at >= $2 and a.created_by_type = 'agent' and a.reverts is null
  and a.status in ('accepted', 'edited', 'rejected') and ($4::text is null or a.rm_id = $4)
) d

-- name: groups
-- How many were accepted, edited and rejected: in all, and by agent, model, field, confidence, and field with confidence.
select case grouping(agent, model, field, confidence) when 7 then 'agent' when 11 then 'model' when 13 then 'field'
            when 14 then 'confidence' when 12 then 'rule' else 'all' end as by,
       agent, model, field, confidence, count(*)::int as cases,
       count(*) filter (where status = 'accepted')::int as accepted,
       count(*) filter (where status = 'edited')::int as edited,
       count(*) filter (where status = 'rejected')::int as rejected
from decided where $3::text is null or agent = $3
group by grouping sets ((agent), (model), (field), (confidence), (field, confidence), ())
order by cases desc, agent, model, field, confidence;

-- name: reasons
-- Why people rejected, by the reason they chose.
select coalesce(nullif(reason, ''), 'no reason given') as reason, count(*)::int as cases from decided
where status = 'rejected' and ($3::text is null or agent = $3) group by 1 order by 2 desc, 1;

-- name: pace
-- The median seconds from the proposal to the decision, and of those `timed` how long the evidence was open; how many were
-- accepted fast, how many without opening the evidence (of as many acceptances whose page said), and how many were decided in
-- one act with others.
select percentile_cont(0.5) within group (order by waited) as median,
       percentile_cont(0.5) within group (order by (looked ->> 'ms')::int / 1000.0) as read, count(looked ->> 'ms')::int as timed,
       count(*) filter (where fast)::int as fast, count(*) filter (where unopened)::int as unopened,
       count(*) filter (where status <> 'rejected' and looked is not null)::int as told,
       count(*) filter (where together)::int as together
from decided where $3::text is null or agent = $3;

-- name: earlier
-- How those decided before a moment ended.
select count(*)::int as cases, count(*) filter (where status = 'accepted')::int as accepted,
       count(*) filter (where status = 'edited')::int as edited, count(*) filter (where status = 'rejected')::int as rejected
from decided where ($3::text is null or agent = $3) and decided_at < $5;

-- name: rms
-- Whose customers they are about.
select u.id, u.name from decided d join app_user u on u.id = d.rm_id
where $3::text is null or d.agent = $3 group by u.id, u.name order by u.name, u.id;

-- name: waiting
-- How many proposals of agents wait, and since when the oldest does.
select count(*)::int as pending, min(a.created_at) as oldest from artifact a
left join customer c on c.id = a.customer_id
where {visible} and a.status = 'pending' and a.created_by_type = 'agent' and ($2::text is null or a.created_by_name = $2)
  and ($3::text is null or a.rm_id = $3);

-- name: cases
-- The artifacts behind a number, newest decision first.
select id, seq, decided_at from decided
where ($3::text is null or agent = $3) and ($5::text is null or field = $5) and ($6::text is null or confidence = $6)
  and ($7::text is null or model = $7) and ($8::text is null or status = any (string_to_array($8, ' ')))
  and ($9::text is null or coalesce(nullif(reason, ''), 'no reason given') = $9 and status = 'rejected')
  and ($10::text is null or case $10 when 'fast' then fast when 'unopened' then unopened when 'together' then together end)
  and ($11::timestamptz is null or decided_at < $11 or decided_at = $11 and seq < $12)
order by decided_at desc, seq desc limit $13;
