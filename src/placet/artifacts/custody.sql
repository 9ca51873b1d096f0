-- name: lock_customer
-- The customer first, as in every verb.
select id, name, rm_id from customer where id = $1 for no key update;

-- name: lock_pending
-- Then what is pending for them, sorted.
select id, artifact_type, batch_id, field, payload::text as payload from artifact
where customer_id = $1 and status = 'pending' order by id for update;

-- name: attach
-- The customer's RM.
update customer set rm_id = $2 where id = $1;

-- name: follow
-- Pending artifacts go where their customer goes; decided ones stay with who decided them.
update artifact set rm_id = $2 where customer_id = $1 and status = 'pending' and rm_id is distinct from $2;

-- name: withdraw_pending
-- Nobody is left to decide these.
update artifact set status = 'withdrawn', decided_at = $2, reason = $3 where customer_id = $1 and status = 'pending';

-- name: delete
-- Artifacts, sources and batches keep their rows and lose the id.
delete from customer where id = $1;

-- name: attached_since
-- When a customer last changed hands.
select max(at) from event where customer_id = $1 and kind = 'customer.reassigned';
