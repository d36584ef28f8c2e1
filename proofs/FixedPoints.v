(* Chapter "Stability": how many fixed points there are (B2), by Rolle's theorem twice. *)
Require Import Reals Ranalysis5 Lra Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian.
Open Scope R_scope.

(* By how much one update moves the log-odds, and the slope of that. *)
Definition defect (L_ref beta eps L : R) : R := F L_ref beta eps L - L.
Definition defect1 (beta eps L : R) : R := push1 eps L / beta - 1.

Lemma defect_derive L_ref beta eps L : 0 <= eps -> is_derive (defect L_ref beta eps) L (defect1 beta eps L).
Proof.
  intros. unfold defect, defect1.
  apply (is_derive_minus (F L_ref beta eps) (fun x => x)); [apply F_derive, H|apply (is_derive_id L)].
Qed.

Lemma defect1_derive beta eps L : 0 <= eps -> is_derive (defect1 beta eps) L (push2 eps L / beta).
Proof.
  intros. unfold defect1. replace (push2 eps L / beta) with (scal (/ beta) (push2 eps L) - 0)
    by (unfold scal; simpl; unfold mult; simpl; unfold Rdiv; ring).
  apply (is_derive_minus (fun x => push1 eps x / beta) (fun _ => 1)); [|apply (is_derive_const 1)].
  apply (is_derive_ext (fun x => scal (/ beta) (push1 eps x))).
  - intros. unfold scal; simpl; unfold mult; simpl. unfold Rdiv. ring.
  - apply is_derive_scal, push1_derive, H.
Qed.

Lemma F_continuous L_ref beta eps L : 0 <= eps -> continuous (F L_ref beta eps) L.
Proof. intros. apply (ex_derive_continuous (F L_ref beta eps)). eexists. apply F_derive, H. Qed.

Lemma defect_continuous L_ref beta eps L : 0 <= eps -> continuity_pt (defect L_ref beta eps) L.
Proof.
  intros. apply continuity_pt_filterlim. apply (ex_derive_continuous (defect L_ref beta eps)).
  eexists. apply defect_derive, H.
Qed.

(* Rolle: between two zeros of a function lies a zero of its derivative. *)
Lemma rolle (f f1 : R -> R) a b :
  (forall x, is_derive f x (f1 x)) -> a < b -> f a = f b -> exists c, a < c < b /\ f1 c = 0.
Proof.
  intros Hd Hab E. destruct (MVT_cor2 f f1 a b Hab) as (c & Hc & Hi).
  - intros. apply is_derive_Reals, Hd.
  - exists c. split; [assumption|]. rewrite E, Rminus_eq_0 in Hc. nra.
Qed.

Lemma push1_sign eps L : 0 <= eps -> (L < 0 -> push1 eps L < 0) /\ (0 < L -> 0 < push1 eps L) /\ push1 eps 0 = 0.
Proof.
  intros. pose proof (var_pos L) as V. pose proof (tip_sign L) as (N & P & Z).
  pose proof (pow_lt _ 3 (root_pos' eps L H)) as R3. unfold push1. repeat split; intros.
  - specialize (N H0). apply Ropp_lt_cancel. rewrite Ropp_0.
    replace (- (var L * tip L / (2 * root eps L ^ 3))) with (var L * - tip L / (2 * root eps L ^ 3)) by (unfold Rdiv; ring).
    apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra.
  - specialize (P H0). apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra.
  - rewrite Z. unfold Rdiv. ring.
Qed.

Lemma defect1_zero_positive beta eps L : 0 <= eps -> 0 < beta -> defect1 beta eps L = 0 -> 0 < L.
Proof.
  intros He Hb E. destruct (Rlt_or_le 0 L) as [|N]; [assumption|]. unfold defect1 in E.
  assert (push1 eps L <= 0).
  { destruct N as [N|N]; [left; apply push1_sign; assumption|]. subst. right. apply (push1_sign eps 0 He). }
  assert (push1 eps L / beta <= 0) by (unfold Rdiv; pose proof (Rinv_0_lt_compat beta Hb); nra). lra.
Qed.

(* The curvature is 0 at one place above even odds at most. *)
Lemma inflection_unique eps L M : 0 < eps -> 0 < L -> 0 < M -> push2 eps L = 0 -> push2 eps M = 0 -> L = M.
Proof.
  intros He HL HM EL EM.
  assert (V : forall x, push2 eps x = 0 -> var x * (1 + 12 * eps) = 2 * eps).
  { intros x E. unfold push2 in E. pose proof (var_pos x). pose proof (pow_lt _ 5 (root_pos' eps x ltac:(lra))) as R5.
    pose proof (Rinv_0_lt_compat (4 * root eps x ^ 5) ltac:(lra)). unfold Rdiv in E.
    apply Rmult_integral in E. destruct E as [E|E]; [|lra]. apply Rmult_integral in E. destruct E; lra. }
  apply V in EL. apply V in EM. assert (E : var L = var M) by nra.
  apply sigmoid_inj. pose proof sigmoid_0. apply sigmoid_increasing in HL. apply sigmoid_increasing in HM.
  unfold var in E. nra.
Qed.

(* The slope of the defect is 0 at two places at most. *)
Lemma turns_at_most_twice beta eps a b c :
  0 < eps -> 0 < beta -> a < b -> b < c ->
  defect1 beta eps a = 0 -> defect1 beta eps b = 0 -> defect1 beta eps c = 0 -> False.
Proof.
  intros He Hb Hab Hbc Ea Eb Ec.
  assert (D : forall x, is_derive (defect1 beta eps) x (push2 eps x / beta)) by (intros; apply defect1_derive; lra).
  destruct (rolle _ _ a b D Hab ltac:(lra)) as (m & Hm & Em). destruct (rolle _ _ b c D Hbc ltac:(lra)) as (q & Hq & Eq).
  pose proof (defect1_zero_positive beta eps a ltac:(lra) Hb Ea).
  assert (Z : forall x, push2 eps x / beta = 0 -> push2 eps x = 0).
  { intros x E. apply (Rmult_eq_compat_r beta) in E. field_simplify in E; lra. }
  pose proof (inflection_unique eps m q He ltac:(lra) ltac:(lra) (Z _ Em) (Z _ Eq)). lra.
Qed.

Lemma at_most_three L_ref beta eps a b c d :
  0 < eps -> 0 < beta -> a < b -> b < c -> c < d ->
  defect L_ref beta eps a = 0 -> defect L_ref beta eps b = 0 -> defect L_ref beta eps c = 0 ->
  defect L_ref beta eps d = 0 -> False.
Proof.
  intros He Hb Hab Hbc Hcd Ea Eb Ec Ed.
  assert (D : forall x, is_derive (defect L_ref beta eps) x (defect1 beta eps x)) by (intros; apply defect_derive; lra).
  destruct (rolle _ _ a b D Hab ltac:(lra)) as (m & Hm & Em). destruct (rolle _ _ b c D Hbc ltac:(lra)) as (q & Hq & Eq).
  destruct (rolle _ _ c d D Hcd ltac:(lra)) as (s & Hs & Es).
  apply (turns_at_most_twice beta eps m q s); try assumption; lra.
Qed.

Lemma one_below_even L_ref beta eps a b :
  0 < eps -> 0 < beta -> a < b -> b <= 0 ->
  defect L_ref beta eps a = 0 -> defect L_ref beta eps b = 0 -> False.
Proof.
  intros He Hb Hab Hb0 Ea Eb.
  assert (D : forall x, is_derive (defect L_ref beta eps) x (defect1 beta eps x)) by (intros; apply defect_derive; lra).
  destruct (rolle _ _ a b D Hab ltac:(lra)) as (m & Hm & Em).
  pose proof (defect1_zero_positive beta eps m ltac:(lra) Hb Em). lra.
Qed.

(* The sign of the defect far out, and that it keeps it where there is no zero. *)
Lemma defect_low L_ref beta eps L : 0 <= eps -> 0 < beta -> L <= L_ref -> 0 < defect L_ref beta eps L.
Proof.
  intros. unfold defect, F. assert (0 < push eps L / beta) by (apply Rdiv_lt_0_compat; [apply push_pos, H|assumption]). lra.
Qed.

Lemma push_bound eps L : 0 < eps -> push eps L <= 1 / sqrt eps.
Proof. intros. apply Omega_largest; [apply sigmoid_unit|assumption]. Qed.

Lemma F_bound L_ref beta eps L : 0 < eps -> 0 < beta -> F L_ref beta eps L <= L_ref + 1 / sqrt eps / beta.
Proof.
  intros. unfold F. assert (push eps L / beta <= 1 / sqrt eps / beta); [|lra].
  apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; assumption|apply push_bound, H].
Qed.

Lemma defect_high L_ref beta eps L :
  0 < eps -> 0 < beta -> L_ref + 1 / sqrt eps / beta < L -> defect L_ref beta eps L < 0.
Proof. intros. unfold defect. pose proof (F_bound L_ref beta eps L H H0). lra. Qed.

Lemma zero_between (f : R -> R) a b :
  (forall x, continuity_pt f x) -> a < b -> f a * f b < 0 -> exists c, a < c < b /\ f c = 0.
Proof.
  intros Hc Hab Hp. destruct (Rlt_or_le (f a) 0) as [N|P].
  - destruct (IVT_interv f a b) as (z & Hz & Ez); try assumption; try nra; [intros; apply Hc|].
    assert (z <> a) by (intros ->; rewrite Ez in Hp; lra). assert (z <> b) by (intros ->; rewrite Ez in Hp; lra).
    exists z. split; lra.
  - assert (0 < f a) by (destruct P as [|E]; [assumption|rewrite <- E in Hp; lra]). assert (f b < 0) by nra.
    destruct (IVT_interv (fun x => - f x) a b) as (z & Hz & Ez); try assumption; try lra.
    + intros. apply continuity_pt_opp, Hc.
    + assert (Ez' : f z = 0) by lra.
      assert (z <> a) by (intros ->; rewrite Ez' in Hp; lra). assert (z <> b) by (intros ->; rewrite Ez' in Hp; lra).
      exists z. split; lra.
Qed.

(* The sign beside a zero, from the slope there. *)
Lemma beside_zero (f : R -> R) (z s : R) :
  is_derive f z s -> f z = 0 -> s <> 0 ->
  exists d, 0 < d /\ forall x : R, x <> z -> Rabs (x - z) < d -> 0 < f x * (x - z) * s.
Proof.
  intros Hd Hz Hs. apply is_derive_Reals in Hd.
  destruct (Hd (Rabs s / 2)) as [d H]; [pose proof (Rabs_pos_lt s Hs); lra|].
  exists d. split; [apply cond_pos|]. intros x Hx Hxd. assert (N : x - z <> 0) by (intro; apply Hx; lra).
  specialize (H (x - z) N Hxd).
  replace (z + (x - z)) with x in H by ring. rewrite Hz, Rminus_0_r in H.
  set (k := f x / (x - z)) in *. assert (E : f x = k * (x - z)) by (unfold k; field; assumption). rewrite E.
  assert (0 < k * s).
  { unfold Rabs in H at 2. destruct (Rcase_abs s); apply Rabs_def2 in H; nra. }
  replace (k * (x - z) * (x - z) * s) with (k * s * ((x - z) * (x - z))) by ring.
  apply Rmult_lt_0_compat; [assumption|]. apply Rsqr_pos_lt, N.
Qed.

Lemma defect_of_fixed p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  p = h p_ref beta eps p -> 0 < p < 1 /\ defect (logit p_ref) beta eps (logit p) = 0.
Proof.
  intros. assert (I : 0 < p < 1) by (rewrite H3; apply h_range; assumption). split; [assumption|].
  apply fixed_log_odds in H3; try assumption. unfold defect, F, push. rewrite sigmoid_logit by assumption. lra.
Qed.

Lemma fixed_of_defect p_ref beta eps L :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  defect (logit p_ref) beta eps L = 0 -> sigmoid L = h p_ref beta eps (sigmoid L).
Proof.
  intros. rewrite h_log_odds by (try assumption; apply sigmoid_unit). f_equal. unfold defect, F, push in H2. lra.
Qed.

Lemma slope_in_log_odds p_ref beta eps L :
  0 < beta -> 0 < eps -> sigmoid L = h p_ref beta eps (sigmoid L) ->
  h_slope p_ref beta eps (sigmoid L) = push1 eps L / beta.
Proof.
  intros. rewrite slope_at_fixed_point by assumption. unfold push1, root, tip, var.
  pose proof (root_pos' eps L ltac:(lra)) as R. unfold root, var in R. field. lra.
Qed.
