"""Pure part of the exercises: canonical values, comparison, messages. No files, no display."""
