"""Day by day: who leaves when, where the queues stand, who turns off."""
