-- The trail made provable: a leaf for every event, the inner hashes that proofs are made of, signed checkpoints. Whoever
-- writes events writes nothing here; the sequencer does, after them. Rows are only ever added, and no foreign key leaves.

create table ledger_leaf (
    index        bigint primary key check (index >= 0),  -- without gaps: the order of the leaves
    event_seq    bigint not null unique,
    hash         bytea not null check (length(hash) = 32)
);

-- Every fourth height of the tree above the leaves: `hash` is over the leaves from number * 2^height on, 2^height of them.
create table ledger_node (
    height       smallint not null check (height > 0),
    number       bigint not null check (number >= 0),
    hash         bytea not null check (length(hash) = 32),
    primary key (height, number)
);

create table checkpoint (
    number       bigint primary key check (number > 0),  -- without gaps
    size         bigint not null unique check (size > 0),
    note         text not null,                        -- size and root, signed
    settled      bigint not null check (settled >= 0), -- every event up to this number has its leaf: where to go on
    at           timestamptz not null default clock_timestamp()
);

create trigger ledger_leaf_keep before update or delete on ledger_leaf for each row execute function refuse();
create trigger ledger_leaf_keep_all before truncate on ledger_leaf for each statement execute function refuse();
create trigger ledger_node_keep before update or delete on ledger_node for each row execute function refuse();
create trigger ledger_node_keep_all before truncate on ledger_node for each statement execute function refuse();
create trigger checkpoint_keep before update or delete on checkpoint for each row execute function refuse();
create trigger checkpoint_keep_all before truncate on checkpoint for each statement execute function refuse();

grant select, insert on ledger_leaf, ledger_node, checkpoint to placet_app;
