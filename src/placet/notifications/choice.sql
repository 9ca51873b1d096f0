-- name: chosen
-- What a person chose.
select choice from notification_choice where user_id = $1;

-- name: choose
-- Choosing the same again changes nothing: what it counts from stays.
insert into notification_choice as c (user_id, choice) values ($1, $2)
on conflict (user_id) do update set choice = excluded.choice, since = now() where c.choice <> excluded.choice;
