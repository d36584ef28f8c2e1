(* Chapter "Dr. GRPO": Section 5, E19 and E27. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Sums Policies PolicyDynamics TwoKlOrbits.
Open Scope R_scope.

(** With mean-only weights, 1 - p and p, one update from any success rate p makes logit p* = logit p_ref + 1 / beta; tied
    to the last policy, every update adds 1 / beta. And mean + variance at strength beta moves the log-odds as mean-only
    does at beta sqrt (p (1 - p) + eps). *)
Theorem section_5 : forall (n : nat) (r : nat -> bool) (beta eps p : R) (anchor : nat -> R),
  policy n anchor -> 0 < success n r anchor < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  logit (success n r (tilt n (score r (1 - p) p) beta anchor)) = logit (success n r anchor) + 1 / beta /\
  (forall L_ref k, orbit (step (fun _ => 1) 0 beta L_ref) L_ref k = L_ref + INR k / beta) /\
  Omega p eps / beta = 1 / (beta * sqrt (p * (1 - p) + eps)).
Proof.
  intros. refine (conj _ (conj _ _)).
  - rewrite theorem_8_log_odds by assumption. field. lra.
  - intros. induction k; [simpl; field; lra|]. simpl orbit. rewrite IHk, S_INR. unfold step. field. lra.
  - unfold Omega. pose proof (root_pos p eps H3 H2). field. lra.
Qed.

(** Not only the success rates agree: mean + variance at beta makes the very policy that mean-only makes at the
    effective strength beta sqrt (p (1 - p) + eps). *)
Theorem e19 : forall (n : nat) (r : nat -> bool) (beta eps p : R) (anchor : nat -> R) (i : nat),
  policy n anchor -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  tilt n (whitened r p eps) beta anchor i
    = tilt n (score r (1 - p) p) (beta * sqrt (p * (1 - p) + eps)) anchor i.
Proof.
  intros. pose proof (root_pos p eps H2 H1).
  assert (E : forall j, whitened r p eps j / beta = score r (1 - p) p j / (beta * sqrt (p * (1 - p) + eps))).
  { intros. unfold whitened, score, omega_plus, omega_minus. destruct (r j); field; lra. }
  assert (P : partition n (whitened r p eps) beta anchor
    = partition n (score r (1 - p) p) (beta * sqrt (p * (1 - p) + eps)) anchor).
  { apply total_ext. intros. rewrite E. reflexivity. }
  unfold tilt. rewrite P, E. reflexivity.
Qed.

(** Takeaway 1, mended. The effective strength keeps eps: without it, beta sqrt (p (1 - p)), another policy's log-odds
    come out. And with the reference as anchor there are no constant increments: the second update adds nothing. *)
Theorem e27 : forall beta eps p L_ref : R, 0 < beta -> 0 < eps -> 0 < p < 1 ->
  Omega p eps / beta < 1 / (beta * sqrt (p * (1 - p))) /\
  orbit (step (fun _ => 1) 1 beta L_ref) L_ref 2 = orbit (step (fun _ => 1) 1 beta L_ref) L_ref 1.
Proof.
  intros. pose proof (variance_pos p H1). split.
  - assert (0 < sqrt (p * (1 - p))) by (apply sqrt_lt_R0; assumption).
    assert (sqrt (p * (1 - p)) < sqrt (p * (1 - p) + eps)) by (apply sqrt_lt_1; lra).
    unfold Omega. replace (1 / sqrt (p * (1 - p) + eps) / beta) with (/ (beta * sqrt (p * (1 - p) + eps))) by (field; lra).
    unfold Rdiv. rewrite Rmult_1_l. apply Rinv_lt_contravar; [|nra].
    apply Rmult_lt_0_compat; apply Rmult_lt_0_compat; lra.
  - simpl. unfold step. ring.
Qed.
