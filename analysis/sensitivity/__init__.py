"""What an outcome depends on, over the points of a batch: screening, indices, phase diagrams, scenario discovery."""
