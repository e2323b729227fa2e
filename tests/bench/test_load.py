import pytest

from bench.load import Served, read


def test_what_wrk_measured_is_read_from_its_last_line():
    told = (
        "Running 2s test\n  latency ...\n"
        'MEASURED {"requests": 500, "microseconds": 2000000, "p50_ms": 1.5, "p95_ms": 2.5, "p99_ms": 3.5, "bytes": 50000, '
        '"bad_status": 0, "broken": 1}\n'
    )

    served = read(told)
    assert (
        Served(
            requests=500,
            microseconds=2_000_000,
            p50_ms=1.5,
            p95_ms=2.5,
            p99_ms=3.5,
            bytes=50_000,
            bad_status=0,
            broken=1,
        )
        == served
    )
    assert (250.0, 100.0) == (served.per_second, served.bytes_each)


def test_a_load_that_never_ran_is_an_error():
    with pytest.raises(RuntimeError, match="unable to connect"):
        read("unable to connect to 127.0.0.1\n")
