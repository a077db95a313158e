"""Pages and machine endpoints, by reader. They call the verbs in `api` and write nothing themselves."""
