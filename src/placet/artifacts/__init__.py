"""Proposals, artifacts and decisions: propose, inbox, decide."""
