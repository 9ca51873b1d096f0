"""Made-up people, notes and proposals for the style guide, worded by the code that words real ones. All of it is invented."""
