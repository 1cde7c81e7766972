"""What the certificate needs besides the answer: shortest-path trees of its own, and members."""
