"""The built-in artifact types, one file each. A new type needs one file and no change to the database."""
