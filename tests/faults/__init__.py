"""What breaks, and whether everything is there afterwards: real servers, killed at random."""
