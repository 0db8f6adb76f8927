"""Moving sealed blocks: the sans-IO client core, its ports, the HTTP transport, the loop."""
