"""Agents that read notes and propose: nothing in this room ever decides."""
