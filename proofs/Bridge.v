(* What the library's functions do, as traced in Formulas.v, is what the paper's definitions say. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper Logistic Force SuccessMap.
Require Formulas.
Open Scope R_scope.

Lemma inv_root x : 1 / sqrt x = / sqrt x.
Proof. unfold Rdiv. ring. Qed.

Lemma bridge_Omega p eps : Formulas.Omega p eps = Omega p eps.
Proof. reflexivity. Qed.

Lemma bridge_omega_plus p eps : Formulas.omega_plus p eps = omega_plus p eps.
Proof. unfold Formulas.omega_plus, omega_plus, Rdiv. ring. Qed.

Lemma bridge_omega_minus p eps : Formulas.omega_minus p eps = omega_minus p eps.
Proof. unfold Formulas.omega_minus, omega_minus, Rdiv. ring. Qed.

Lemma bridge_advantage p eps :
  Formulas.advantage 1 p eps = omega_plus p eps /\ Formulas.advantage 0 p eps = - omega_minus p eps.
Proof. unfold Formulas.advantage, omega_plus, omega_minus, Rdiv. split; ring. Qed.

Lemma bridge_mean_only p eps :
  Formulas.Omega_mean_only p eps = 1 /\ Formulas.omega_plus_mean_only p eps = 1 - p /\
  Formulas.omega_minus_mean_only p eps = p.
Proof.
  unfold Formulas.Omega_mean_only, Formulas.omega_plus_mean_only, Formulas.omega_minus_mean_only. repeat split; ring.
Qed.

Lemma bridge_whitening p eps : Formulas.whitening (p * (1 - p)) eps = Omega p eps.
Proof. reflexivity. Qed.

Lemma bridge_h p p_ref beta eps :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> Formulas.h p p_ref beta eps = h p_ref beta eps p.
Proof. intros. rewrite h_log_odds by assumption. reflexivity. Qed.

Lemma bridge_h_prime p p_ref beta eps :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  Formulas.h_prime p p_ref beta eps = h_slope p_ref beta eps p.
Proof.
  intros. unfold Formulas.h_prime, h_slope. rewrite sigmoid_opp, h_log_odds by assumption. unfold Omega.
  pose proof (root_pos p eps H2 H1). field. lra.
Qed.

Lemma bridge_success_variance L : Formulas.success_variance L = sigmoid L * (1 - sigmoid L).
Proof. unfold Formulas.success_variance. rewrite sigmoid_opp. reflexivity. Qed.

Lemma bridge_effective_beta p beta eps :
  0 < eps -> 0 <= p <= 1 -> Formulas.effective_beta p beta eps = beta * sqrt (p * (1 - p) + eps).
Proof. intros. unfold Formulas.effective_beta. pose proof (root_pos p eps H0 H). field. lra. Qed.

Lemma bridge_force L beta eps : Formulas.force L beta eps = Omega (sigmoid L) eps / beta.
Proof. unfold Formulas.force. rewrite sigmoid_opp. reflexivity. Qed.

Lemma bridge_force_slope L beta eps :
  0 <= eps -> beta <> 0 ->
  is_derive (fun x => Omega (sigmoid x) eps / beta) L (Formulas.force_slope L beta eps).
Proof.
  intros. pose proof (root_pos' eps L H).
  replace (Formulas.force_slope L beta eps) with (push1 eps L / beta).
  - apply (is_derive_ext (fun x => scal (/ beta) (push eps x))).
    + intros. unfold scal; simpl; unfold mult; simpl. unfold push, Rdiv. ring.
    + replace (push1 eps L / beta) with (scal (/ beta) (push1 eps L))
        by (unfold scal; simpl; unfold mult; simpl; unfold Rdiv; ring).
      apply is_derive_scal, push_derive, H.
  - unfold Formulas.force_slope, push1. rewrite sigmoid_opp. change (sigmoid L * (1 - sigmoid L)) with (var L).
    unfold tip. change (sqrt (var L + eps)) with (root eps L).
    field. split; [lra|assumption].
Qed.

Lemma bridge_whitening_slope L eps :
  0 <= eps -> Formulas.whitening_slope (sigmoid L * (1 - sigmoid L)) (2 * sigmoid L - 1) eps = push1 eps L.
Proof.
  intros. pose proof (root_pos' eps L H). unfold Formulas.whitening_slope, push1.
  change (sigmoid L * (1 - sigmoid L)) with (var L). change (2 * sigmoid L - 1) with (tip L).
  change (sqrt (var L + eps)) with (root eps L). field. lra.
Qed.

Lemma bridge_log_partition p p_ref beta eps :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  Formulas.log_partition p p_ref beta eps =
    ln (p_ref * exp (omega_plus p eps / beta) + (1 - p_ref) * exp (- omega_minus p eps / beta)).
Proof.
  intros. change (Formulas.log_partition p p_ref beta eps) with
    (ln p_ref + Formulas.omega_plus p eps / beta - ln (Formulas.h p p_ref beta eps)).
  rewrite bridge_omega_plus, bridge_h by assumption. rewrite h_log_odds by assumption.
  pose proof (root_pos p eps H2 H1). unfold sigmoid. pose proof (omegas_sum p eps).
  assert (E : exp (- (logit p_ref + Omega p eps / beta))
    = (1 - p_ref) / p_ref * exp (- omega_minus p eps / beta) / exp (omega_plus p eps / beta)).
  { rewrite Ropp_plus_distr, exp_plus, exp_Ropp, exp_logit by assumption.
    replace (- (Omega p eps / beta)) with (- omega_minus p eps / beta + - (omega_plus p eps / beta))
      by (rewrite <- H4; field; lra).
    rewrite exp_plus, (exp_Ropp (omega_plus p eps / beta)).
    pose proof (exp_pos (omega_plus p eps / beta)). field. split; lra. }
  rewrite E. set (a := omega_plus p eps / beta). set (b := exp (- omega_minus p eps / beta)).
  assert (0 < b) by apply exp_pos. pose proof (exp_pos a).
  assert (0 < (1 - p_ref) * b) by (apply Rmult_lt_0_compat; lra).
  assert (0 < p_ref * exp a) by (apply Rmult_lt_0_compat; lra).
  replace (1 / (1 + (1 - p_ref) / p_ref * b / exp a)) with (p_ref * exp a * / (p_ref * exp a + (1 - p_ref) * b)).
  2: { field. repeat split; lra. }
  rewrite !ln_mult, ln_Rinv, ln_exp; try lra. apply Rinv_0_lt_compat. lra.
Qed.

Lemma bridge_critical_beta p eps : 0 < eps -> 0 <= p <= 1 -> Formulas.critical_beta p eps = B p eps.
Proof. intros. unfold Formulas.critical_beta, B. pose proof (root_pos p eps H0 H). field. lra. Qed.

Lemma bridge_largest_critical_beta eps :
  0 < eps -> Formulas.largest_critical_beta eps = 1 / (3 * sqrt 3 * sqrt eps * (1 + 4 * eps)).
Proof. intros. unfold Formulas.largest_critical_beta. replace (0 * eps + 3) with 3 by ring. reflexivity. Qed.

Lemma bridge_bifurcation_beta L eps : 0 < eps -> Formulas.bifurcation_beta L eps = B (sigmoid L) eps.
Proof.
  intros. unfold Formulas.bifurcation_beta, B. rewrite sigmoid_opp. change (sigmoid L * (1 - sigmoid L)) with (var L).
  pose proof (root_pos' eps L ltac:(lra)) as R. change (sqrt (var L + eps)) with (root eps L).
  pose proof (var_pos L). replace (sigmoid L - (1 - sigmoid L)) with (2 * sigmoid L - 1) by ring.
  replace (var L * (1 / root eps L) * (1 / root eps L) * (1 / root eps L) * (2 * sigmoid L - 1) / 2 / 1)
    with (var L / (2 * root eps L ^ 3) * (2 * sigmoid L - 1)) by (field; lra).
  rewrite Rabs_mult, (Rabs_right (var L / _)); [field; lra|].
  pose proof (pow_lt _ 3 R). apply Rle_ge. left. apply Rdiv_lt_0_compat; lra.
Qed.

Lemma bridge_bifurcation_reference L eps :
  0 < eps -> Formulas.bifurcation_reference L eps = L - Omega (sigmoid L) eps / B (sigmoid L) eps.
Proof.
  intros. rewrite <- bridge_bifurcation_beta by assumption. unfold Formulas.bifurcation_reference, Omega.
  rewrite sigmoid_opp. unfold Formulas.bifurcation_beta. rewrite sigmoid_opp. reflexivity.
Qed.

Lemma bridge_steps L L_ref beta eps alpha :
  Formulas.step_grpo L L_ref beta eps = L_ref + Omega (sigmoid L) eps / beta /\
  Formulas.step_dr_grpo L L_ref beta eps = L_ref + 1 / beta /\
  Formulas.step_mirror L L_ref beta eps = L + Omega (sigmoid L) eps / beta /\
  Formulas.step_mirror_dr L L_ref beta eps = L + 1 / beta /\
  Formulas.step_two_kl L L_ref beta eps alpha = alpha * L_ref + (1 - alpha) * L + Omega (sigmoid L) eps / beta /\
  Formulas.step_two_kl_dr L L_ref beta eps alpha = alpha * L_ref + (1 - alpha) * L + 1 / beta.
Proof.
  unfold Formulas.step_grpo, Formulas.step_dr_grpo, Formulas.step_mirror, Formulas.step_mirror_dr,
    Formulas.step_two_kl, Formulas.step_two_kl_dr, Omega.
  rewrite sigmoid_opp. repeat split; unfold Rdiv; ring.
Qed.

Lemma bridge_coin_kl L L_ref :
  let p := sigmoid L in let p_ref := sigmoid L_ref in
  Formulas.coin_kl L L_ref = p * ln (p / p_ref) + (1 - p) * ln ((1 - p) / (1 - p_ref)).
Proof.
  intros p p_ref. unfold Formulas.coin_kl. rewrite !sigmoid_opp. fold p p_ref. unfold Rdiv.
  pose proof (sigmoid_pos L). pose proof (sigmoid_lt_1 L). pose proof (sigmoid_pos L_ref). pose proof (sigmoid_lt_1 L_ref).
  fold p p_ref in H, H0, H1, H2.
  rewrite !ln_mult, !ln_Rinv; try lra; apply Rinv_0_lt_compat; lra.
Qed.

Lemma bridge_arc_speed L eps :
  0 <= eps -> Formulas.arc_speed L eps = sqrt (sigmoid L * (1 - sigmoid L)) * Omega (sigmoid L) eps.
Proof. intros. unfold Formulas.arc_speed, Omega. rewrite sigmoid_opp. reflexivity. Qed.
