(* The paper's definitions, as it prints them, for a success rate p, a reference p_ref, a penalty beta and eps.
   What stands to the power 3/2 there is the cube of a square root here. *)
Require Import Reals Primitives.
Open Scope R_scope.

(* Section 2: the sum of the two weights, the weight of a success and that of a failure, mean + variance. *)
Definition Omega (p eps : R) : R := 1 / sqrt (p * (1 - p) + eps).
Definition omega_plus (p eps : R) : R := (1 - p) / sqrt (p * (1 - p) + eps).
Definition omega_minus (p eps : R) : R := p / sqrt (p * (1 - p) + eps).

(* Theorem 2: the success map. *)
Definition h (p_ref beta eps p : R) : R :=
  1 / (1 + (1 - p_ref) / p_ref * exp (- (1 / (beta * sqrt (p * (1 - p) + eps))))).

(* Proposition 1: its slope. *)
Definition h_slope (p_ref beta eps p : R) : R :=
  - (h p_ref beta eps p * (1 - h p_ref beta eps p) * (1 - 2 * p)) / (2 * beta * sqrt (p * (1 - p) + eps) ^ 3).

(* Lemma 1 and Figure 4: the bound on beta. *)
Definition B (p eps : R) : R := p * (1 - p) * Rabs (2 * p - 1) / (2 * sqrt (p * (1 - p) + eps) ^ 3).

(* A sequence of updates from a start: x, f x, f (f x), ... *)
Fixpoint orbit (f : R -> R) (start : R) (n : nat) : R :=
  match n with O => start | S m => f (orbit f start m) end.
