"""What a token says, who issued it, and whether it may be believed."""
