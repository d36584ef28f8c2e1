(* Chapters "Weights" and "The contrastive loss": the clipped surrogate for rewards of right and wrong. *)
Require Import Reals Lra Psatz Bool Primitives Paper Sums Policies TwoKl.
Require Formulas.
Open Scope R_scope.

(* The clipped surrogate f (rho, A) of Section 2; clip (rho, 1 - c, 1 + c) is the middle one of the three. *)
Definition surrogate (rho A c : R) : R := Rmin (rho * A) (Rmin (Rmax rho (1 - c)) (1 + c) * A).

Lemma bridge_clipped_surrogate rho A c : Formulas.clipped_surrogate rho A c = surrogate rho A c.
Proof. reflexivity. Qed.

Ltac sizes := unfold Rmin, Rmax in *; repeat destruct (Rle_dec _ _); try nra.

(** The case split with ratio and advantage in their places: A min (rho, 1 + c) where A > 0, A max (rho, 1 - c) where
    A < 0. With the two swapped, as printed, it is another function. *)
Theorem e1 : forall c : R, 0 <= c <= 1 ->
  (forall rho A, 0 <= rho -> 0 < A -> surrogate rho A c = A * Rmin rho (1 + c)) /\
  (forall rho A, 0 <= rho -> A < 0 -> surrogate rho A c = A * Rmax rho (1 - c)) /\
  surrogate 3 4 c <> 3 * Rmin 4 (1 + c).
Proof. intros c Hc. unfold surrogate. repeat split; intros; sizes. Qed.

(** For rewards of right and wrong GRPO's clipped surrogate, averaged over the old policy, is the contrastive loss of
    Section 2: the weight of a success times the mean of min (rho, 1 + c) on successes, less the weight of a failure
    times the mean of max (rho, 1 - c) on failures. *)
Theorem section_2 : forall (n : nat) (r : nat -> bool) (p eps c : R) (old rho : nat -> R),
  0 < p < 1 -> 0 < eps -> 0 <= c <= 1 -> (forall i, (i < n)%nat -> 0 <= rho i) ->
  total n (fun i => old i * surrogate (rho i) (whitened r p eps i) c) =
    omega_plus p eps * total n (fun i => old i * Rmin (rho i) (1 + c) * if r i then 1 else 0)
    - omega_minus p eps * total n (fun i => old i * Rmax (rho i) (1 - c) * if r i then 0 else 1).
Proof.
  intros n r p eps c old rho Hp He Hc Hr.
  rewrite <- !total_scale, <- total_minus. apply total_ext. intros i Hi. specialize (Hr i Hi).
  destruct (e1 c Hc) as (E1 & E2 & _). unfold whitened, score.
  assert (S : 0 < sqrt (p * (1 - p) + eps)) by (apply sqrt_lt_R0; nra).
  destruct (r i).
  - rewrite E1; [ring|assumption|]. unfold omega_plus. apply Rdiv_lt_0_compat; lra.
  - rewrite E2; [ring|assumption|]. unfold omega_minus. assert (0 < p / sqrt (p * (1 - p) + eps)); [|lra].
    apply Rdiv_lt_0_compat; lra.
Qed.

Lemma bridge_contrastive_surrogate rho p c eps :
  Formulas.contrastive_surrogate rho 1 p c eps = omega_plus p eps * Rmin rho (1 + c) /\
  Formulas.contrastive_surrogate rho 0 p c eps = - (omega_minus p eps * Rmax rho (1 - c)).
Proof. unfold Formulas.contrastive_surrogate, omega_plus, omega_minus, Rdiv. split; ring. Qed.

(** Read as a conditional expectation, the first display of Section 2.2 lacks the masses: the mean of f over successes
    alone, as an indicator has it, is p times its conditional mean, and 1 - p times for failures. *)
Theorem e2 : forall (n : nat) (r : nat -> bool) (old f : nat -> R),
  policy n old -> 0 < success n r old < 1 ->
  let p := success n r old in
  total n (fun i => old i * f i * if r i then 1 else 0) = p * total n (fun i => given n r true old i * f i) /\
  total n (fun i => old i * f i * if r i then 0 else 1) = (1 - p) * total n (fun i => given n r false old i * f i).
Proof.
  intros n r old f P Hp p. destruct (chance_sides n r old P) as [T F]. unfold given. rewrite T, F. fold p in Hp |- *.
  unfold p in *. split; rewrite <- total_scale; apply total_ext; intros; unfold of_side; destruct (r i); simpl; field; lra.
Qed.

(** The range of the clip must not end at 1: nothing is cut where c is at least 1 and passes the ratio less 1, while up
    to c = 1 a success whose ratio is above 2 still counts as 1 + c at most. *)
Theorem e25 : forall rho A c : R,
  (0 <= rho -> rho - 1 <= c -> 1 <= c -> surrogate rho A c = rho * A) /\
  (2 < rho -> 0 < A -> 0 <= c <= 1 -> surrogate rho A c = (1 + c) * A /\ surrogate rho A c < rho * A).
Proof.
  intros. unfold surrogate. split; intros.
  - rewrite (Rmax_left rho) by lra. rewrite (Rmin_left rho) by lra. apply Rmin_left. lra.
  - rewrite (Rmax_left rho) by lra. rewrite (Rmin_right rho) by lra. rewrite Rmin_right by nra. split; [reflexivity|nra].
Qed.
