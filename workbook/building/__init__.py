"""From `lessons/` to `notebooks/`, `solutions/` and the answers: all that is built."""
