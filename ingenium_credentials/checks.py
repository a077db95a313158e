"""What `manage.py check` says when a setting, key, DID or context is wrong."""
