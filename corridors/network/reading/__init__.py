"""What files say: the manifest, the cells of a table, ids, and YAML within them."""
