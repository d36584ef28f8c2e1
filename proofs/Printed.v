(* Chapters "Stability" and "Amplification": two numbers that the book prints, and where a fixed point is near 1 (E4). *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic SuccessMap Stability Certificates.
Open Scope R_scope.
Import Certified.

(** Figure 4, at eps = 0.00001. Between 0.01 and 0.99, where the paper draws it, B is at most 4.93, and comes to 4.91 or
    more at the ends; its largest value over all success rates is between 60.85 and 60.86. *)
Theorem figure_4 :
  let eps := 1 / 100000 in
  (forall p, 1 / 100 <= p <= 99 / 100 -> B p eps <= 493 / 100) /\
  491 / 100 <= B (1 / 100) eps /\ 491 / 100 <= B (99 / 100) eps /\
  (exists p, 0 <= p <= 1 /\ 6085 / 100 <= B p eps <= 6086 / 100 /\ forall q, 0 <= q <= 1 -> B q eps <= B p eps).
Proof.
  intros eps. unfold eps. refine (conj _ (conj _ (conj _ _))).
  - intros p Hp. unfold B. interval with (i_prec 50, i_bisect p, i_depth 25).
  - unfold B. interval with (i_prec 60).
  - unfold B. interval with (i_prec 60).
  - destruct (remark_2_supremum (1 / 100000) ltac:(lra)) as [Most (p & Hp & E)]. exists p. rewrite E.
    refine (conj Hp (conj _ Most)). split; interval with (i_prec 60).
Qed.

(** The success rate 1 has a fixed point beside it, no farther than d = (1 - p_ref) / p_ref exp (- 1 / (beta sqrt (2 eps))),
    wherever d is at most eps, and eps at most 1; but not everywhere: at p_ref = 0.3, beta = 2 and eps = 0.01 every fixed point is between
    0.53 and 0.54. *)
Theorem e4_near :
  (forall p_ref beta eps : R, 0 < p_ref < 1 -> 0 < beta -> 0 < eps <= 1 ->
    let d := (1 - p_ref) / p_ref * exp (- (1 / (beta * sqrt (2 * eps)))) in
    d <= eps -> exists p, 1 - d <= p < 1 /\ p = h p_ref beta eps p) /\
  (forall p, 0 <= p <= 1 -> p = h (3 / 10) 2 (1 / 100) p -> 53 / 100 < p < 54 / 100).
Proof.
  split.
  - intros p_ref beta eps Hr Hb He d Hd.
    assert (O : 0 < (1 - p_ref) / p_ref) by (apply Rdiv_lt_0_compat; lra).
    assert (D : 0 < d) by (apply Rmult_lt_0_compat; [exact O|apply exp_pos]).
    assert (Dd : d = (1 - p_ref) / p_ref * exp (- (1 / (beta * sqrt (2 * eps))))) by reflexivity. clearbody d.
    assert (Up : 1 - d <= h p_ref beta eps (1 - d)).
    { assert (R : 0 < sqrt ((1 - d) * (1 - (1 - d)) + eps)) by (apply root_pos; lra).
      assert (S : sqrt ((1 - d) * (1 - (1 - d)) + eps) <= sqrt (2 * eps)) by (apply sqrt_le_1; nra).
      assert (E : exp (- (1 / (beta * sqrt ((1 - d) * (1 - (1 - d)) + eps)))) <= exp (- (1 / (beta * sqrt (2 * eps))))).
      { assert (K : 1 / (beta * sqrt (2 * eps)) <= 1 / (beta * sqrt ((1 - d) * (1 - (1 - d)) + eps))).
        { unfold Rdiv. apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; [apply Rmult_lt_0_compat; assumption|].
          apply Rmult_le_compat_l; lra. }
        destruct K as [K|K]; [left; apply exp_increasing; lra|rewrite K; lra]. }
      unfold h. set (x := (1 - p_ref) / p_ref * exp (- (1 / (beta * sqrt ((1 - d) * (1 - (1 - d)) + eps))))) in *.
      assert (0 < x) by (apply Rmult_lt_0_compat; [exact O|apply exp_pos]).
      assert (x <= d) by (unfold x; rewrite Dd at 3; apply Rmult_le_compat_l; [lra|exact E]).
      apply (Rmult_le_reg_r (1 + x)); [lra|]. replace (1 / (1 + x) * (1 + x)) with 1 by (field; lra). nra. }
    destruct Up as [Up|Up].
    + assert (h p_ref beta eps 1 < 1) by (apply h_range; lra).
      destruct (crossing_point p_ref beta eps (1 - d) 1) as (p & Hp & E); try lra; [|exists p; split; [lra|exact E]].
      assert (0 < (h p_ref beta eps (1 - d) - (1 - d)) * (1 - h p_ref beta eps 1)) by (apply Rmult_lt_0_compat; lra). lra.
    + exists (1 - d). split; [lra|exact Up].
  - intros p Hp E. split; apply Rnot_le_lt; intros H.
    + assert (0 < h (3 / 10) 2 (1 / 100) p - p); [|lra]. unfold h. interval with (i_prec 40, i_bisect p, i_depth 25).
    + assert (h (3 / 10) 2 (1 / 100) p - p < 0); [|lra]. unfold h. interval with (i_prec 40, i_bisect p, i_depth 25).
Qed.
