"""Customers, the fields of their profiles, and who may see and decide what about them."""
