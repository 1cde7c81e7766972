"""What the explorer's page holds that was worked out before: routes, days and ranges."""
