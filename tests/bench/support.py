"""Results of a run that never was."""

from typing import Any

from bench.results import Results, Sample


def sample(
    group: str, contestant: str, *, point: int = 16, number: int = 0, cpu_ms: float = 1.0, **more: object
) -> Sample:
    usual: dict[str, Any] = {"requests": 100, "per_second": 50.0, "p50_ms": 10.0, "p95_ms": 20.0, "p99_ms": 30.0}
    rest: dict[str, Any] = {"bytes_each": 1000.0, "calls": 4.0, "wrong": 0, "rss_mb": [100.0]}
    return Sample(
        group=group, contestant=contestant, point=point, round=number, cpu_ms=cpu_ms, **{**usual, **rest, **more}
    )


def cold(*, ours: list[float], hive: list[float], jit: list[float]) -> Results:
    """Rounds of three contestants, with the CPU that each took."""
    named = {"switchboard": ours, "hive": hive, "hive jit": jit}
    return Results(
        samples=[
            sample("cold", name, number=number, cpu_ms=cpu)
            for name, rounds in named.items()
            for number, cpu in enumerate(rounds)
        ]
    )
