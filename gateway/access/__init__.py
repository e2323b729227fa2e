"""Who a caller is and what it may do: what its token says, and whether that may be believed."""
