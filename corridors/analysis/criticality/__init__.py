"""What closing each element would do: N-1 and N-k."""
