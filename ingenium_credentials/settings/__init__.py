"""What the LMS reads at start, found by Open edX's own plugin loader.

Every value is a default: whatever an operator's YAML says wins. The Django projects
that run the plugin without an LMS are in the top-level folder `settings/`.
"""
