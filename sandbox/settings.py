"""What the sandbox is told at its start."""

import dataclasses
import datetime as dt

from sandbox.population.numbering import MAX_CUSTOMERS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Size and day of the population, and where to listen. Port 0 chooses a free port.

    The twelve people of the stories are there even when fewer *customers* are asked for. *today* None means the day
    of the start, in the time zone of the mainland.
    """

    customers: int = 1000
    seed: int = 1
    today: dt.date | None = None
    host: str = "127.0.0.1"
    control_port: int = 8090
    crm_port: int = 8101
    billing_port: int = 8102
    hss_port: int = 8103
    recharge_port: int = 8104
    billing_islands_port: int = 8105
    recharge_islands_port: int = 8106
    consent_port: int = 8107
    crm_totals: bool = True
    hss_max_sessions: int = 8
    hss_session_idle_s: float = 300
    hss_latency_s: float = 0.002

    def __post_init__(self) -> None:
        if not 1 <= self.customers <= MAX_CUSTOMERS:
            raise ValueError(f"customers must be from 1 to {MAX_CUSTOMERS}.")


def free_ports(
    *,
    customers: int = 1000,
    seed: int = 1,
    today: dt.date | None = None,
    crm_totals: bool = True,
    hss_max_sessions: int = 8,
    hss_session_idle_s: float = 300,
    hss_latency_s: float = 0.002,
) -> Settings:
    """Settings for tests: every port is chosen freely."""
    return Settings(
        customers=customers,
        seed=seed,
        today=today,
        control_port=0,
        crm_port=0,
        billing_port=0,
        hss_port=0,
        recharge_port=0,
        billing_islands_port=0,
        recharge_islands_port=0,
        consent_port=0,
        crm_totals=crm_totals,
        hss_max_sessions=hss_max_sessions,
        hss_session_idle_s=hss_session_idle_s,
        hss_latency_s=hss_latency_s,
    )
