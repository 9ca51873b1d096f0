-- name: kinds
-- Which of some artifacts are this customer's, and their types.
select id, artifact_type from artifact where customer_id = $1 and id = any ($2::text[]);
