"""What falls because something else has no outlet: rules of the data, held in every model."""
