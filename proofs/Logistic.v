(* What is used of the logistic function, of its inverse and of Omega. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper.
Open Scope R_scope.

Lemma sigmoid_pos x : 0 < sigmoid x.
Proof. unfold sigmoid. apply Rdiv_lt_0_compat; [lra|]. pose proof (exp_pos (-x)). lra. Qed.

Lemma sigmoid_opp x : sigmoid (- x) = 1 - sigmoid x.
Proof.
  unfold sigmoid. rewrite Ropp_involutive, exp_Ropp.
  pose proof (exp_pos x). field. split; lra.
Qed.

Lemma sigmoid_lt_1 x : sigmoid x < 1.
Proof. pose proof (sigmoid_pos (-x)). rewrite sigmoid_opp in H. lra. Qed.

Lemma logit_sigmoid x : logit (sigmoid x) = x.
Proof.
  unfold logit. replace (sigmoid x / (1 - sigmoid x)) with (exp x).
  - apply ln_exp.
  - rewrite <- sigmoid_opp. unfold sigmoid. rewrite Ropp_involutive, exp_Ropp.
    pose proof (exp_pos x). field. split; lra.
Qed.

Lemma odds_pos p : 0 < p < 1 -> 0 < p / (1 - p).
Proof. intros. apply Rdiv_lt_0_compat; lra. Qed.

Lemma exp_logit p : 0 < p < 1 -> exp (logit p) = p / (1 - p).
Proof. intros. unfold logit. apply exp_ln, odds_pos, H. Qed.

Lemma sigmoid_logit p : 0 < p < 1 -> sigmoid (logit p) = p.
Proof.
  intros. unfold sigmoid. rewrite exp_Ropp, exp_logit by assumption. field. lra.
Qed.

Lemma sigmoid_increasing x y : x < y -> sigmoid x < sigmoid y.
Proof.
  intros. unfold sigmoid. apply Rmult_lt_compat_l; [lra|].
  pose proof (exp_pos (-x)). pose proof (exp_pos (-y)).
  apply Rinv_lt_contravar; [nra|].
  assert (exp (-y) < exp (-x)) by (apply exp_increasing; lra). lra.
Qed.

Lemma sigmoid_le x y : x <= y -> sigmoid x <= sigmoid y.
Proof. intros [H|H]; [left; apply sigmoid_increasing, H | subst; lra]. Qed.

Lemma sigmoid_lt_inv x y : sigmoid x < sigmoid y -> x < y.
Proof.
  intros. destruct (Rlt_or_le x y); [assumption|].
  apply sigmoid_le in H0. lra.
Qed.

Lemma sigmoid_inj x y : sigmoid x = sigmoid y -> x = y.
Proof. intros. rewrite <- (logit_sigmoid x), H. apply logit_sigmoid. Qed.

Lemma sigmoid_0 : sigmoid 0 = / 2.
Proof. unfold sigmoid. rewrite Ropp_0, exp_0. lra. Qed.

Lemma logit_lt x y : 0 < x < 1 -> 0 < y < 1 -> x < y -> logit x < logit y.
Proof. intros. apply sigmoid_lt_inv. rewrite !sigmoid_logit; assumption. Qed.

Lemma logit_inj x y : 0 < x < 1 -> 0 < y < 1 -> logit x = logit y -> x = y.
Proof. intros. rewrite <- (sigmoid_logit x), H1 by assumption. apply sigmoid_logit; assumption. Qed.

Lemma sigmoid_derive x : is_derive sigmoid x (sigmoid x * (1 - sigmoid x)).
Proof.
  unfold sigmoid. pose proof (exp_pos (-x)).
  auto_derive; [lra|]. field. lra.
Qed.

Lemma sigmoid_continuous x : continuous sigmoid x.
Proof. apply (ex_derive_continuous sigmoid). eexists. apply sigmoid_derive. Qed.

Lemma variance_range p : 0 <= p <= 1 -> 0 <= p * (1 - p) <= / 4.
Proof. intros. pose proof (pow2_ge_0 (p - / 2)). split; nra. Qed.

Lemma variance_pos p : 0 < p < 1 -> 0 < p * (1 - p).
Proof. intros. nra. Qed.

Lemma root_pos p eps : 0 <= p <= 1 -> 0 < eps -> 0 < sqrt (p * (1 - p) + eps).
Proof. intros. apply sqrt_lt_R0. pose proof (variance_range p H). lra. Qed.

Lemma Omega_pos p eps : 0 <= p <= 1 -> 0 < eps -> 0 < Omega p eps.
Proof. intros. unfold Omega. apply Rdiv_lt_0_compat; [lra|]. apply root_pos; assumption. Qed.

Lemma Omega_least p eps : 0 <= p <= 1 -> 0 < eps -> 1 / sqrt (/ 4 + eps) <= Omega p eps.
Proof.
  intros. unfold Omega, Rdiv. apply Rmult_le_compat_l; [lra|].
  apply Rinv_le_contravar; [apply root_pos; assumption|].
  apply sqrt_le_1; pose proof (variance_range p H); lra.
Qed.

Lemma Omega_largest p eps : 0 <= p <= 1 -> 0 < eps -> Omega p eps <= 1 / sqrt eps.
Proof.
  intros. unfold Omega, Rdiv. apply Rmult_le_compat_l; [lra|].
  apply Rinv_le_contravar; [apply sqrt_lt_R0; lra|].
  apply sqrt_le_1; pose proof (variance_range p H); lra.
Qed.

(* The map as the paper prints it is the logistic function of the log-odds that the force has moved. *)
Lemma h_log_odds p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  h p_ref beta eps p = sigmoid (logit p_ref + Omega p eps / beta).
Proof.
  intros. unfold h, sigmoid, Omega.
  pose proof (root_pos p eps H2 H1).
  rewrite Ropp_plus_distr, exp_plus, (exp_Ropp (logit p_ref)), exp_logit by assumption.
  replace (- (1 / sqrt (p * (1 - p) + eps) / beta)) with (- (1 / (beta * sqrt (p * (1 - p) + eps)))) by (field; lra).
  replace (/ (p_ref / (1 - p_ref))) with ((1 - p_ref) / p_ref) by (field; lra). reflexivity.
Qed.

Lemma h_range p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> 0 < h p_ref beta eps p < 1.
Proof. intros. rewrite h_log_odds by assumption. split; [apply sigmoid_pos | apply sigmoid_lt_1]. Qed.

Lemma orbit_h_range p_ref beta eps p n :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> 0 <= orbit (h p_ref beta eps) p n <= 1.
Proof.
  intros. induction n; simpl; [assumption|].
  pose proof (h_range p_ref beta eps _ H H0 H1 IHn). lra.
Qed.

Lemma omegas_sum p eps : omega_plus p eps + omega_minus p eps = Omega p eps.
Proof. unfold omega_plus, omega_minus, Omega, Rdiv. ring. Qed.
