-- name: matching
-- What waits for this person's decision and matches a filter, in the order of the inbox; at most $9 of it.
select a.id from artifact a join customer c on c.id = a.customer_id
where a.status = 'pending' and {decidable}
  and ($2::text is null or a.customer_id = $2) and ($3::text is null or a.created_by_id = $3)
  and ($4::text is null or a.batch_id = $4) and ($5::text is null or a.field = $5)
  and ($6::text is null or a.payload ->> 'confidence' = $6) and ($7::text is null or a.artifact_type = $7)
  and ($8::text is null or a.source_id = $8)
order by a.created_at desc, a.seq limit $9;
