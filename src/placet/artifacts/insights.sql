-- name: decided
-- What agents proposed and people decided since a moment, of what the caller may see. `trail` is what its events say beside: of
-- the proposal what read it, of the decision what the page said of the evidence. Whoever does not ask for it does not pay.
select a.id, a.seq, a.status, a.decided_at, a.decided_by, a.rm_id, a.created_by_name as agent, a.field,
       a.payload ->> 'confidence' as confidence, coalesce(nullif(split_part(a.reason, ':', 1), ''), 'no reason given') as reason,
       extract(epoch from a.decided_at - a.created_at) as waited,
       (select jsonb_object_agg(s.of, b.body::jsonb -> s.word) from event e join event_body b on b.event_id = e.id
        join (values ('.proposed', 'read', 'readBy'), ('.' || a.status, 'decided', 'looked')) s (act, of, word)
             on e.kind = a.artifact_type || s.act
        where e.artifact_id = a.id) as trail
from artifact a
where {visible} and a.decided_at >= $2 and a.created_by_type = 'agent' and a.reverts is null
  and a.status in ('accepted', 'edited', 'rejected') and ($3::text is null or a.rm_id = $3)

-- name: judged
-- The same with how it was decided: with how long after the same person's decision before it, in one act with others or not,
-- and what the page said of the evidence. An acceptance is fast by the time its evidence was open, where that is known, else by
-- the decision before it.
select j.*, j.status <> 'rejected' and coalesce(j.ms < 3000, not j.together and j.gap < 3, false) as fast,
       j.status <> 'rejected' and j.opened = 'false' as unopened, j.status <> 'rejected' and j.opened is not null as told
from (
select d.*, (d.trail -> 'decided' ->> 'ms')::int as ms, d.trail -> 'decided' ->> 'opened' as opened,
       extract(epoch from d.decided_at - lag(d.decided_at) over (partition by d.decided_by order by d.decided_at, d.seq)) as gap,
       count(*) over (partition by d.decided_by, d.decided_at) > 1 as together
from decided d
) j

-- name: edge
-- The decision before the newest so many: what is counted was decided after it. Nothing where there are no more than those.
with decided as ({decided})
select decided_at from decided order by decided_at desc, seq desc offset $4 limit 1;

-- name: counts
-- How many were accepted, edited and rejected: in all, and by agent, model, field, confidence, and field with confidence. Why
-- people rejected, by the reason they chose. The median seconds from the proposal to the decision, and of those `timed` how long
-- the evidence was open; how many were accepted fast, how many without opening the evidence (of those `told`), and how many were
-- decided in one act with others. One statement, so that the events are read once.
with decided as materialized ({decided}), judged as materialized ({judged}),
chosen as (select *, trail -> 'read' ->> 'model' as model from judged where $4::text is null or agent = $4),
groups as (
    select case grouping(agent, model, field, confidence) when 7 then 'agent' when 11 then 'model' when 13 then 'field'
                when 14 then 'confidence' when 12 then 'rule' else 'all' end as by,
           agent, model, field, confidence, count(*) as cases, count(*) filter (where status = 'accepted') as accepted,
           count(*) filter (where status = 'edited') as edited, count(*) filter (where status = 'rejected') as rejected
    from chosen group by grouping sets ((agent), (model), (field), (confidence), (field, confidence), ())
), reasons as (
    select reason, count(*) as cases from chosen where status = 'rejected' group by reason
), pace as (
    select percentile_cont(0.5) within group (order by waited) as median,
           percentile_cont(0.5) within group (order by ms / 1000.0) as read, count(ms) as timed,
           count(*) filter (where fast) as fast, count(*) filter (where unopened) as unopened,
           count(*) filter (where told) as told, count(*) filter (where together) as together
    from chosen
)
select (select json_agg(g order by g.cases desc, g.agent, g.model, g.field, g.confidence) from groups g)::text as groups,
       (select coalesce(json_agg(r order by r.cases desc, r.reason), '[]') from reasons r)::text as reasons,
       (select row_to_json(p) from pace p)::text as pace;

-- name: earlier
-- How those decided before a moment ended, the newest so many of them.
with decided as ({decided})
select count(*)::int as cases, count(*) filter (where status = 'accepted')::int as accepted,
       count(*) filter (where status = 'edited')::int as edited, count(*) filter (where status = 'rejected')::int as rejected
from (select status from decided where ($4::text is null or agent = $4) and decided_at < $5
      order by decided_at desc, seq desc limit $6) d;

-- name: choices
-- Which agents proposed, and whose customers it was about, among the newest so many.
with decided as ({decided})
select d.agent, u.id as rm, u.name as rm_name
from (select agent, rm_id from decided order by decided_at desc, seq desc limit $4) d left join app_user u on u.id = d.rm_id
group by d.agent, u.id, u.name order by u.name, u.id, d.agent;

-- name: waiting
-- How many proposals of agents wait, and since when the oldest does.
select count(*)::int as pending, min(a.created_at) as oldest from artifact a
where {visible} and a.status = 'pending' and a.created_by_type = 'agent' and ($2::text is null or a.created_by_name = $2)
  and ($3::text is null or a.rm_id = $3);

-- name: cases
-- The artifacts behind a number, newest decision first.
with decided as not materialized ({decided}), judged as ({judged})
select d.id, d.seq, d.decided_at from {over} d
where {kept} and ($4::text is null or d.agent = $4) and ($5::text is null or d.field = $5) and ($6::text is null or d.confidence = $6)
  and ($7::text is null or d.trail -> 'read' ->> 'model' = $7)
  and ($8::text is null or d.status = any (string_to_array($8, ' ')))
  and ($9::text is null or d.reason = $9 and d.status = 'rejected')
  and ($10::timestamptz is null or d.decided_at < $10 or d.decided_at = $10 and d.seq < $11)
order by d.decided_at desc, d.seq desc limit $12;
