-- name: lately
-- Which of these proposals a person asked to see not long ago.
select distinct e.artifact_id from event e
where e.artifact_id = any ($2::text[]) and e.kind = 'customer.revealed' and e.actor_id = $1
  and e.at > clock_timestamp() - $3::interval;
