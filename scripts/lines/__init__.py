"""Parts of the line builder, one idea each."""
