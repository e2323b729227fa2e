"""A gateway in its generations: each is what one version of the settings makes of it, and the next takes over."""
