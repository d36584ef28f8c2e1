(* Chapter "Stability", its second half: Lemma 1, Remark 2, and B1 on folds and flips. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper Logistic SuccessMap.
Open Scope R_scope.

Lemma slope_at_fixed_point p_ref beta eps p :
  p = h p_ref beta eps p ->
  h_slope p_ref beta eps p = p * (1 - p) * (2 * p - 1) / (2 * beta * sqrt (p * (1 - p) + eps) ^ 3).
Proof. intros. unfold h_slope. rewrite <- H. unfold Rdiv. ring. Qed.

Lemma slope_is_B p_ref beta eps p :
  0 < beta -> 0 < eps -> 0 <= p <= 1 -> p = h p_ref beta eps p ->
  (/ 2 <= p -> h_slope p_ref beta eps p = B p eps / beta) /\
  (p <= / 2 -> h_slope p_ref beta eps p = - B p eps / beta).
Proof.
  intros. rewrite slope_at_fixed_point by assumption. pose proof (root_pos p eps H1 H0).
  unfold B. split; intros.
  - rewrite Rabs_right by lra. field. lra.
  - rewrite Rabs_left1 by lra. field. lra.
Qed.

Lemma B_nonneg p eps : 0 <= p <= 1 -> 0 < eps -> 0 <= B p eps.
Proof.
  intros. unfold B. pose proof (root_pos p eps H H0). pose proof (variance_range p H). pose proof (Rabs_pos (2 * p - 1)).
  apply Rmult_le_pos; [nra|]. left. apply Rinv_0_lt_compat. pose proof (pow_lt _ 3 H1). lra.
Qed.

(** At a fixed point the slope has the printed form, and it is below 1 in size exactly where beta exceeds B. *)
Theorem lemma_1 : forall p_ref beta eps p : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> p = h p_ref beta eps p ->
  h_slope p_ref beta eps p = p * (1 - p) * (2 * p - 1) / (2 * beta * sqrt (p * (1 - p) + eps) ^ 3) /\
  (Rabs (h_slope p_ref beta eps p) < 1 <-> B p eps < beta).
Proof.
  intros. split; [apply slope_at_fixed_point; assumption|].
  assert (E : Rabs (h_slope p_ref beta eps p) = B p eps / beta).
  { destruct (slope_is_B p_ref beta eps p H0 H1 H2 H3) as [U D].
    assert (0 <= B p eps / beta).
    { apply Rmult_le_pos; [apply B_nonneg; assumption|left; apply Rinv_0_lt_compat; assumption]. }
    destruct (Rle_or_lt (/ 2) p).
    - rewrite U by assumption. apply Rabs_right. lra.
    - rewrite D by lra. replace (- B p eps / beta) with (- (B p eps / beta)) by (field; lra).
      rewrite Rabs_Ropp. apply Rabs_right. lra. }
  rewrite E. split; intros.
  - apply (Rmult_lt_compat_r beta) in H4; [|assumption].
    replace (B p eps / beta * beta) with (B p eps) in H4 by (field; lra). lra.
  - apply (Rmult_lt_reg_r beta); [assumption|]. replace (B p eps / beta * beta) with (B p eps) by (field; lra). lra.
Qed.

(** A beta above a bound of B over the fixed points of the prompts at hand makes each of them locally stable. *)
Theorem remark_2 : forall (prompt : Type) (p_ref p : prompt -> R) (beta eps bound : R),
  0 < beta -> 0 < eps ->
  (forall q, 0 < p_ref q < 1 /\ 0 <= p q <= 1 /\ p q = h (p_ref q) beta eps (p q)) ->
  (forall q, B (p q) eps <= bound) -> bound < beta ->
  forall q, Rabs (h_slope (p_ref q) beta eps (p q)) < 1.
Proof.
  intros. destruct (H1 q) as (? & ? & ?). apply lemma_1; try assumption. specialize (H2 q). lra.
Qed.

Lemma B_square p eps :
  0 <= p <= 1 -> 0 < eps ->
  27 * eps * (1 + 4 * eps) ^ 2 * (p * (1 - p)) ^ 2 * (1 - 4 * (p * (1 - p))) <= 4 * (p * (1 - p) + eps) ^ 3.
Proof.
  intros. pose proof (variance_range p H). set (v := p * (1 - p)) in *.
  assert (0 <= ((1 + 12 * eps) * v - 2 * eps) ^ 2 * ((4 + 12 * eps) * v + eps)).
  { apply Rmult_le_pos; [apply pow2_ge_0|]. nra. }
  replace (4 * (v + eps) ^ 3) with (27 * eps * (1 + 4 * eps) ^ 2 * v ^ 2 * (1 - 4 * v)
    + ((1 + 12 * eps) * v - 2 * eps) ^ 2 * ((4 + 12 * eps) * v + eps)) by ring. lra.
Qed.

(** The supremum of B over all success rates is 1 / (3 sqrt 3 sqrt eps (1 + 4 eps)), and it is attained: a beta above
    it is enough for every prompt. *)
Theorem remark_2_supremum : forall eps : R, 0 < eps ->
  let top := 1 / (3 * sqrt 3 * sqrt eps * (1 + 4 * eps)) in
  (forall p, 0 <= p <= 1 -> B p eps <= top) /\ (exists p, 0 <= p <= 1 /\ B p eps = top).
Proof.
  intros eps He top.
  assert (S3 : 0 < sqrt 3) by (apply sqrt_lt_R0; lra). assert (Q3 : sqrt 3 * sqrt 3 = 3) by (apply sqrt_sqrt; lra).
  assert (Se : 0 < sqrt eps) by (apply sqrt_lt_R0; lra). assert (Qe : sqrt eps * sqrt eps = eps) by (apply sqrt_sqrt; lra).
  assert (D : 0 < 3 * sqrt 3 * sqrt eps * (1 + 4 * eps)) by (repeat apply Rmult_lt_0_compat; lra).
  assert (T : 0 < top) by (apply Rdiv_lt_0_compat; lra).
  assert (T2 : top * top * (27 * eps * (1 + 4 * eps) ^ 2) = 1).
  { replace (27 * eps) with (9 * (sqrt 3 * sqrt 3) * (sqrt eps * sqrt eps)) by (rewrite Q3, Qe; ring).
    unfold top. field. repeat split; lra. }
  assert (B2 : forall p, 0 <= p <= 1 ->
    B p eps * B p eps * (4 * (p * (1 - p) + eps) ^ 3) = (p * (1 - p)) ^ 2 * (1 - 4 * (p * (1 - p)))).
  { intros p Hp. pose proof (root_pos p eps Hp He) as R0. pose proof (variance_range p Hp).
    assert (Q : sqrt (p * (1 - p) + eps) * sqrt (p * (1 - p) + eps) = p * (1 - p) + eps) by (apply sqrt_sqrt; lra).
    assert (A : Rabs (2 * p - 1) * Rabs (2 * p - 1) = 1 - 4 * (p * (1 - p))).
    { rewrite <- Rabs_mult, Rabs_right; [ring|]. apply Rle_ge. apply (Rle_0_sqr (2 * p - 1)). }
    rewrite <- A. rewrite <- Q at 1. unfold B. field. lra. }
  split.
  - intros p Hp. pose proof (B_square p eps Hp He) as S. pose proof (B2 p Hp) as E.
    pose proof (variance_range p Hp). set (v := p * (1 - p)) in *.
    assert (V3 : 0 < 4 * (v + eps) ^ 3) by (apply Rmult_lt_0_compat; [lra|apply pow_lt; lra]).
    assert (K : 0 < 27 * eps * (1 + 4 * eps) ^ 2).
    { apply Rmult_lt_0_compat; [lra|]. apply pow_lt. lra. }
    assert (B p eps * B p eps <= top * top).
    { apply (Rmult_le_reg_r (4 * (v + eps) ^ 3)); [assumption|]. rewrite E.
      apply (Rmult_le_reg_l (27 * eps * (1 + 4 * eps) ^ 2)); [assumption|].
      replace (27 * eps * (1 + 4 * eps) ^ 2 * (top * top * (4 * (v + eps) ^ 3))) with
        (top * top * (27 * eps * (1 + 4 * eps) ^ 2) * (4 * (v + eps) ^ 3)) by ring.
      rewrite T2. lra. }
    pose proof (B_nonneg p eps Hp He). nra.
  - assert (Hs : 0 <= (1 + 4 * eps) / (1 + 12 * eps) <= 1).
    { split; [left; apply Rdiv_lt_0_compat; lra|]. apply (Rmult_le_reg_r (1 + 12 * eps)); [lra|].
      replace ((1 + 4 * eps) / (1 + 12 * eps) * (1 + 12 * eps)) with (1 + 4 * eps) by (field; lra). lra. }
    set (m := sqrt ((1 + 4 * eps) / (1 + 12 * eps))).
    assert (M : m * m = (1 + 4 * eps) / (1 + 12 * eps)) by (apply sqrt_sqrt; lra).
    assert (M0 : 0 <= m) by (apply sqrt_pos).
    assert (M1 : m <= 1) by nra.
    exists ((1 + m) / 2). assert (Hp : 0 <= (1 + m) / 2 <= 1) by lra. split; [assumption|].
    pose proof (B2 _ Hp) as E. pose proof (B_nonneg _ eps Hp He).
    replace ((1 + m) / 2 * (1 - (1 + m) / 2)) with ((1 - m * m) / 4) in E by field. rewrite M in E.
    set (b := B ((1 + m) / 2) eps) in *.
    assert (b * b = top * top).
    { apply (Rmult_eq_reg_r (27 * eps * (1 + 4 * eps) ^ 2)).
      2: { apply Rgt_not_eq. apply Rmult_lt_0_compat; [lra|]. apply pow_lt. lra. }
      rewrite T2. apply (Rmult_eq_reg_r (4 * ((1 - (1 + 4 * eps) / (1 + 12 * eps)) / 4 + eps) ^ 3)).
      - replace (b * b * (27 * eps * (1 + 4 * eps) ^ 2) * (4 * ((1 - (1 + 4 * eps) / (1 + 12 * eps)) / 4 + eps) ^ 3))
          with (b * b * (4 * ((1 - (1 + 4 * eps) / (1 + 12 * eps)) / 4 + eps) ^ 3) * (27 * eps * (1 + 4 * eps) ^ 2))
          by ring.
        rewrite E. field. lra.
      - apply Rgt_not_eq. apply Rmult_lt_0_compat; [lra|]. apply pow_lt.
        assert (0 <= (1 - (1 + 4 * eps) / (1 + 12 * eps)) / 4) by lra. lra. }
    nra.
Qed.

(* A fixed point in log-odds. *)
Lemma fixed_log_odds p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 < p < 1 ->
  (p = h p_ref beta eps p <-> logit p = logit p_ref + Omega p eps / beta).
Proof.
  intros. rewrite h_log_odds by lra. split; intros.
  - rewrite H3 at 1. apply logit_sigmoid.
  - rewrite <- H3. symmetry. apply sigmoid_logit. assumption.
Qed.

(** A success rate p is a fixed point of slope +1, a fold, exactly if p > 1/2, beta = B (p) and
    logit p_ref = logit p - Omega (p) / B (p); of slope -1, a flip, exactly if p < 1/2 and the same two hold. *)
Theorem b1 : forall p_ref beta eps p : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 < p < 1 ->
  (p = h p_ref beta eps p /\ h_slope p_ref beta eps p = 1 <->
    / 2 < p /\ beta = B p eps /\ logit p_ref = logit p - Omega p eps / B p eps) /\
  (p = h p_ref beta eps p /\ h_slope p_ref beta eps p = - 1 <->
    p < / 2 /\ beta = B p eps /\ logit p_ref = logit p - Omega p eps / B p eps).
Proof.
  intros p_ref beta eps p Hr Hb He Hp.
  assert (Hp' : 0 <= p <= 1) by lra. pose proof (B_nonneg p eps Hp' He) as N.
  assert (K : forall x, x / beta = 1 -> beta = x).
  { intros x E. apply (Rmult_eq_compat_r beta) in E. field_simplify in E; lra. }
  split; split.
  - intros [F S]. destruct (slope_is_B p_ref beta eps p Hb He Hp' F) as [U D].
    assert (P : / 2 < p).
    { destruct (Rle_or_lt p (/ 2)); [|assumption]. rewrite D in S by assumption.
      assert (0 <= B p eps / beta) by (apply Rmult_le_pos; [assumption|left; apply Rinv_0_lt_compat; assumption]).
      replace (- B p eps / beta) with (- (B p eps / beta)) in S by (field; lra). lra. }
    rewrite U in S by lra. apply K in S. rewrite <- S.
    apply fixed_log_odds in F; try assumption. repeat split; lra.
  - intros (P & E & L). rewrite <- E in L. assert (F : p = h p_ref beta eps p) by (apply fixed_log_odds; try assumption; lra).
    split; [assumption|]. destruct (slope_is_B p_ref beta eps p Hb He Hp' F) as [U _].
    rewrite U, <- E by lra. field. lra.
  - intros [F S]. destruct (slope_is_B p_ref beta eps p Hb He Hp' F) as [U D].
    assert (P : p < / 2).
    { destruct (Rle_or_lt (/ 2) p); [|assumption]. rewrite U in S by assumption.
      assert (0 <= B p eps / beta) by (apply Rmult_le_pos; [assumption|left; apply Rinv_0_lt_compat; assumption]). lra. }
    rewrite D in S by lra. replace (- B p eps / beta) with (- (B p eps / beta)) in S by (field; lra).
    assert (S' : B p eps / beta = 1) by lra. apply K in S'. rewrite <- S'.
    apply fixed_log_odds in F; try assumption. repeat split; lra.
  - intros (P & E & L). rewrite <- E in L. assert (F : p = h p_ref beta eps p) by (apply fixed_log_odds; try assumption; lra).
    split; [assumption|]. destruct (slope_is_B p_ref beta eps p Hb He Hp' F) as [_ D].
    rewrite D, <- E by lra. field. lra.
Qed.
