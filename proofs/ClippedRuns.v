(* Chapter "The clip": a clipped run from the reference stays near its lowest fixed point (B7). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian FixedPoints Signs Ends Clipped.
Open Scope R_scope.

(* The smaller weight is largest at even odds, where it is half of Omega. *)
Lemma smaller_weight p eps : 0 < p < 1 -> 0 < eps ->
  Rmin (omega_plus p eps) (omega_minus p eps) <= / 2 * (1 / sqrt (/ 4 + eps)).
Proof.
  intros Hp He. assert (S4 : 0 < sqrt (/ 4 + eps)) by (apply sqrt_lt_R0; lra).
  assert (K : forall m, 0 < m <= / 2 -> m / sqrt (m * (1 - m) + eps) <= / 2 * (1 / sqrt (/ 4 + eps))).
  { intros m Hm. assert (V : 0 < m * (1 - m)) by (apply Rmult_lt_0_compat; lra).
    assert (S : 0 < sqrt (m * (1 - m) + eps)) by (apply sqrt_lt_R0; lra).
    apply (Rmult_le_reg_r (sqrt (m * (1 - m) + eps) * (2 * sqrt (/ 4 + eps)))); [apply Rmult_lt_0_compat; lra|].
    replace (m / sqrt (m * (1 - m) + eps) * (sqrt (m * (1 - m) + eps) * (2 * sqrt (/ 4 + eps)))) with (2 * m * sqrt (/ 4 + eps))
      by (field; lra).
    replace (/ 2 * (1 / sqrt (/ 4 + eps)) * (sqrt (m * (1 - m) + eps) * (2 * sqrt (/ 4 + eps)))) with (sqrt (m * (1 - m) + eps))
      by (field; lra).
    rewrite <- (sqrt_square (2 * m)) by lra. rewrite <- sqrt_mult by nra. apply sqrt_le_1; [|lra|].
    - apply Rmult_le_pos; nra.
    - assert (0 <= m * (1 - 2 * m)) by (apply Rmult_le_pos; lra). assert (0 <= eps * (1 - 2 * m)) by (apply Rmult_le_pos; lra). nra. }
  destruct (Rle_or_lt p (/ 2)).
  - eapply Rle_trans; [apply Rmin_r|]. apply K. lra.
  - eapply Rle_trans; [apply Rmin_l|]. unfold omega_plus. replace (p * (1 - p)) with ((1 - p) * (1 - (1 - p))) by ring. apply K. lra.
Qed.

Lemma at_most_logit_below L x : at_most_logit L x <= L.
Proof. unfold at_most_logit. destruct (Rlt_dec x 1); [apply Rmin_l|lra]. Qed.

(* Both kinds at work carry an update farther than where it is, and less far than certainty. *)
Lemma first_limit c p : 0 < c < 1 -> 0 < p < 1 -> p < p + c * Rmin p (1 - p) < 1.
Proof.
  intros Hc Hp. pose proof (Rmin_l p (1 - p)). pose proof (Rmin_r p (1 - p)).
  assert (0 < Rmin p (1 - p)) by (apply Rmin_pos; lra). nra.
Qed.

Lemma within_first c x : 0 < c < 1 -> x < logit (sigmoid x + c * Rmin (sigmoid x) (1 - sigmoid x)).
Proof.
  intros Hc. assert (U : 0 < sigmoid x < 1) by (split; [apply sigmoid_pos|apply sigmoid_lt_1]).
  rewrite <- (logit_sigmoid x) at 1. pose proof (first_limit c (sigmoid x) Hc U). apply logit_lt; lra.
Qed.

(* The clipped update goes no farther than that without a clip, and is the same up to the first limit. *)
Lemma clipped_between L_ref beta eps c x : 0 < beta -> 0 < eps -> 0 < c < 1 ->
  let f := F L_ref beta eps x in
  let first := logit (sigmoid x + c * Rmin (sigmoid x) (1 - sigmoid x)) in
  let C := clipped_log_odds (sigmoid x) L_ref beta eps c in
  Rmin f first <= C /\ C <= f /\ (f <= first -> C = f).
Proof.
  intros Hb He Hc f first C. assert (U : 0 < sigmoid x < 1) by (split; [apply sigmoid_pos|apply sigmoid_lt_1]).
  destruct (weights_pos (sigmoid x) eps U He) as [Wp Wm]. pose proof (omegas_sum (sigmoid x) eps) as Os.
  pose proof (Rmin_l (omega_plus (sigmoid x) eps) (omega_minus (sigmoid x) eps)) as M.
  unfold C, clipped_log_odds. set (second := at_most_logit _ (sigmoid x + c * Rmax (sigmoid x) (1 - sigmoid x))).
  assert (Second : second <= f).
  { eapply Rle_trans; [apply at_most_logit_below|]. apply Rplus_le_compat_l, Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|].
    unfold push. lra. }
  assert (Third : L_ref <= f).
  { unfold f, F. assert (0 < push eps x / beta) by (apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]). lra. }
  replace (at_most_logit (L_ref + Omega (sigmoid x) eps / beta) (sigmoid x + c * Rmin (sigmoid x) (1 - sigmoid x)))
    with (Rmin f first).
  2: { unfold at_most_logit. destruct (Rlt_dec (sigmoid x + c * Rmin (sigmoid x) (1 - sigmoid x)) 1); [reflexivity|].
       pose proof (first_limit c (sigmoid x) Hc U). lra. }
  assert (Lf : Rmin f first <= f) by apply Rmin_l.
  split; [|split].
  - eapply Rle_trans; [apply Rmax_l|apply Rmax_l].
  - apply Rmax_lub; [apply Rmax_lub|]; assumption.
  - intros H. rewrite (Rmin_left f first H), (Rmax_left f), Rmax_left by assumption. reflexivity.
