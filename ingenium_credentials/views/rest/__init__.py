"""The API for course staff and their programs: rules, trials, awards, results."""
