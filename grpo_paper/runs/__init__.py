"""Your own run beside the theory: what its log shows, what of it is estimated or fitted, and what does not apply."""
