(* Chapter "Finite groups": sampled runs without sampling (B16). *)
Require Import Reals Lra Lia Psatz Primitives Paper Logistic Sums Policies PolicyDynamics Groups.
Open Scope R_scope.

(* The mean of u over where the next group takes a run that stands at log-odds L. *)
Definition next_mean (G : nat) (beta eps L_ref : R) (u : R -> R) (L : R) : R :=
  mean (sigmoid L) G (fun k => u (L_ref + group_push G (sigmoid L) eps k / beta)).

(* The mean of u over where a run is after n updates: over its place after all updates but one, the mean over the last. *)
Fixpoint mean_after (G : nat) (beta eps L_ref : R) (n : nat) (u : R -> R) (L : R) : R :=
  match n with O => u L | S m => mean_after G beta eps L_ref m (next_mean G beta eps L_ref u) L end.

(* The book's recursion, by the first update. *)
Fixpoint recursion (G : nat) (beta eps L_ref : R) (n : nat) (u : R -> R) : R -> R :=
  match n with O => u | S m => next_mean G beta eps L_ref (recursion G beta eps L_ref m u) end.

(** The mean of any function of the log-odds after n updates on groups of G is the recursion's n-th function at the start. And an
    update of the run is the exact maximiser for its group: with k successes of G, and all successes moved alike and all
    failures, it has the log-odds L_ref + S / beta. *)
Theorem b16 : forall (G : nat) (beta eps : R), (1 <= G)%nat -> 0 < beta -> 0 < eps ->
  (forall L_ref n u L, mean_after G beta eps L_ref n u L = recursion G beta eps L_ref n u L) /\
  (forall (n : nat) (r : nat -> bool) (pi_ref : nat -> R) (p : R) (k : nat),
    policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < p < 1 -> (k <= G)%nat ->
    let p_hat := INR k / INR G in
    let A := score r (p_hat * omega_plus p_hat eps / p) ((1 - p_hat) * omega_minus p_hat eps / (1 - p)) in
    only_maximiser n (objective n A beta pi_ref) pi_ref (tilt n A beta pi_ref) /\
    logit (success n r (tilt n A beta pi_ref)) = logit (success n r pi_ref) + group_push G p eps k / beta).
Proof.
  intros G beta eps HG Hb He. split.
  - intros L_ref n. induction n; intros u L; [reflexivity|]. simpl. rewrite IHn. clear IHn. revert L.
    induction n; intros L; [reflexivity|]. simpl. unfold next_mean at 1 3. apply mean_ext. intros. apply IHn.
  - intros n r ref p k P Hs Hp Hk p_hat A. split; [apply theorem_8; assumption|].
    unfold A. rewrite theorem_8_log_odds by assumption. f_equal. f_equal. unfold group_push. fold p_hat.
    pose proof (omegas_sum p_hat eps). unfold omega_plus, omega_minus, Omega, Rdiv in *. set (y := / sqrt (p_hat * (1 - p_hat) + eps)).
    field. lra.
Qed.
