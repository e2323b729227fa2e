"""What callers may send, and how much of it. Bounds are values handed in; nothing here is global."""
