"""Several processes that serve one address together: who starts them, what one may use, and what one does."""
