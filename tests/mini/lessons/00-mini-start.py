# ---
# title: A mini start
# moves: [read, select, filter, count]
# ---

# %%
from workbook import load
