"""Before and after, as frames."""

from __future__ import annotations

import html
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridors.analysis.whatif import WhatIf
from corridors.api.comparison import Comparison

if TYPE_CHECKING:
    import pandas as pd


class WhatIfView:
    """An answer before and after a change.

    Attributes
    ----------
    answer : WhatIf
        The model's own objects.
    reproduce : str
        The command line that gives the same answer.
    """

    def __init__(self, answer: WhatIf, reproduce: str) -> None:
        self.answer, self.reproduce = answer, reproduce

    def __repr__(self) -> str:
        told = ", ".join(f"{c.corridor} {c.verdict}" for c in self.answer.changes)
        return f"<WhatIf {told}>"

    def _repr_html_(self) -> str:
        from corridors.outputs import text, wording

        before = html.escape(wording.headline(self.document["before"]))
        after = html.escape(wording.headline(self.document["after"]))
        return f"<p>Before: {before}<br>After: {after}</p>{text.clean(self.table._repr_html_())}"

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON document of the command line."""
        from corridors.outputs.whatif import whatif_document

        return whatif_document(self.answer, reproduce=self.reproduce)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per corridor: what became of it, changes of means with P10 and P90, causes."""
        import pandas as pd

        from corridors.outputs.whatif import whatif_rows

        return pd.DataFrame(whatif_rows(self.document)).set_index("corridor")

    @cached_property
    def causes(self) -> pd.DataFrame:
        """One row per corridor, parameter and place that moved; they add up to the change."""
        import pandas as pd

        rows = [
            {"corridor": change.corridor, **cause._asdict()}
            for change in self.answer.changes
            for cause in change.causes
        ]
        columns = ["corridor", "key", "at", "hours", "usd", "co2e_kg"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def before(self) -> Comparison:
        """The comparison before."""
        return Comparison(self.answer.before, self.reproduce)

    @property
    def after(self) -> Comparison:
        """The comparison after."""
        return Comparison(self.answer.after, self.reproduce)
