"""The steady state: cargo over routes, held against its baseline, and said in words."""
