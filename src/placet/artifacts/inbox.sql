-- name: columns
-- An artifact with what its field says now. Every read of artifacts is this, with a condition and an order added.
select a.id, a.seq, a.created_at, a.customer_id, a.rm_id, a.batch_id, a.version, a.artifact_type, a.status, a.created_by_type,
       a.created_by_id, a.payload::text as payload, a.workflow_trigger, a.edited_value::text as edited_value, a.decided_at,
       a.decided_by, a.on_behalf_of, a.reason, a.field, a.field_version, a.source_id, a.evidence_start, a.evidence_end,
       a.evidence_verified, a.customer_ref, a.customer_name, a.created_by_name, a.decided_by_name, a.on_behalf_of_name,
       a.reverts, c.rm_id as customer_rm, c.team_id as customer_team, p.value::text as current_value, coalesce(p.version, 0) as current_version,
       p.updated_at as current_at, p.updated_by as current_by, p.artifact_id as current_artifact,
       case when a.status = 'pending' and a.field is not null then
           (select count(*)::int - 1 from artifact r
            where r.customer_id = a.customer_id and r.field = a.field and r.status = 'pending' and r.field is not null)
       else 0 end as rivals,
       case when a.status = 'pending' then (select jsonb_build_object('act', g.act, 'at', g.at, 'by', g.user_id, 'by_name', g.user_name, 'on_behalf_of', g.on_behalf_of,
            'on_behalf_of_name', g.on_behalf_of_name, 'status', g.status, 'edited_value', g.edited_value::text,
            'field_version', g.field_version, 'over', g.over, 'reason', g.reason)::text
        from signature g where g.artifact_id = a.id order by g.seq desc limit 1) end as signature,
       s.title as source_title, s.occurred_at as source_at,
       -- What was done with it since. A profile edit, which most rows are, knows no actions.
       case when a.decided_at is not null and a.artifact_type <> 'profile_edit' then
           (select jsonb_agg(jsonb_build_object('action', b.body::jsonb ->> 'action',
                       'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'by', e.actor_id,
                       'byName', b.body::jsonb ->> 'actorName', 'reason', b.body::jsonb ->> 'reason') order by e.seq)
            from event e join event_body b on b.event_id = e.id
            where e.artifact_id = a.id and b.body::jsonb ? 'action')::text end as acts
from artifact a
left join customer c on c.id = a.customer_id
left join profile_value p on p.customer_id = a.customer_id and p.field = a.field
left join source s on s.id = a.source_id

-- name: customer_visible
-- Whether a customer is there for this caller.
select exists (select from customer c where c.id = $2 and {visible});

-- name: undone
-- Which of these an entry undoes, and which are entries that undo: what is undone is named by the index on what they revert.
select e.id, e.reverts, o.status in ('accepted', 'edited') as approval, e.status in ('accepted', 'edited') as approved
from artifact e join artifact o on o.id = e.reverts
where e.id = any (array(select r.id from artifact r where r.reverts = any ($1::text[])) || $1::text[]);

-- name: second
-- What somebody else signed once, for the value its field still has, where this person may give the second signature.
select o.id from artifact o
left join profile_value v on v.customer_id = o.customer_id and v.field = o.field
where o.status = 'pending' and o.field = any ($2::text[]) and {cosigned}
  and (select g.act = 'signed' and g.user_id <> ($1::text[])[1] and g.field_version = coalesce(v.version, 0)
       from signature g where g.artifact_id = o.id order by g.seq desc limit 1)

-- name: pending_counts
-- How many proposals wait, by customer.
select a.customer_id, count(*)::int as pending, min(a.created_at) as oldest from artifact a
where a.status = 'pending' and {visible} group by a.customer_id;

-- name: batches_named
-- The batches of that id the caller may see; more than one is possible, since the id is the proposer's own.
select b.customer_id, b.created_by_type, b.created_by_id from batch b
left join customer c on c.id = b.customer_id
where b.id = $2 and {visible}
  and ($3::text is null or b.customer_id = $3) and ($4::text is null or b.created_by_id = $4)
order by b.seq limit 2;
