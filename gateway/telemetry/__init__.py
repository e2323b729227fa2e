"""What operators see of the gateway at work: traces and metrics. Nothing personal is in either."""
