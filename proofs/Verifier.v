(* Chapter "A verifier that errs" (B15). *)
Require Import Reals Lra Psatz Primitives Paper Logistic Sums Policies PolicyDynamics.
Require Formulas.
Open Scope R_scope.

Lemma bridge_verifier_push L eps tpr fpr :
  let seen := tpr * sigmoid L + fpr * (1 - sigmoid L) in
  Formulas.verifier_push L eps tpr fpr = (tpr - fpr) * Omega seen eps.
Proof.
  intros seen. unfold Formulas.verifier_push, Omega. rewrite sigmoid_opp. fold seen.
  replace ((1 - tpr) * sigmoid L + (1 - fpr) * (1 - sigmoid L)) with (1 - seen) by (unfold seen; ring). reflexivity.
Qed.

Lemma bridge_true_success p p_ref tpr fpr :
  let seen := tpr * p_ref + fpr * (1 - p_ref) in
  Formulas.true_success p p_ref tpr fpr = tpr * p_ref / seen * p + (1 - tpr) * p_ref / (1 - seen) * (1 - p).
Proof.
  intros seen. unfold Formulas.true_success. replace (fpr + (tpr - fpr) * p_ref) with seen by (unfold seen; ring). reflexivity.
Qed.

(** A verifier accepts a right output with chance tpr and a wrong one with chance fpr, by a coin of its own, and J is tpr
    less fpr. On average over the coins an update pushes the log-odds of true success by J Omega at the accepted share: up
    if J > 0, down if J < 0, not at all if J = 0. And where the mistakes are fixed, true success, as the library has it for an accepted share p,
    is at most the verifier's precision on the reference if J > 0, and equal to it at p = 1. (That there are at most three
    fixed points, and what a large beta does, is not part of this.) *)
Theorem b15 : forall (tpr fpr beta eps : R), 0 <= tpr <= 1 -> 0 <= fpr <= 1 -> 0 < beta -> 0 < eps ->
  (forall (n : nat) (r : nat -> bool) (anchor : nat -> R) (L : R), policy n anchor -> 0 < success n r anchor < 1 ->
    let seen := tpr * sigmoid L + fpr * (1 - sigmoid L) in
    let paid chance := chance * omega_plus seen eps - (1 - chance) * omega_minus seen eps in
    let gain := logit (success n r (tilt n (score r (paid tpr) (- paid fpr)) beta anchor)) - logit (success n r anchor) in
    gain = Formulas.verifier_push L eps tpr fpr / beta /\
    (fpr < tpr -> 0 < gain) /\ (tpr < fpr -> gain < 0) /\ (tpr = fpr -> gain = 0)) /\
  (forall p p_ref, 0 <= p <= 1 -> 0 < p_ref < 1 -> 0 < tpr * p_ref + fpr * (1 - p_ref) < 1 -> fpr < tpr ->
    Formulas.true_success p p_ref tpr fpr <= tpr * p_ref / (tpr * p_ref + fpr * (1 - p_ref)) /\
    Formulas.true_success 1 p_ref tpr fpr = tpr * p_ref / (tpr * p_ref + fpr * (1 - p_ref))).
Proof.
  intros tpr fpr beta eps Ht Hf Hb He. split.
  - intros n r anchor L P Hs seen paid gain.
    assert (I : 0 <= sigmoid L <= 1) by (pose proof (sigmoid_pos L); pose proof (sigmoid_lt_1 L); lra).
    assert (Sn : 0 <= seen <= 1) by (unfold seen; split; nra).
    assert (E : gain = Formulas.verifier_push L eps tpr fpr / beta).
    { unfold gain. rewrite theorem_8_log_odds by assumption. rewrite bridge_verifier_push. fold seen.
      rewrite <- (omegas_sum seen eps). unfold paid. field. lra. }
    rewrite E, bridge_verifier_push. fold seen. pose proof (Omega_pos seen eps Sn He) as O.
    assert (Ib : 0 < Omega seen eps / beta) by (apply Rdiv_lt_0_compat; assumption).
    replace ((tpr - fpr) * Omega seen eps / beta) with ((tpr - fpr) * (Omega seen eps / beta)) by (unfold Rdiv; ring).
    refine (conj eq_refl (conj _ (conj _ _))); intros; nra.
  - intros p p_ref Hp Hr Hs Hj. unfold Formulas.true_success.
    replace (fpr + (tpr - fpr) * p_ref) with (tpr * p_ref + fpr * (1 - p_ref)) by ring.
    set (s := tpr * p_ref + fpr * (1 - p_ref)) in *. split; [|field; lra].
    assert (K : (1 - tpr) * p_ref / (1 - s) <= tpr * p_ref / s).
    { apply (Rmult_le_reg_r (s * (1 - s))); [apply Rmult_lt_0_compat; lra|].
      replace ((1 - tpr) * p_ref / (1 - s) * (s * (1 - s))) with ((1 - tpr) * p_ref * s) by (field; lra).
      replace (tpr * p_ref / s * (s * (1 - s))) with (tpr * p_ref * (1 - s)) by (field; lra).
      assert (p_ref * (s - tpr) <= 0); [|lra]. unfold s. assert (0 <= (tpr - fpr) * (1 - p_ref)) by (apply Rmult_le_pos; lra). nra. }
    set (a := tpr * p_ref / s) in *. set (b := (1 - tpr) * p_ref / (1 - s)) in *. nra.
Qed.