Qed.

(** The clip moves no fixed point: the clipped update rests exactly where the recursion does. *)
Theorem b7_fixed : forall p_ref beta eps c p : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 < c < 1 -> 0 < p < 1 ->
  (sigmoid (clipped_log_odds p (logit p_ref) beta eps c) = p <-> p = h p_ref beta eps p).
Proof.
  intros p_ref beta eps c p Hr Hb He Hc Hp. set (x := logit p). assert (S : sigmoid x = p) by apply sigmoid_logit, Hp.
  rewrite <- S. pose proof (within_first c x Hc) as Far.
  destruct (clipped_between (logit p_ref) beta eps c x Hb He Hc) as (A & B & E). split; intros H.
  - apply sigmoid_inj in H. apply fixed_of_defect; try assumption. unfold defect.
    destruct (Rle_or_lt (F (logit p_ref) beta eps x) (logit (sigmoid x + c * Rmin (sigmoid x) (1 - sigmoid x)))) as [Le|Gt].
    + rewrite <- (E Le), H. ring.
    + rewrite Rmin_right in A by lra. lra.
  - rewrite S in H. destruct (F_fixed_iff p_ref beta eps p) as [_ Fx]; try assumption; try lra.
    fold x in Fx. f_equal. rewrite E by lra. exact Fx.
Qed.

(* Above a fixed point of slope below 1 the recursion goes down until the next one. *)
Lemma goes_down L_ref beta eps a t x : 0 < beta -> 0 < eps -> F L_ref beta eps a = a -> defect1 beta eps a < 0 ->
  (forall y, a < y <= t -> defect L_ref beta eps y <> 0) -> a < x <= t -> F L_ref beta eps x < x.
Proof.
  intros Hb He Fa Sl N Hx.
  destruct (crossing L_ref beta eps a (x - a)) as (u & y & _ & Hy & _ & Q); try lra; [unfold defect; lra|].
  assert (defect L_ref beta eps y < 0) by nra.
  assert (0 < defect L_ref beta eps y * defect L_ref beta eps x).
  { apply sign_kept; try lra; [intros z Hz; apply N; lra|apply N; lra]. }
  assert (defect L_ref beta eps x < 0) by nra. unfold defect in *. lra.
Qed.

(** A clipped run from the reference goes no farther than one clip above its lowest fixed point. Let p1 be a fixed point of the recursion of slope
    below 1, and top = p1 + c min (p1, 1 - p1), the farthest that the clip lets an update from p1 go with both kinds at
    work. If no other fixed point lies between p1 and top, no update of the clipped run from p_ref passes top. *)
Theorem b7_lowest : forall p_ref beta eps c p1 : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 < c < 1 -> 0 <= p1 <= 1 ->
  p1 = h p_ref beta eps p1 -> h_slope p_ref beta eps p1 < 1 ->
  let top := p1 + c * Rmin p1 (1 - p1) in
  (forall q, p1 < q <= top -> q <> h p_ref beta eps q) ->
  forall n, orbit (fun p => sigmoid (clipped_log_odds p (logit p_ref) beta eps c)) p_ref n <= top.
