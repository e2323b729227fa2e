"""Whether a token may be shown by whoever shows it: its key's holder, its certificate's, or anybody."""
