(* Chapter "Amplification": Theorem 3 and what is printed around it. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Sums Policies SuccessMap.
Open Scope R_scope.

Lemma h_above p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> p_ref < h p_ref beta eps p.
Proof.
  intros. rewrite h_log_odds by assumption. rewrite <- (sigmoid_logit p_ref) at 1 by assumption.
  apply sigmoid_increasing.
  assert (0 < Omega p eps / beta) by (apply Rdiv_lt_0_compat; [apply Omega_pos|]; assumption). lra.
Qed.

(** Every fixed point of the map lies above the reference. *)
Theorem theorem_3 : forall p_ref beta eps p : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  p = h p_ref beta eps p -> p_ref < p.
Proof. intros. rewrite H3. apply h_above; assumption. Qed.

(** The inequality of its proof, with the exponent taken at p as it must be: h (p) > p_ref for every p, fixed point or
    not. *)
Theorem e6 : forall p_ref beta eps p : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  exp (- (1 / (beta * sqrt (p * (1 - p) + eps)))) < 1 /\ p_ref < h p_ref beta eps p.
Proof.
  intros. split; [|apply h_above; assumption].
  apply Rlt_le_trans with (exp 0); [apply exp_increasing|rewrite exp_0; lra]. pose proof (root_pos p eps H2 H1).
  assert (0 < 1 / (beta * sqrt (p * (1 - p) + eps))); [|lra].
  apply Rdiv_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; assumption.
Qed.

(** For eps > 0 and p_ref < 1 the success rate 1 is never a fixed point. *)
Theorem e4 : forall p_ref beta eps : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> h p_ref beta eps 1 < 1.
Proof. intros. apply h_range; try assumption; lra. Qed.

(** A reference that never succeeds, or never fails, stays so after an update with the weights at any success rate p:
    the map is constant there, its slope is 0, and its fixed point is reached in one step without a condition on
    beta. *)
Theorem e24 : forall (n : nat) (r : nat -> bool) (beta eps p : R) (pi_ref : nat -> R),
  policy n pi_ref -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  let next x := success n r (tilt n (whitened r x eps) beta pi_ref) in
  (success n r pi_ref = 0 -> next p = 0 /\ is_derive next p 0) /\
  (success n r pi_ref = 1 -> next p = 1 /\ is_derive next p 0).
Proof.
  intros n r beta eps p ref P Hb He Hp next.
  assert (Flat : forall c, (forall x, next x = c) -> next p = c /\ is_derive next p 0).
  { intros c E. split; [apply E|]. apply (is_derive_ext (fun _ => c)); [intros; symmetry; apply E|apply (is_derive_const c)]. }
  split; intros S; apply Flat; intros x; unfold next, whitened; rewrite success_of_tilt, S by assumption.
  - unfold Rdiv. ring.
  - pose proof (exp_pos (omega_plus x eps / beta)). field. lra.
Qed.
