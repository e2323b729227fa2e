"""The numbers of demand: by client of the registry, estimated and actual, refused and only measured."""

from prometheus_client import CollectorRegistry

from gateway.demand.watch import Reason
from gateway.telemetry.demand import DemandNumbers
from gateway.telemetry.metrics import Metrics
from tests.gateway.telemetry.test_metrics import numbers


def test_costs_and_refusals_are_counted_by_client() -> None:
    metrics = Metrics(CollectorRegistry())
    watch = DemandNumbers(metrics)
    watch.cost("shop", "partner", estimated=600, actual=40)
    watch.cost("shop", "partner", estimated=600, actual=60)
    watch.refused("shop", "partner", Reason.BUDGET, measured=False)
    watch.refused("shop", "partner", Reason.COST, measured=True)

    counted = numbers(metrics)
    cost = "switchboard_demand_cost_total audience=partner client=shop kind="
    refused = "switchboard_demand_refused_total audience=partner client=shop outcome="
    assert (1200, 100) == (counted[f"{cost}estimated"], counted[f"{cost}actual"])
    assert (1, 1) == (counted[f"{refused}refused reason=budget"], counted[f"{refused}measured reason=cost"])
    assert 2 == counted["switchboard_graphql_operation_cost_count audience=partner"]
    assert 100 == counted["switchboard_graphql_operation_cost_sum audience=partner"]
