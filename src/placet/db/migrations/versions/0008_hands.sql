-- Since when a customer is whose: found without looking through all that ever happened to them. Few events are of that kind, and
-- whoever writes another writes nothing here.

create index event_of_hands on event (customer_id, at) where kind = 'customer.reassigned';
