"""Early warning: crises whose cause and date are known, and which indicators would have told."""
