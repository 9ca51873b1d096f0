-- name: profile
-- What a customer's profile says now, for the id another system knows them by.
select field, value::text as value from profile_value where customer_id = $1 and value <> 'null'::jsonb;
