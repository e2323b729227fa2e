"""One point of control of a running gateway: what an operator may tell it, and how every worker hears of it."""
