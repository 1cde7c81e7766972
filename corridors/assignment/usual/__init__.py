"""What is usual on a day, before any event."""
