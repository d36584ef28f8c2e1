(* Chapter "Two penalties": the slope of the whitened step in log-odds, and where its run from the reference never falls. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper Logistic Force Stability TwoKlOrbits.
Open Scope R_scope.

Lemma step_derive alpha beta eps L_ref L :
  0 < eps -> 0 < beta -> is_derive (step (push eps) alpha beta L_ref) L ((1 - alpha) + push1 eps L / beta).
Proof.
  intros He Hb. unfold step.
  apply (is_derive_plus (fun x => alpha * L_ref + (1 - alpha) * x) (fun x => push eps x / beta)).
  - auto_derive; [exact I|ring].
  - apply (is_derive_ext (fun x => / beta * push eps x)); [intros; apply Rmult_comm|].
    replace (push1 eps L / beta) with (/ beta * push1 eps L) by (unfold Rdiv; ring).
    apply is_derive_scal, push_derive. lra.
Qed.

Lemma push1_bound eps L : 0 < eps -> Rabs (push1 eps L) <= 1 / (3 * sqrt 3 * sqrt eps * (1 + 4 * eps)).
Proof.
  intros He. destruct (remark_2_supremum eps He) as [Sup _]. specialize (Sup (sigmoid L) (sigmoid_unit L)).
  replace (Rabs (push1 eps L)) with (B (sigmoid L) eps); [exact Sup|].
  unfold push1, B. change (sigmoid L * (1 - sigmoid L)) with (var L). change (2 * sigmoid L - 1) with (tip L).
  change (sqrt (var L + eps)) with (root eps L). pose proof (pow_lt _ 3 (root_pos' eps L ltac:(lra))). pose proof (var_pos L).
  unfold Rdiv. rewrite !Rabs_mult, (Rabs_right (var L)), (Rabs_right (/ _)) by (try lra; left; apply Rinv_0_lt_compat; lra).
  reflexivity.
Qed.

(** Mean + variance with two penalties, from the reference, never falls where (1 - alpha) beta is at least the supremum
    of B. *)
Theorem e16_whitened : forall alpha beta eps L_ref : R, 0 < alpha < 1 -> 0 < beta -> 0 < eps ->
  1 / (3 * sqrt 3 * sqrt eps * (1 + 4 * eps)) <= (1 - alpha) * beta ->
  forall n, let L k := orbit (step (push eps) alpha beta L_ref) L_ref k in L n <= L (S n).
Proof.
  intros alpha beta eps L_ref Ha Hb He Top n L. set (f := step (push eps) alpha beta L_ref) in *.
  assert (Up : forall x y, x <= y -> f x <= f y).
  { intros x y [H| ->]; [|lra].
    destruct (MVT_cor2 f (fun z => (1 - alpha) + push1 eps z / beta) x y H) as (c & E & _).
    { intros. apply is_derive_Reals, step_derive; assumption. }
    pose proof (push1_bound eps c He) as S. apply Rabs_le_between in S.
    assert (0 <= (1 - alpha) + push1 eps c / beta); [|nra].
    apply (Rmult_le_reg_r beta); [assumption|].
    replace (((1 - alpha) + push1 eps c / beta) * beta) with ((1 - alpha) * beta + push1 eps c) by (field; lra). lra. }
  unfold L. induction n; [|simpl in IHn |- *; apply Up, IHn].
  simpl. unfold f, step. assert (0 < push eps L_ref / beta) by (apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]). lra.
Qed.
