(* Chapter "Mirror GRPO": the updates follow their differential equation, of which they are Euler's method (B5). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force FixedPoints MirrorClock.
Require Formulas.
Open Scope R_scope.

Lemma exp_rises x y : x <= y -> exp x <= exp y.
Proof. intros [H| ->]; [left; apply exp_increasing, H|lra]. Qed.

Lemma root_least eps x : 0 < eps -> sqrt eps <= root eps x.
Proof. intros. apply sqrt_le_1; pose proof (var_pos x); lra. Qed.

(* Along the log-odds the root changes by a factor of exp (1/2) a nat at most. *)
Lemma root_slow eps x y : 0 < eps -> x <= y -> Rabs (ln (root eps y) - ln (root eps x)) <= / 2 * (y - x).
Proof.
  intros He [Hxy| ->]; [|rewrite Rminus_eq_0, Rabs_R0; lra].
  destruct (MVT_cor2 (fun z => ln (root eps z)) (fun z => - (var z * tip z / (2 * (var z + eps)))) x y Hxy) as (c & E & _).
  { intros z _. apply is_derive_Reals. pose proof (root_pos' eps z ltac:(lra)) as R0. pose proof (root_square eps z ltac:(lra)) as S.
    auto_derive; [split; [apply ex_D_root; lra|split; [exact R0|exact I]]|].
    rewrite D_root by lra. rewrite <- S. field. lra. }
  rewrite E, Rabs_mult, Rabs_Ropp, (Rabs_right (y - x)) by lra. apply Rmult_le_compat_r; [lra|].
  pose proof (var_pos c) as V. pose proof (tip_square c) as T. assert (B : Rabs (tip c) <= 1).
  { apply Rabs_le. assert (0 <= tip c * tip c) by apply Rle_0_sqr. split; nra. }
  unfold Rdiv. rewrite Rabs_mult, Rabs_mult, (Rabs_right (var c)), (Rabs_right (/ _)) by (try lra; left; apply Rinv_0_lt_compat; lra).
  apply (Rmult_le_reg_r (2 * (var c + eps))); [lra|].
  replace (var c * Rabs (tip c) * / (2 * (var c + eps)) * (2 * (var c + eps))) with (var c * Rabs (tip c)) by (field; lra).
  nra.
Qed.

Section Mirror.
Context (beta eps : R) (Hb : 0 < beta) (He : 0 < eps).
Notation T x := (Formulas.clock x eps).
Notation slack := (exp (1 / (2 * beta * sqrt eps))).

(* What one update takes of the equation's time, over 1. *)
Lemma one_step x : / slack <= beta * (T (mirror_step beta eps x) - T x) <= slack.
Proof.
  set (y := mirror_step beta eps x). pose proof (push_pos eps x ltac:(lra)) as Px.
  assert (S : 0 < sqrt eps) by (apply sqrt_lt_R0, He).
  assert (D : y - x = push eps x / beta) by (unfold y, mirror_step; ring).
  assert (0 < push eps x / beta) by (apply Rdiv_lt_0_compat; assumption).
  destruct (clock_rises eps x y ltac:(lra) ltac:(lra)) as (c & I & E). rewrite E, D, push_root.
  pose proof (root_pos' eps x ltac:(lra)) as Rx. pose proof (root_pos' eps c ltac:(lra)) as Rc.
  replace (beta * (root eps c * (1 / root eps x / beta))) with (root eps c / root eps x) by (field; lra).
  assert (B : Rabs (ln (root eps c / root eps x)) <= 1 / (2 * beta * sqrt eps)).
  { unfold Rdiv. rewrite ln_mult, ln_Rinv by (try assumption; apply Rinv_0_lt_compat, Rx).
    eapply Rle_trans; [apply (root_slow eps x c He); lra|].
    replace (1 * / (2 * beta * sqrt eps)) with (/ 2 * (1 / sqrt eps / beta)) by (field; lra).
    apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (y - x); [lra|]. rewrite D.
    apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|]. apply push_bound, He. }
  assert (Q : 0 < root eps c / root eps x) by (apply Rdiv_lt_0_compat; assumption).
  apply Rabs_le_between in B. rewrite <- exp_Ropp, <- (exp_ln (root eps c / root eps x)) by exact Q.
  split; apply exp_rises; lra.
Qed.

Lemma many_steps L_ref n :
  INR n / beta * / slack <= T (orbit (mirror_step beta eps) L_ref n) - T L_ref <= INR n / beta * slack.
Proof.
  induction n; [simpl; lra|]. rewrite S_INR. simpl orbit. set (x := orbit (mirror_step beta eps) L_ref n) in *.
  pose proof (one_step x) as [A B].
  assert (K : forall a b, a <= beta * b -> a / beta <= b).
  { intros a b H. apply (Rmult_le_reg_l beta); [exact Hb|]. replace (beta * (a / beta)) with a by (field; lra). exact H. }
  assert (K' : forall a b, beta * b <= a -> b <= a / beta).
  { intros a b H. apply (Rmult_le_reg_l beta); [exact Hb|]. replace (beta * (a / beta)) with a by (field; lra). exact H. }
  apply K in A. apply K' in B.
  replace ((INR n + 1) / beta * / slack) with (INR n / beta * / slack + / slack / beta)
    by (field; split; [apply Rgt_not_eq, exp_pos|lra]).
  replace ((INR n + 1) / beta * slack) with (INR n / beta * slack + slack / beta) by (field; lra). lra.
Qed.
End Mirror.

(** The updates of the mirror follow dL/dn = Omega / beta for large beta. Let L be a solution from L_ref. By the clock, the
    equation's own time, n updates come to n / beta up to a factor exp (1 / (2 beta sqrt eps)) either way, while the
    solution comes to n / beta exactly; so after n updates the two differ by at most
    n / beta (exp (1 / (2 beta sqrt eps)) - 1) / sqrt eps nats, which tends to 0 as beta grows and n / beta is kept. *)
Theorem b5_euler : forall (beta eps L_ref : R) (L : R -> R), 0 < beta -> 0 < eps ->
  L 0 = L_ref -> (forall t, is_derive L t (push eps (L t) / beta)) ->
  let slack := exp (1 / (2 * beta * sqrt eps)) in
  forall n, let mirror := orbit (mirror_step beta eps) L_ref n in
    Formulas.clock (L (INR n)) eps - Formulas.clock L_ref eps = INR n / beta /\
    INR n / beta / slack <= Formulas.clock mirror eps - Formulas.clock L_ref eps <= INR n / beta * slack /\
    Rabs (mirror - L (INR n)) <= INR n / beta * (slack - 1) / sqrt eps.
Proof.
  intros beta eps L_ref L Hb He L0 D slack n mirror.
  assert (S : 0 < sqrt eps) by (apply sqrt_lt_R0, He).
  pose proof (many_steps beta eps Hb He L_ref n) as M. fold mirror in M.
  assert (Time : Formulas.clock (L (INR n)) eps - Formulas.clock L_ref eps = INR n / beta).
  { set (u := fun t => Formulas.clock (L t) eps - t / beta).
    assert (Still : forall a b, a < b -> u b = u a).
    { intros a b H. destruct (MVT_cor2 u (fun _ => 0) a b H) as (c & E & _); [|lra]. intros t _. apply is_derive_Reals.
      replace 0 with (push eps (L t) / beta * root eps (L t) - / beta).
      2: { rewrite push_root. pose proof (root_pos' eps (L t) ltac:(lra)). field. lra. }
      apply (is_derive_minus (fun v => Formulas.clock (L v) eps) (fun v => v / beta)).
      - exact (is_derive_comp (fun x => Formulas.clock x eps) L t _ _ (clock_derive eps (L t) ltac:(lra)) (D t)).
      - auto_derive; [exact I|]. field. lra. }
    pose proof (pos_INR n). pose proof (Still (-1) (INR n) ltac:(lra)). pose proof (Still (-1) 0 ltac:(lra)).
    unfold u in *. rewrite L0 in *. lra. }
  split; [exact Time|]. split; [exact M|].
  assert (Sl : 1 <= slack).
  { apply Rle_trans with (exp 0); [rewrite exp_0; lra|]. apply exp_rises. left. apply Rdiv_lt_0_compat; [lra|]. repeat apply Rmult_lt_0_compat; lra. }
  assert (N : 0 <= INR n / beta) by (apply Rmult_le_pos; [apply pos_INR|left; apply Rinv_0_lt_compat, Hb]).
  assert (Gap : Rabs (Formulas.clock mirror eps - Formulas.clock (L (INR n)) eps) <= INR n / beta * (slack - 1)).
  { apply Rabs_le. destruct M as [A B]. fold slack in A, B. split; [|lra].
    assert (INR n / beta * (1 - / slack) <= INR n / beta * (slack - 1)); [|lra].
    apply Rmult_le_compat_l; [exact N|]. assert (slack * / slack = 1) by (field; lra).
    assert (0 < / slack) by (apply Rinv_0_lt_compat; lra). nra. }
  apply (Rmult_le_reg_r (sqrt eps)); [exact S|].
  replace (INR n / beta * (slack - 1) / sqrt eps * sqrt eps) with (INR n / beta * (slack - 1)) by (field; lra).
  eapply Rle_trans; [|exact Gap].
  assert (Steep : forall x y, x < y -> (y - x) * sqrt eps <= Formulas.clock y eps - Formulas.clock x eps).
  { intros x y H. destruct (clock_rises eps x y ltac:(lra) H) as (c & _ & E). rewrite E. pose proof (root_least eps c He). nra. }
  set (z := L (INR n)). destruct (Rtotal_order mirror z) as [H|[H|H]].
  - specialize (Steep mirror z H). assert (0 < (z - mirror) * sqrt eps) by (apply Rmult_lt_0_compat; lra).
    rewrite (Rabs_left (mirror - z)), (Rabs_left (_ - _)) by lra. lra.
  - rewrite H, !Rminus_eq_0, Rabs_R0. lra.
  - specialize (Steep z mirror H). assert (0 < (mirror - z) * sqrt eps) by (apply Rmult_lt_0_compat; lra).
    rewrite (Rabs_right (mirror - z)), (Rabs_right (_ - _)) by lra. lra.
Qed.
