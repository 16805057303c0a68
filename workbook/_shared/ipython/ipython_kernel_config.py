"""Loaded by every kernel of this environment: plain-language help for the commonest errors."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821
# Else a cell that begins with load("events") calls the magic %load while nothing is imported.
c.InteractiveShell.automagic = False
c.InteractiveShellApp.extensions.append("workbook.widgets.plain_errors")
