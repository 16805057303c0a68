"""Loaded by every kernel of this environment: plain-language help for the commonest errors."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.InteractiveShellApp.extensions.append("workbook.widgets.plain_errors")
