"""A load of clients, processes that are killed, and a check that starts from what the clients wrote down."""
