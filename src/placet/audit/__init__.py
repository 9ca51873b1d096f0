"""The trail: one event per artifact per act, committed to with a salt, never changed."""
