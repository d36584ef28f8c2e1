(* Chapter "Policy dynamics": Theorems 1 and 8. *)
Require Import Reals Lra Primitives Paper Logistic Sums Policies.
Open Scope R_scope.

(** For any score A, any anchor and beta > 0, the anchor reweighted by exp (A / beta) is the one maximiser of the
    expected score less beta times the divergence from the anchor, among all policies that the anchor supports. *)
Theorem theorem_8 : forall (n : nat) (A : nat -> R) (beta : R) (anchor : nat -> R),
  policy n anchor -> 0 < beta ->
  only_maximiser n (objective n A beta anchor) anchor (tilt n A beta anchor).
Proof.
  intros n A beta q P Hb.
  pose proof (tilt_policy n A beta q P) as Pt. pose proof (tilt_supported n A beta q P) as St.
  repeat split; try apply Pt; try assumption;
    rewrite (objective_as_divergence n A beta q other), (objective_as_divergence n A beta q (tilt n A beta q))
      by assumption.
  all: assert (Ht : supported n other (tilt n A beta q)) by (intros i Hi Ho; apply tilt_pos; auto).
  all: assert (Hz : KL n (tilt n A beta q) (tilt n A beta q) = 0).
  1,3: rewrite <- (total_0 n); apply total_ext; intros i Hi; destruct Pt as [Hp _];
       destruct (Hp i Hi) as [H1|<-]; [|lra]; replace (tilt n A beta q i / tilt n A beta q i) with 1 by (field; lra);
       rewrite ln_1; lra.
  all: destruct (KL_nonneg n other (tilt n A beta q)) as [K1 K2]; try assumption; rewrite Hz.
  - nra.
  - intros E. apply K2. nra.
Qed.

(** Whatever a success and a failure weigh, the maximiser's log-odds of success are those of the anchor, plus the sum
    of the two weights over beta. (As printed, Theorem 8 lacks this division, here and in the reweighting: E12.) *)
Theorem theorem_8_log_odds : forall (n : nat) (r : nat -> bool) (plus minus beta : R) (anchor : nat -> R),
  policy n anchor -> 0 < success n r anchor < 1 -> 0 < beta ->
  logit (success n r (tilt n (score r plus minus) beta anchor))
    = logit (success n r anchor) + (plus + minus) / beta.
Proof. intros. apply logit_of_tilt; assumption. Qed.

(** GRPO's maximiser, with the weights at the last success rate p: the reference reweighted by exp (omega+ / beta) on a
    success and exp (- omega- / beta) on a failure, over Z as printed. *)
Theorem theorem_1 : forall (n : nat) (r : nat -> bool) (beta eps p : R) (pi_ref : nat -> R),
  policy n pi_ref -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  let Z := success n r pi_ref * exp (omega_plus p eps / beta)
           + (1 - success n r pi_ref) * exp (- omega_minus p eps / beta) in
  only_maximiser n (objective n (whitened r p eps) beta pi_ref) pi_ref
    (fun i => pi_ref i * exp ((if r i then omega_plus p eps else - omega_minus p eps) / beta) / Z).
Proof.
  intros. unfold Z. rewrite <- partition_of_score by assumption.
  exact (theorem_8 n (whitened r p eps) beta pi_ref H H0).
Qed.

(** With the weights of mean-only normalisation, 1 - p and p, in place of the whitened ones, the update's log-odds
    gain 1 / beta whatever p is. For every eps the whitened ones gain another number at some p: it is another recursion, so
    that the weights of mean + variance must be meant. *)
Theorem e23 : forall (n : nat) (r : nat -> bool) (beta eps : R) (pi_ref : nat -> R),
  policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < beta -> 0 < eps ->
  let next A := logit (success n r (tilt n A beta pi_ref)) in
  (forall p, next (score r (1 - p) p) = logit (success n r pi_ref) + 1 / beta) /\
  (exists p, 0 < p < 1 /\ next (whitened r p eps) <> next (score r (1 - p) p)).
Proof.
  intros n r beta eps ref P Hs Hb He next.
  assert (Mean : forall p, next (score r (1 - p) p) = logit (success n r ref) + 1 / beta)
    by (intros; unfold next; rewrite theorem_8_log_odds by assumption; field; lra).
  split; [exact Mean|].
  assert (Other : forall p, 0 < p < 1 -> p * (1 - p) + eps <> 1 -> next (whitened r p eps) <> next (score r (1 - p) p)).
  { intros p Hp N E. rewrite Mean in E. unfold next, whitened in E. rewrite theorem_8_log_odds, omegas_sum in E by assumption.
    pose proof (root_pos p eps ltac:(lra) He) as S. apply N. rewrite <- (sqrt_sqrt (p * (1 - p) + eps)) by nra.
    assert (O : Omega p eps = 1).
    { apply (Rmult_eq_reg_r (/ beta)); [|apply Rinv_neq_0_compat; lra]. unfold Rdiv in E. lra. }
    assert (S1 : sqrt (p * (1 - p) + eps) = 1); [|rewrite S1; ring].
    unfold Omega in O. apply (Rmult_eq_compat_r (sqrt (p * (1 - p) + eps))) in O. field_simplify in O; lra. }
  destruct (Req_dec (/ 2 * (1 - / 2) + eps) 1) as [E|N]; [exists (/ 4)|exists (/ 2)]; (split; [lra|apply Other; lra]).
Qed.
