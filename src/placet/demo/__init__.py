"""The demo: invented people and notes, so that a first look at Placet shows something worth deciding."""
