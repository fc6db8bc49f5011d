"""Speed and memory: measured in processes of their own, against floors and aims, and against Mesa objects."""
