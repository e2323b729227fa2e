"""The plan: what one GraphQL operation means here, worked out once and kept. Nothing here asks a system."""
