"""Open Badges 3.0 from Open edX course completions, for the INGENIUM alliance."""

__version__ = "0.1.0"
