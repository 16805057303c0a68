"""Stands before the real pyarrow in every kernel that a build starts and every process that the
tests start: learners have none.

tea-tasting, one of the tests' oracles, brings pyarrow along, and pandas keeps its text in it
where it finds it. The lessons must run as they do where it is missing.
"""

raise ImportError("learners have no pyarrow")
