"""The pages on which the staff of a course decide who earns what, and see who has."""
