"""Speed and memory, as ratios against the engine underneath, in one run: `make bench`."""
