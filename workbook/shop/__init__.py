"""Pebble Street: one simulated shop whose truth is known.

`world.simulate` runs it; `policy.Policy` says what the owner changes; `tables.write` writes the
tables that the lessons load. Nothing heavy is imported here.
"""
