-- name: insert
-- A team, unless one has that name.
insert into team (id, name, created_at) values ($1, $2, $3) on conflict do nothing returning id;

-- name: lock
-- A team, held while it is changed.
select id, name, created_at from team where id = $1 for update;

-- name: list
-- Every team by name, with how many belong to it.
select t.id, t.name, t.created_at, (select count(*)::int from team_member m where m.team_id = t.id) as people,
       (select count(*)::int from customer c where c.team_id = t.id) as customers
from team t where $1::text is null or t.id = $1 order by lower(t.name), t.id;

-- name: members
-- The people of a team.
select m.user_id, u.name as user_name, m.may from team_member m join app_user u on u.id = m.user_id
where m.team_id = $1 order by lower(u.name), u.id;

-- name: rename
-- Another name, unless another team has it.
update team t set name = $2 where t.id = $1 and not exists (select from team o where o.id <> $1 and lower(o.name) = lower($2))
returning t.id;

-- name: customers
-- The customers of a team, sorted and held, as its end changes them.
select id, name from customer where team_id = $1 order by id for no key update;

-- name: delete
-- The team and its members; its customers have none then.
delete from team where id = $1;

-- name: member
-- What a person may in a team now.
select may from team_member where team_id = $1 and user_id = $2;

-- name: set_member
-- What they may from now on.
insert into team_member (team_id, user_id, may) values ($1, $2, $3)
on conflict (team_id, user_id) do update set may = excluded.may;

-- name: remove_member
-- They are of the team no more.
delete from team_member where team_id = $1 and user_id = $2 returning may;

-- name: lock_customer
-- A customer, held while who may see them changes, with their team's name.
select c.id, c.name, c.team_id, t.name as team_name from customer c left join team t on t.id = c.team_id
where c.id = $1 for no key update of c;

-- name: set_team
-- A customer's team.
update customer set team_id = $2 where id = $1;

-- name: customer_members
-- Who beside the RM sees a customer: people named for it, and its team's.
select m.user_id, u.name as user_name, m.may, null as team_name from customer_member m join app_user u on u.id = m.user_id
where m.customer_id = $1
union all
select m.user_id, u.name, m.may, t.name from customer c join team t on t.id = c.team_id join team_member m on m.team_id = t.id
join app_user u on u.id = m.user_id where c.id = $1
order by 2, 1, 4 nulls first;

-- name: customer_member
-- What a person named for a customer may now.
select may from customer_member where customer_id = $1 and user_id = $2;

-- name: set_customer_member
-- What they may from now on.
insert into customer_member (customer_id, user_id, may) values ($1, $2, $3)
on conflict (customer_id, user_id) do update set may = excluded.may;

-- name: remove_customer_member
-- They are named no more.
delete from customer_member where customer_id = $1 and user_id = $2 returning may;

-- name: user_name
-- A person's name.
select name from app_user where id = $1;
