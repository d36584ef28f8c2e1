"""What the library computes, proved by machine: the proofs in Coq, and what ties them to the functions that run."""
