"""A lesson's source and what it gives when run: the reference that answers are held against."""
