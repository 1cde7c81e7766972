"""What is asked, and what it makes of a network on one day."""
