"""Who saw what of whom, and why: records that nobody can change unseen, kept before the answer is given."""