Proof.
  intros p_ref beta eps c p1 Hr Hb He Hc H1 F1 Sl top No.
  destruct (F_fixed_iff p_ref beta eps p1) as [I1 E1]; try assumption.
  rewrite slope_of_fixed in Sl by assumption. set (L := logit p_ref) in *. set (a := logit p1) in *.
  assert (Sa : sigmoid a = p1) by (apply sigmoid_logit; assumption).
  assert (Mn : forall p, 0 < p < 1 -> 0 < Rmin p (1 - p) /\ Rmin p (1 - p) <= p /\ Rmin p (1 - p) <= 1 - p).
  { intros p Hp. split; [apply Rmin_pos; lra|]. split; [apply Rmin_l|apply Rmin_r]. }
  assert (Top : 0 < top < 1 /\ p1 < top) by (destruct (Mn p1 I1) as (? & ? & ?); unfold top; split; nra).
  (* The second limit and the reference are below the fixed point, from wherever the update starts. *)
  assert (Low : forall p, 0 < p < 1 ->
    at_most_logit (L + Rmin (omega_plus p eps) (omega_minus p eps) / beta) (p + c * Rmax p (1 - p)) < a /\ L < a).
  { intros p Hp. assert (Oa : 1 / sqrt (/ 4 + eps) <= push eps a) by (apply Omega_least; [apply sigmoid_unit|assumption]).
    assert (S4 : 0 < 1 / sqrt (/ 4 + eps)) by (apply Rdiv_lt_0_compat; [lra|]; apply sqrt_lt_R0; lra).
    pose proof (smaller_weight p eps Hp He) as W. rewrite <- E1. unfold F. split.
    - eapply Rle_lt_trans; [apply at_most_logit_below|]. apply Rplus_lt_compat_l, Rmult_lt_compat_r; [apply Rinv_0_lt_compat, Hb|lra].
    - assert (0 < push eps a / beta) by (apply Rdiv_lt_0_compat; lra). lra. }
  (* Between p1 and top an update without a clip goes down. *)
  assert (Dn : forall x, a < x -> sigmoid x <= top -> F L beta eps x < x).
  { intros x Hx Hxt. apply (goes_down L beta eps a x); try assumption; try lra; [unfold defect1; lra|]. intros y Hy Z.
    apply (No (sigmoid y)); [|apply fixed_of_defect; assumption].
    split; [rewrite <- Sa; apply sigmoid_increasing; lra|]. apply Rle_trans with (sigmoid x); [apply sigmoid_le; lra|exact Hxt]. }
  assert (Lt : forall x, at_most_logit x top <= logit top) by (intros; unfold at_most_logit; destruct (Rlt_dec top 1); [apply Rmin_r|lra]).
  set (f := fun p => sigmoid (clipped_log_odds p L beta eps c)).
  assert (In : forall n, 0 < orbit f p_ref n < 1).
  { intros [|n]; [exact Hr|]. split; [apply sigmoid_pos|apply sigmoid_lt_1]. }
  assert (Step : forall p, 0 < p < 1 -> p <= top -> f p <= top).
  { intros p Hp Hpt. unfold f. rewrite <- (sigmoid_logit top) by lra. apply sigmoid_le.
    destruct (Low p Hp) as [B2 B3]. assert (At : a < logit top) by (apply logit_lt; lra).
    unfold clipped_log_odds. apply Rmax_lub; [apply Rmax_lub|]; try lra.
    destruct (Rle_or_lt p p1) as [Le|Gt].
    - unfold at_most_logit. destruct (Mn p Hp) as (M0 & M1 & M2). set (x := p + c * Rmin p (1 - p)).
      assert (X : 0 < x < 1) by (unfold x; nra). destruct (Rlt_dec x 1); [|lra]. eapply Rle_trans; [apply Rmin_r|].
      assert (Xt : x <= top).
      { unfold x, top, Rmin. destruct (Rle_dec p (1 - p)), (Rle_dec p1 (1 - p1)); nra. }
      destruct Xt as [Xt| ->]; [left; apply logit_lt; lra|lra].
    - eapply Rle_trans; [apply at_most_logit_below|].
      assert (D : F L beta eps (logit p) < logit p).
      { apply Dn; [apply logit_lt; assumption|]. rewrite sigmoid_logit by assumption. exact Hpt. }
      unfold F, push in D. rewrite sigmoid_logit in D by assumption.
      assert (logit p <= logit top) by (destruct Hpt as [Hpt| ->]; [left; apply logit_lt; lra|lra]). lra. }
  induction n; [|apply Step; [apply In|exact IHn]].
  simpl. assert (p_ref < p1); [|lra]. destruct (Low (/ 2) ltac:(lra)) as [_ B].
  rewrite <- Sa, <- (sigmoid_logit p_ref) by assumption. apply sigmoid_increasing, B.
Qed.
