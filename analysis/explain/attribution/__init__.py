"""How much of an effect is due to which channel, provision or platform."""
