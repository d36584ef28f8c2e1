(* Runs that the book prints, followed by interval arithmetic on whole numbers: E7 and E22. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic Force SuccessMap Stability FixedPoints Fate Ends TwoKlOrbits Damped Certificates.
Open Scope R_scope.
Import Certified.

Local Notation f5 := (h (1 / 10000) 5 (1 / 100000)).
Ltac by_digits := unfold h; interval with (i_prec 80).

(** The start decides. At beta = 5, p_ref = 0.0001 and eps = 0.00001 the run from the reference is above 0.999999 from its
    second update on, while the run from 0.1, as the panel of Figure 5 has it, stays between 0.00014 and 0.9998 for ever. *)
Theorem e7 :
  let f := h (1 / 10000) 5 (1 / 100000) in
  (forall n, 999999 / 1000000 <= orbit f (1 / 10000) (S (S n))) /\
  (forall n, 14 / 100000 <= orbit f (1 / 10) n <= 9998 / 10000).
Proof.
  intros f. subst f.
  assert (Lo : forall a b x, 0 <= a -> b <= / 2 -> a <= x <= b -> f5 b <= f5 x <= f5 a)
    by (intros; apply enclosed_low; try assumption; lra).
  assert (Hi : forall a b x, / 2 <= a -> b <= 1 -> a <= x <= b -> f5 a <= f5 x <= f5 b)
    by (intros; apply enclosed_high; try assumption; lra).
  split.
  - assert (K : forall x, 0 <= x <= 1 -> 99994 / 100000 <= x -> 999999 / 1000000 <= f5 x).
    { intros x Hx Hl. destruct (Hi (99994 / 100000) 1 x) as [A _]; try lra.
      assert (999999 / 1000000 <= f5 (99994 / 100000)) by by_digits. lra. }
    assert (R : forall n, 0 <= orbit f5 (1 / 10000) n <= 1) by (intros; apply orbit_h_range; lra).
    intros n. induction n as [|n IH].
    + apply K; [apply (R 1%nat)|]. change (orbit f5 (1 / 10000) 1) with (f5 (1 / 10000)). by_digits.
    + apply K; [apply (R (S (S n)))|]. apply Rle_trans with (999999 / 1000000); [lra|exact IH].
  - induction n; [simpl; lra|]. simpl. set (x := orbit f5 (1 / 10) n) in *.
    assert (M : 14 / 100000 <= f5 (/ 2)) by by_digits.
    assert (T1 : f5 (14 / 100000) <= 9998 / 10000) by by_digits. assert (T2 : f5 (9998 / 10000) <= 9998 / 10000) by by_digits.
    destruct (Rle_or_lt x (/ 2)).
    + destruct (Lo (14 / 100000) x x) as [_ A]; try lra. destruct (Lo x (/ 2) x) as [B _]; lra.
    + destruct (Hi x (9998 / 10000) x) as [_ A]; try lra. destruct (Hi (/ 2) x x) as [B _]; lra.
Qed.

(** Two penalties with mean + variance. The slope of the map in log-odds, (1 - alpha) + Omega' / beta, is at most
    1 - alpha + sup B / beta in size, which is below 1 where alpha beta exceeds the supremum of B; but not everywhere: at
    alpha = 0.9, beta = 10/3, p_ref = 0.001 and eps = 0.00001 there is a fixed point at which it is below -1. *)
Theorem e22 :
  (forall alpha beta eps L_ref L, 0 < eps -> 0 < beta ->
    is_derive (step (push eps) alpha beta L_ref) L ((1 - alpha) + push1 eps L / beta)) /\
  (forall alpha beta eps L, 0 < eps -> 0 < alpha < 1 -> 0 < beta ->
    let top := 1 / (3 * sqrt 3 * sqrt eps * (1 + 4 * eps)) in
    Rabs ((1 - alpha) + push1 eps L / beta) <= 1 - alpha + top / beta /\
    (top < alpha * beta -> 1 - alpha + top / beta < 1)) /\
  (exists p, 0 < p < 1 /\ step (push (1 / 100000)) (9 / 10) (10 / 3) (logit (1 / 1000)) (logit p) = logit p /\
    (1 - 9 / 10) + push1 (1 / 100000) (logit p) / (10 / 3) < - (1)).
Proof.
  split; [|split].
  - intros. apply step_derive; assumption.
  - intros alpha beta eps L He Ha Hb top. pose proof (Rinv_0_lt_compat beta Hb) as Ib.
    pose proof (push1_bound eps L He) as Sup. fold top in Sup.
    split.
    + eapply Rle_trans; [apply Rabs_triang|]. rewrite (Rabs_right (1 - alpha)) by lra. apply Rplus_le_compat_l.
      unfold Rdiv. rewrite Rabs_mult, (Rabs_right (/ beta)) by lra. apply Rmult_le_compat_r; lra.
    + intros H. assert (top / beta < alpha); [|lra]. apply (Rmult_lt_reg_r beta); [assumption|].
      replace (top / beta * beta) with top by (field; lra). lra.
  - destruct (crossing_point (1 / 1000) 3 (1 / 100000) (151 / 10000) (152 / 10000)) as (p & Hp & E); try lra.
    { unfold h. interval with (i_prec 60). }
    exists p. assert (Ip : 0 < p < 1) by lra. split; [exact Ip|].
    destruct (F_fixed_iff (1 / 1000) 3 (1 / 100000) p) as [_ Fx]; try lra; try exact E.
    split.
    + unfold step. unfold Schwarzian.F in Fx. replace (push (1 / 100000) (logit p) / (10 / 3)) with
        (9 / 10 * (push (1 / 100000) (logit p) / 3)) by field. lra.
    + unfold push1, var, tip, root, var. rewrite sigmoid_logit by assumption.
      assert (Bd : 151 / 10000 <= p <= 152 / 10000) by lra.
      interval with (i_prec 60, i_bisect p).
Qed.
