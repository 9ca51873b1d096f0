"""Readers for fields whose values have no shape of their own: work, addresses, names, goals, the preferred channel.

Each takes a statement and yields what it says; whether that is about the client and meant is judged elsewhere.
"""
