"""Plans laid over each other, so that what they share is searched once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corridors.routing.plan import Gateway, Plan, Section


class PlanNode:
    """A section in a plan tree: gateways to the next ones, and the plans that end here."""

    __slots__ = ("children", "plans", "section")

    def __init__(self, section: Section | None, plans: Iterable[int] = ()) -> None:
        self.section = section
        self.children: list[tuple[Gateway, int]] = []
        self.plans = list(plans)


class PlanTree:
    """Plans laid over each other so that what they share is searched once.

    Parameters
    ----------
    plans : sequence of Plan
        Without any, the tree is one node that allows everything.
    """

    def __init__(self, plans: Sequence[Plan] = ()) -> None:
        self.nodes: list[PlanNode] = []
        self.roots: list[int] = []
        known: dict[tuple[object, ...], int] = {}
        if not plans:
            self.nodes.append(PlanNode(None, plans=[0]))
            self.roots.append(0)
        for number, plan in enumerate(plans):
            parent: int | None = None
            for depth, section in enumerate(plan.sections):
                gateway = plan.gateways[depth - 1] if depth else None
                key = (parent, gateway, section)
                if key not in known:
                    known[key] = len(self.nodes)
                    self.nodes.append(PlanNode(section))
                    if parent is None:
                        self.roots.append(known[key])
                    else:
                        assert gateway is not None
                        self.nodes[parent].children.append((gateway, known[key]))
                parent = known[key]
            assert parent is not None
            self.nodes[parent].plans.append(number)

    @property
    def count(self) -> int:
        """How many plans the tree holds."""
        return sum(len(node.plans) for node in self.nodes)
