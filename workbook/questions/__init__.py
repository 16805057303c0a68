"""The question bank: reading it, marking answers, choosing what to ask again. Pure."""
