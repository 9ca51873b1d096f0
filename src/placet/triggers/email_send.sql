-- name: decider
-- Who approved it, as they can be answered.
select name, email from app_user where id = $1;

-- name: thread
-- The mails before this one, oldest first: those its draft answers, as far as they were sent.
with recursive before as (
    select coalesce(a.edited_value, a.payload) ->> 'in_reply_to' as earlier, a.customer_ref, 0 as n from artifact a where a.id = $1
    union all
    select coalesce(a.edited_value, a.payload) ->> 'in_reply_to', b.customer_ref, b.n + 1
    from before b join artifact a on a.id = b.earlier and a.customer_ref = b.customer_ref
    where b.n < 50
)
select d.id as delivery_id from before b
join delivery d on d.artifact_id = b.earlier and d.trigger = 'email.send' and d.status = 'delivered'
order by b.n desc, d.seq;
