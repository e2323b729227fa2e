"""Who is let in where more questions come than this process can work on: it protects the gateway, not a system."""
