(* Numbers that the book prints, by interval arithmetic on whole numbers: no float is trusted. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian FixedPoints Cycles Fate Ends.
Open Scope R_scope.

Module Digits := SpecificFloat StdZRadix2.
Module Certified := IntervalTactic Digits.
Import Certified.

(* L + 2 / (2 p - 1) has its maximum below even odds where (2 p - 1)^2 = 1/2. *)
Lemma edge_derive L : tip L <> 0 -> is_derive (fun x => x + 2 / tip x) L (1 - 4 * var L / (tip L * tip L)).
Proof. intros. auto_derive; [repeat split; [apply ex_D_tip|assumption]|]. rewrite D_tip. field. assumption. Qed.

Definition edge : R := logit ((1 - / sqrt 2) / 2).

Lemma edge_place : 0 < (1 - / sqrt 2) / 2 < / 2 /\ tip edge = - / sqrt 2.
Proof.
  assert (S : 0 < / sqrt 2 < 1) by (split; interval with (i_prec 30)).
  split; [lra|]. unfold tip, edge. rewrite sigmoid_logit by lra. field.
  apply Rgt_not_eq, sqrt_lt_R0. lra.
Qed.

Lemma edge_negative : edge < 0.
Proof.
  destruct edge_place as [H _]. unfold edge. replace 0 with (logit (/ 2)); [apply logit_lt; lra|].
  rewrite <- sigmoid_0. apply logit_sigmoid.
Qed.

Lemma edge_most L : L < 0 -> L + 2 / tip L <= edge + 2 / tip edge.
Proof.
  intros HL. destruct edge_place as [_ T]. pose proof edge_negative as N.
  assert (Q : / sqrt 2 * / sqrt 2 = / 2).
  { rewrite <- Rinv_mult, sqrt_sqrt by lra. reflexivity. }
  assert (Neg : forall x, x < 0 -> tip x < 0) by (intros x Hx; apply tip_sign, Hx).
  assert (Up : forall x y, x < y -> tip x < tip y) by (intros x y Hxy; unfold tip; apply sigmoid_increasing in Hxy; lra).
  assert (P : forall c, c < 0 -> 0 < tip c * tip c) by (intros c Hc; pose proof (Neg c Hc); nra).
  assert (K : forall c, c < 0 -> (1 - 4 * var c / (tip c * tip c)) * (tip c * tip c) = 2 * (tip c * tip c) - 1).
  { intros c Hc. pose proof (P c Hc). replace (4 * var c) with (1 - tip c * tip c) by (rewrite tip_square; ring). field. nra. }
  destruct (Rtotal_order L edge) as [H|[->|H]]; [|lra|].
  - destruct (MVT_cor2 (fun x => x + 2 / tip x) (fun x => 1 - 4 * var x / (tip x * tip x)) L edge H) as (c & E & I).
    + intros c Hc. apply is_derive_Reals, edge_derive. pose proof (Neg c ltac:(lra)). lra.
    + pose proof (K c ltac:(lra)) as Kc. pose proof (P c ltac:(lra)) as Pc. pose proof (Up c edge ltac:(lra)) as U. rewrite T in U.
      pose proof (Neg c ltac:(lra)). assert (0 < / sqrt 2) by (apply Rinv_0_lt_compat, sqrt_lt_R0; lra).
      assert (/ 2 < tip c * tip c) by nra. assert (0 < 1 - 4 * var c / (tip c * tip c)) by nra. nra.
  - destruct (MVT_cor2 (fun x => x + 2 / tip x) (fun x => 1 - 4 * var x / (tip x * tip x)) edge L H) as (c & E & I).
    + intros c Hc. apply is_derive_Reals, edge_derive. pose proof (Neg c ltac:(lra)). lra.
    + pose proof (K c ltac:(lra)) as Kc. pose proof (P c ltac:(lra)) as Pc. pose proof (Up edge c ltac:(lra)) as U. rewrite T in U.
      pose proof (Neg c ltac:(lra)). assert (0 < / sqrt 2) by (apply Rinv_0_lt_compat, sqrt_lt_R0; lra).
      assert (tip c * tip c < / 2) by nra. assert (1 - 4 * var c / (tip c * tip c) < 0) by nra. nra.
Qed.

Lemma edge_value : edge + 2 / tip edge <= logit (100392 / 10000000).
Proof. destruct edge_place as [_ ->]. unfold edge, logit. interval with (i_prec 60). Qed.

(** For every reference of at least 1.00392 % every orbit converges, from every start, whatever beta and eps are. *)
Theorem b8_everywhere : forall p_ref beta eps p_0 : R,
  100392 / 10000000 <= p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p_0 <= 1 ->
  exists q, 0 <= q <= 1 /\ q = h p_ref beta eps q /\ is_lim_seq (orbit (h p_ref beta eps) p_0) q.
Proof.
  intros p_ref beta eps p_0 Hr Hb He H0. assert (Hr' : 0 < p_ref < 1) by lra.
  apply converge_in_probability; try assumption. intros m Hm Fm.
  destruct (Rle_or_lt (-1) (push1 eps m / beta)) as [|N]; [assumption|exfalso].
  pose proof (tip_sign m) as (T & _). specialize (T Hm). pose proof (var_pos m) as V.
  pose proof (root_pos' eps m ltac:(lra)) as R0. pose proof (root_square eps m ltac:(lra)) as S.
  assert (E : push1 eps m / beta * (2 * (var m + eps) / (var m * tip m)) = push eps m / beta).
  { rewrite push_root, <- S. unfold push1. field. repeat split; lra. }
  assert (A : 2 * (var m + eps) / (var m * tip m) = 2 / tip m + 2 * eps / var m * / tip m) by (field; lra).
  assert (It : / tip m < 0) by (apply Rinv_lt_0_compat, T).
  assert (B : 0 < 2 * eps / var m) by (apply Rdiv_lt_0_compat; lra).
  assert (C : 2 / tip m < 0) by (unfold Rdiv; nra).
  assert (D : - (2 / tip m) < push eps m / beta).
  { rewrite <- E, A. assert (Y : 2 * eps / var m * / tip m < 0) by nra.
    revert N C Y. generalize (push1 eps m / beta) (2 / tip m) (2 * eps / var m * / tip m). intros s c y N C Y. nra. }
  pose proof (edge_most m Hm). pose proof edge_value.
  assert (logit (100392 / 10000000) <= logit p_ref).
  { destruct (proj1 Hr) as [G|G]; [left; apply logit_lt; lra|rewrite <- G; lra]. }
  unfold F in Fm. lra.
Qed.

(* One update of a success rate that is enclosed, on the side where the map falls and where it rises. *)
Lemma enclosed_low p_ref beta eps a b p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= a -> b <= / 2 -> a <= p <= b ->
  h p_ref beta eps b <= h p_ref beta eps p <= h p_ref beta eps a.
Proof.
  intros Hr Hb He Ha Hb2 Hp. destruct (proposition_1_monotonicity p_ref beta eps Hr Hb He) as (_ & M & _).
  split; [destruct (proj2 Hp) as [G| ->]|destruct (proj1 Hp) as [G| <-]]; try lra; left; apply M; lra.
Qed.

Lemma enclosed_high p_ref beta eps a b p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> / 2 <= a -> b <= 1 -> a <= p <= b ->
  h p_ref beta eps a <= h p_ref beta eps p <= h p_ref beta eps b.
Proof.
  intros Hr Hb He Ha Hb2 Hp. destruct (proposition_1_monotonicity p_ref beta eps Hr Hb He) as (_ & _ & M & _).
  split; [destruct (proj1 Hp) as [G| <-]|destruct (proj2 Hp) as [G| ->]]; try lra; left; apply M; lra.
Qed.

(* The fixed point of a map that crosses the diagonal between two rates. *)
Lemma crossing_point p_ref beta eps a b :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= a -> a < b -> b <= 1 ->
  (h p_ref beta eps a - a) * (h p_ref beta eps b - b) < 0 -> exists p, a < p < b /\ p = h p_ref beta eps p.
Proof.
  intros Hr Hb He Ha Hab Hb1 Hs.
  assert (Cl : forall x, a <= x <= b -> continuity_pt (fun p => h p_ref beta eps p - p) x).
  { intros x Hx. apply continuity_pt_minus; [|apply derivable_continuous_pt, derivable_pt_id].
    apply continuity_pt_filterlim, h_continuous; try assumption; lra. }
  destruct (Rlt_or_le (h p_ref beta eps a - a) 0) as [N|N].
  - destruct (Ranalysis5.IVT_interv (fun p => h p_ref beta eps p - p) a b Cl Hab N) as (p & Hp & E); [nra|].
    assert (p <> a) by (intros ->; lra). assert (p <> b) by (intros ->; rewrite E in Hs; lra). exists p. lra.
  - assert (P : 0 < h p_ref beta eps a - a) by (destruct N as [N|N]; [lra|rewrite <- N in Hs; lra]).
    destruct (Ranalysis5.IVT_interv (fun p => - (h p_ref beta eps p - p)) a b) as (p & Hp & E); try lra; try nra.
    + intros x Hx. apply continuity_pt_opp, Cl, Hx.
    + assert (E' : h p_ref beta eps p - p = 0) by lra. assert (p <> a) by (intros ->; lra).
      assert (p <> b) by (intros ->; rewrite E' in Hs; lra). exists p. lra.
Qed.
