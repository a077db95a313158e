"""Open edX events in: one function per event, handed over to `api`."""
