"""What limits each place: figures that somebody published, and what rules infer elsewhere."""
