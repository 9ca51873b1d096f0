-- name: note_batches
-- A mail for each batch that waits for somebody who wants to be told at once. What is committed late is found all the same:
-- two days back are looked at each time, and what was noted is not noted again.
insert into notification (id, user_id, about, batch_id, customer_id, created_by_id)
select replace(gen_random_uuid()::text, '-', ''), a.rm_id,
       'batch ' || a.customer_id || ' ' || a.created_by_type || ' ' || a.created_by_id || ' ' || a.batch_id,
       a.batch_id, a.customer_id, a.created_by_id
from notification_choice n
join app_user u on u.id = n.user_id and u.disabled_at is null
join artifact a on a.rm_id = n.user_id and a.status = 'pending' and a.created_by_type <> 'rm'
    and a.created_at >= greatest(n.since, now() - interval '2 days') and a.customer_id is not null
where n.choice = 'at_once'
group by a.rm_id, a.customer_id, a.created_by_type, a.created_by_id, a.batch_id
on conflict (user_id, about) do nothing;

-- name: note_day
-- A mail for the day for everybody who wants one and has something waiting.
insert into notification (id, user_id, about)
select replace(gen_random_uuid()::text, '-', ''), n.user_id, $1
from notification_choice n
join app_user u on u.id = n.user_id and u.disabled_at is null
where n.choice = 'daily'
  and exists (select from artifact a where a.rm_id = n.user_id and a.status = 'pending' and a.created_by_type <> 'rm')
on conflict (user_id, about) do nothing;

-- name: claim
-- Mails that are due, each for one worker: it is due again after a while, longer each time, if nobody says how it ended.
with due as (
    select id from notification where ended_at is null and due_at <= now() and attempts < $2
    order by due_at limit $1 for update skip locked
)
update notification n
set attempts = n.attempts + 1, due_at = now() + least(interval '1 minute' * power(3, n.attempts), interval '8 hours')
from due, app_user u
where n.id = due.id and u.id = n.user_id
returning n.id, n.user_id, n.batch_id, n.customer_id, n.created_by_id, n.created_at, n.attempts, u.name, u.email;

-- name: end
-- How it ended, unless another worker has it by now.
update notification set ended_at = now(), said = $3 where id = $1 and attempts = $2 and ended_at is null;

-- name: sweep
-- What was told is forgotten after a while.
delete from notification where created_at < now() - interval '30 days';
