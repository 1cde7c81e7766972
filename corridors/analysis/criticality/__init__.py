"""What closing each thing would do: N-1 and N-k."""
