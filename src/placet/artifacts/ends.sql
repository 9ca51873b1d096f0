-- name: past_their_time
-- Pending artifacts older than the limit of their field, or of their type where the field has none.
select a.id from artifact a
left join unnest($1::text[], $2::interval[]) as f (field, waits) on f.field = a.field
left join unnest($3::text[], $4::interval[]) as t (artifact_type, waits) on t.artifact_type = a.artifact_type
where a.status = 'pending' and a.created_at <= statement_timestamp() - coalesce(f.waits, t.waits)
  and a.created_at <= statement_timestamp() - (select min(w) from unnest($2::interval[] || $4::interval[]) as w)
order by a.created_at limit $5;

-- name: orphaned
-- Pending artifacts with a first signature by somebody who is neither the RM nor a live delegate, or is disabled.
select s.artifact_id from (select distinct artifact_id from signature) g
cross join lateral (select * from signature l where l.artifact_id = g.artifact_id order by l.seq desc limit 1) s
join artifact a on a.id = s.artifact_id and a.status = 'pending'
left join customer c on c.id = a.customer_id
where s.act = 'signed' and ($1::text is null or a.customer_id = $1)
  and not exists (
      select from app_user u where u.id = s.user_id and u.disabled_at is null
        and (u.id = c.rm_id or exists (
            select from delegation d
            where d.to_user = u.id and d.from_user = c.rm_id and d.ended_at is null and d.from_at <= statement_timestamp()
              and d.until_at > statement_timestamp()
              and (d.customer_ids is null or a.customer_id = any (d.customer_ids))
              and (d.artifact_ids is null or a.id = any (d.artifact_ids)))))
order by s.artifact_id limit $2;
