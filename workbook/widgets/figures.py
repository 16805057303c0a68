"""Show a figure so that everybody gets it: the picture, and in words what it shows."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

DPI = 110


class Picture:
    """A figure as HTML `<img alt>` (JupyterLab ignores other ways) with a text form."""

    def __init__(self, png: bytes, alt: str) -> None:
        self.png = png
        self.alt = " ".join(alt.split())

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        data = base64.b64encode(self.png).decode()
        image = (
            f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}" '
            'style="max-width:100%;height:auto">'
        )
        return {"text/html": image, "text/plain": repr(self)}


def show(figure: Any, alt: str) -> None:
    """Display a matplotlib figure (or the one an `ax` belongs to) with its text alternative.

    `alt` says in a sentence or two what is seen, for people who do not see it. Raises
    ValueError without one: a figure without words leaves readers out.
    """
    if not alt or not alt.strip():
        raise ValueError('show(fig, alt="...") needs a sentence that says what the figure shows.')
    import matplotlib.pyplot as plt
    from IPython.display import display

    figure = getattr(figure, "figure", figure)
    file = io.BytesIO()
    # White whatever the theme: labels are black. The font is the one matplotlib brings along.
    with plt.rc_context({"font.family": "DejaVu Sans"}):
        figure.savefig(file, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    plt.close(figure)
    display(Picture(file.getvalue(), alt))
