"""Recipes: runs of other people's trainers, to be read beside the theory."""
