"""Pictures in built notebooks: equal to the eye is equal.

The last bits of a drawing may differ between machines; a build keeps the committed bytes of a
picture that has the same size and differs by less than `LIMIT` gray levels (root mean square).
"""

from __future__ import annotations

import base64
import io
import re
from typing import Any

from workbook.cells import joined

LIMIT = 2.0
DATA = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")


def keep_committed(new: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Put the pictures of `old` (a notebook as JSON) into `new` where they look alike."""
    if old is None:
        return
    before = {cell.get("id"): cell for cell in old.get("cells", [])}
    for cell in new["cells"]:
        there = before.get(cell.get("id"))
        if there is None or len(there.get("outputs", [])) != len(cell.get("outputs", [])):
            continue
        for output, former in zip(cell.get("outputs", []), there.get("outputs", []), strict=True):
            for mime, text in output.get("data", {}).items():
                was = former.get("data", {}).get(mime)
                if was is not None and text != was:
                    output["data"][mime] = _kept(mime, text, was)


def _kept(mime: str, text: Any, was: Any) -> Any:
    if mime == "image/png":
        return was if alike(joined(text), joined(was)) else text
    new, old = DATA.findall(joined(text)), DATA.findall(joined(was))
    if not new or len(new) != len(old) or DATA.sub("", joined(text)) != DATA.sub("", joined(was)):
        return text
    return was if all(alike(a, b) for a, b in zip(new, old, strict=True)) else text


def alike(one: str, other: str) -> bool:
    """Whether two base64 PNG have one size and differ by less than `LIMIT` (RMS, 0 to 255)."""
    return one == other or difference(one, other) < LIMIT


def difference(one: str, other: str) -> float:
    """Root mean square difference of two base64 PNG in gray levels; infinite if sizes differ."""
    import matplotlib.image
    import numpy as np

    first, second = (
        matplotlib.image.imread(io.BytesIO(base64.b64decode(data)), format="png")
        for data in (one, other)
    )
    if first.shape != second.shape:
        return float("inf")
    return float(np.sqrt(np.mean((255.0 * (first - second)) ** 2)))
