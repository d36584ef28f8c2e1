(* Chapter "Fate", first half: the Schwarzian derivative of the recursion in log-odds, and what it forbids (B8). *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper Logistic Force.
Require Formulas.
Open Scope R_scope.

(* The recursion in log-odds. *)
Definition F (L_ref beta eps L : R) : R := L_ref + push eps L / beta.

Lemma F_derive L_ref beta eps L : 0 <= eps -> is_derive (F L_ref beta eps) L (push1 eps L / beta).
Proof.
  intros. unfold F. apply (is_derive_ext (fun x => L_ref + scal (/ beta) (push eps x))).
  - intros. unfold scal; simpl; unfold mult; simpl. unfold Rdiv. ring.
  - replace (push1 eps L / beta) with (0 + scal (/ beta) (push1 eps L))
      by (unfold scal; simpl; unfold mult; simpl; unfold Rdiv; ring).
    apply (is_derive_plus (fun _ => L_ref)); [apply (is_derive_const L_ref)|apply is_derive_scal, push_derive, H].
Qed.

(** The Schwarzian derivative F''' / F' - 3/2 (F'' / F')^2 of the recursion in log-odds is what the library computes, and
    it is negative at every L other than 0, for every eps >= 0 and whatever p_ref and beta are. *)
Theorem b8_schwarzian : forall eps L : R, 0 <= eps -> L <> 0 ->
  is_derive (push eps) L (push1 eps L) /\ is_derive (push1 eps) L (push2 eps L) /\
  is_derive (push2 eps) L (push3 eps L) /\
  push3 eps L / push1 eps L - 3 / 2 * (push2 eps L / push1 eps L) ^ 2 = Formulas.schwarzian L eps /\
  Formulas.schwarzian L eps < 0.
Proof.
  intros eps L He HL.
  assert (T : tip L <> 0).
  { pose proof (tip_sign L) as (N & P & _). destruct (Rdichotomy _ _ HL); [specialize (N H)|specialize (P H)]; lra. }
  pose proof (root_pos' eps L He) as R. pose proof (root_square eps L He) as S. pose proof (var_pos L) as V.
  pose proof (tip_square L) as Q.
  refine (conj (push_derive eps L He) (conj (push1_derive eps L He) (conj (push2_derive eps L He) (conj _ _)))).
  - unfold Formulas.schwarzian. rewrite sigmoid_opp. change (sigmoid L * (1 - sigmoid L)) with (var L).
    replace (sigmoid L - (1 - sigmoid L)) with (tip L) by (unfold tip; ring).
    rewrite <- S. unfold push1, push2, push3. generalize dependent (root eps L). intros r Hr Sr.
    generalize dependent (tip L). intros t Ht Q. generalize dependent (var L). intros v V Sv Q.
    replace eps with (r * r - v) by lra. replace v with ((1 - t * t) / 4) by lra.
    field. repeat split; first [assumption | lra].
  - unfold Formulas.schwarzian. rewrite sigmoid_opp. change (sigmoid L * (1 - sigmoid L)) with (var L).
    replace (sigmoid L - (1 - sigmoid L)) with (tip L) by (unfold tip; ring).
    set (u := tip L * tip L) in *. assert (U : 0 < u) by (unfold u; nra).
    assert (U1 : u < 1) by lra.
    set (v := var L) in *. clearbody u v.
    assert (0 < (3 * u * u - 2 * u + 3) * eps * (eps + 2 * v) + (3 - 2 * u) * v * v).
    { assert (0 <= (3 * u * u - 2 * u + 3) * eps * (eps + 2 * v)).
      { apply Rmult_le_pos; [apply Rmult_le_pos|]; nra. }
      assert (0 < (3 - 2 * u) * v * v) by (repeat apply Rmult_lt_0_compat; lra).
      apply Rplus_le_lt_0_compat; assumption. }
    assert (0 < 8 * u * (v + eps) * (v + eps)) by (repeat apply Rmult_lt_0_compat; lra).
    assert (0 < ((3 * u * u - 2 * u + 3) * eps * (eps + 2 * v) + (3 - 2 * u) * v * v) / (8 * u * (v + eps) * (v + eps)))
      by (apply Rdiv_lt_0_compat; assumption).
    unfold Rdiv in *. rewrite Ropp_mult_distr_l_reverse. apply Ropp_lt_gt_0_contravar. assumption.
Qed.
