"""A learner's notebook, run inside the reference notebook by nbval, judged outside the kernel."""
