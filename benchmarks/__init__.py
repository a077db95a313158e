"""Scripts that print how fast and how frugal the library is, beside its peers."""
