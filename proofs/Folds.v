(* Chapter "Fate": the first update decides on a fold too, and where there is one fixed point (B9). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian FixedPoints Signs Cycles Fate Ends.
Open Scope R_scope.

Section Recursion.
Context (L_ref beta eps : R) (Hb : 0 < beta) (He : 0 < eps).
Notation f := (F L_ref beta eps).
Notation d := (defect L_ref beta eps).
Notation d1 := (defect1 beta eps).

Lemma rises_le x y : 0 <= x -> x <= y -> f x <= f y.
Proof. intros H [K| ->]; [left; apply (f_rises L_ref beta eps Hb He); assumption|lra]. Qed.

Lemma stays_over z x n : 0 <= z -> f z = z -> z < x -> z < orbit f x n.
Proof. intros Hz Fz Hx. induction n; [exact Hx|]. simpl. rewrite <- Fz at 1. apply (f_rises L_ref beta eps Hb He); lra. Qed.

(* Above a fixed point, where every update goes down, a run tends to it. *)
Lemma down_to z x : 0 <= z -> f z = z -> (forall y, z < y -> f y < y) -> z < x -> is_lim_seq (orbit f x) z.
Proof.
  intros Hz Fz Dn Hx. pose proof (fun n => stays_over z x n Hz Fz Hx) as Ab.
  destruct (falling_limit (orbit f x) z) as (l & Hl & Low & _).
  - intros n. left. apply Dn, Ab.
  - intros n. left. apply Ab.
  - pose proof (limit_is_fixed f x l (f_continuous L_ref beta eps He l) Hl) as Fl.
    destruct Low as [Low| <-]; [specialize (Dn l Low); lra|exact Hl].
Qed.

Lemma within z x n : 0 < z -> f z = z -> - z < L_ref -> - z < x < z -> - z < orbit f x n < z.
Proof.
  intros Hz Fz R Hx. induction n; [exact Hx|]. simpl. set (y := orbit f x n) in *. split.
  - unfold F. assert (0 < push eps y / beta) by (apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]). lra.
  - apply Rlt_le_trans with (f z); [|lra]. destruct (Rle_or_lt 0 y); [apply (f_rises L_ref beta eps Hb He); lra|].
    rewrite <- (f_even L_ref beta eps y). apply (f_rises L_ref beta eps Hb He); lra.
Qed.

(* Where every update below a fixed point goes up, and none passes it, a run tends to it. *)
Lemma up_to z x :
  0 < z -> f z = z -> - z < L_ref -> - z < x < z -> (forall y, y < z -> y < f y) -> is_lim_seq (orbit f x) z.
Proof.
  intros Hz Fz R Hx Up. pose proof (fun n => within z x n Hz Fz R Hx) as W.
  destruct (rising_limit (orbit f x) z) as (l & Hl & Top & _).
  - intros n. left. apply Up, W.
  - intros n. left. apply W.
  - pose proof (limit_is_fixed f x l (f_continuous L_ref beta eps He l) Hl) as Fl.
    destruct Top as [Top| ->]; [specialize (Up l Top); lra|exact Hl].
Qed.

(* Where updates just below z go down, a run that stays below z does not tend to it. *)
Lemma not_from_below z low x :
  low < z -> (forall y, low < y < z -> f y < y) -> (forall n, orbit f x n < z) -> ~ is_lim_seq (orbit f x) z.
Proof.
  intros Hlow Dn W Hl. apply is_lim_seq_spec in Hl. assert (P : 0 < z - low) by lra.
  destruct (Hl (mkposreal _ P)) as [N HN]. simpl in HN.
  assert (Fall : forall j, orbit f x (N + j) <= orbit f x N).
  { induction j; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r. simpl.
    specialize (HN (N + j)%nat ltac:(lia)). apply Rabs_def2 in HN. specialize (W (N + j)%nat).
    specialize (Dn (orbit f x (N + j)) ltac:(lra)). lra. }
  assert (Q : 0 < z - orbit f x N) by (specialize (W N); lra). destruct (Hl (mkposreal _ Q)) as [K HK]. simpl in HK.
  specialize (HK (N + K)%nat ltac:(lia)). apply Rabs_def2 in HK. specialize (Fall K). lra.
Qed.

Section Two.
Context (a b : R) (Hab : a < b) (Fa : f a = a) (Fb : f b = b) (Only : forall x, f x = x -> x = a \/ x = b).

Lemma no_zero x : x <> a -> x <> b -> d x <> 0.
Proof. intros Na Nb E. unfold defect in E. destruct (Only x ltac:(lra)); contradiction. Qed.

Lemma positive_below x : x < a -> 0 < d x.
Proof. apply (sign_below L_ref beta eps a); [lra|assumption|]. intros; apply no_zero; lra. Qed.

Lemma negative_above x : b < x -> d x < 0.
Proof. apply (sign_above L_ref beta eps b); [assumption|assumption|]. intros; apply no_zero; lra. Qed.

Lemma between : (forall x, a < x < b -> d x < 0) \/ (forall x, a < x < b -> 0 < d x).
Proof.
  assert (K : forall x y, a < x < b -> a < y < b -> 0 < d x * d y).
  { assert (S : forall x y, a < x -> x < y -> y < b -> 0 < d x * d y).
    { intros. apply sign_kept; try lra; [intros|..]; apply no_zero; lra. }
    intros x y Hx Hy. destruct (Rtotal_order x y) as [H|[<-|H]]; [apply S; lra| |rewrite Rmult_comm; apply S; lra].
    pose proof (no_zero x ltac:(lra) ltac:(lra)). apply Rsqr_pos_lt. assumption. }
  set (m := (a + b) / 2). destruct (Rlt_or_le (d m) 0) as [N|P].
  - left. intros x Hx. specialize (K m x ltac:(unfold m; lra) Hx). nra.
  - right. intros x Hx. specialize (K m x ltac:(unfold m; lra) Hx). nra.
Qed.

(* A zero with one sign on both sides is one of slope 1 of the map; the map has no three of that slope. *)
Lemma not_both : d1 a = 0 -> d1 b = 0 -> False.
Proof.
  intros Za Zb. destruct (rolle d d1 a b) as (m & Hm & Em); [intros; apply defect_derive; lra|exact Hab|unfold defect; lra|].
  apply (turns_at_most_twice beta eps a m b); try assumption; lra.
Qed.

Lemma upper_fold : d1 b = 0 -> forall x, a < x < b -> d x < 0.
Proof.
  intros Zb. destruct between as [|P]; [assumption|exfalso]. apply not_both; [|exact Zb].
  destruct (Req_dec (d1 a) 0) as [|N]; [assumption|exfalso].
  destruct (crossing L_ref beta eps a (b - a)) as (x & y & Hx & Hy & A & B); try lra; [unfold defect; lra|].
  pose proof (positive_below x ltac:(lra)). pose proof (P y ltac:(lra)). nra.
Qed.

Lemma lower_fold : d1 a = 0 -> forall x, a < x < b -> 0 < d x.
Proof.
  intros Za. destruct between as [P|]; [exfalso|assumption]. apply not_both; [exact Za|].
  destruct (Req_dec (d1 b) 0) as [|N]; [assumption|exfalso].
  destruct (crossing L_ref beta eps b (b - a)) as (x & y & Hx & Hy & A & B); try lra; [unfold defect; lra|].
  pose proof (negative_above y ltac:(lra)). pose proof (P x ltac:(lra)). nra.
Qed.

Lemma over_the_lower x : d1 a = 0 -> a < x -> is_lim_seq (orbit f x) b.
Proof.
  intros Za Hx. pose proof (defect1_zero_positive beta eps a ltac:(lra) Hb Za) as A0.
  destruct (Rle_or_lt x b) as [[H|<-]|H].
  - pose proof (lower_fold Za x ltac:(lra)) as U. unfold defect in U.
    destruct (climbs L_ref beta eps Hb He x ltac:(lra) ltac:(lra)) as (l & Hl & Fl & Lim).
    destruct (Only l Fl); [lra|subst l; exact Lim].
  - apply is_lim_seq_ext with (fun _ => x); [|apply is_lim_seq_const]. induction n; [reflexivity|]. simpl. rewrite <- IHn. auto.
  - apply down_to; try assumption; try lra. intros y Hy. pose proof (negative_above y Hy) as N. unfold defect in N. lra.
Qed.

Lemma under_the_upper x :
  d1 b = 0 -> - b < L_ref -> - b < x < b -> ~ is_lim_seq (orbit f x) b /\
  (-1 <= push1 eps a / beta -> is_lim_seq (orbit f x) a).
Proof.
  intros Zb R Hx. pose proof (defect1_zero_positive beta eps b ltac:(lra) Hb Zb) as B0.
  assert (Nb : ~ is_lim_seq (orbit f x) b).
  { apply (not_from_below b a x Hab); [|intros n; apply (within b x n); assumption].
    intros y Hy. pose proof (upper_fold Zb y Hy) as N. unfold defect in N. lra. }
  split; [exact Nb|]. intros Sl. destruct (all_converge L_ref beta eps Hb He x) as (l & Fl & Hl).
  - intros m Hm Fm. destruct (Only m Fm); [subst m; exact Sl|lra].
  - destruct (Only l Fl); subst l; [exact Hl|contradiction].
Qed.
End Two.
End Recursion.

Lemma fixed_in_log_odds p_ref beta eps x : 0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  F (logit p_ref) beta eps x = x -> sigmoid x = h p_ref beta eps (sigmoid x).
Proof. intros. rewrite h_sigmoid, H2 by assumption. reflexivity. Qed.

(* A run that tends to a fixed point of slope below -1 has landed on it. *)
Lemma lands p_ref beta eps p : 0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  p = h p_ref beta eps p -> h_slope p_ref beta eps p < - (1) -> is_lim_seq (orbit (h p_ref beta eps) p_ref) p ->
  exists n, orbit (h p_ref beta eps) p_ref n = p.
Proof.
  intros Hr Hb He Hp E Sl Hl. apply (repels (h p_ref beta eps) p (h_slope p_ref beta eps p)); try assumption.
  - symmetry. exact E.
  - apply h_derive; assumption.
  - rewrite Rabs_left; lra.
Qed.

Lemma limit_fixed p_ref beta eps (q : R) : 0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  is_lim_seq (orbit (h p_ref beta eps) p_ref) q -> 0 <= q <= 1 /\ q = h p_ref beta eps q.
Proof.
  intros Hr Hb He Hq. set (p := orbit (h p_ref beta eps) p_ref) in *.
  assert (Rg : forall n, 0 <= p n <= 1) by (intros; apply orbit_h_range; try assumption; lra).
  assert (Q0 : Rbar_le 0 q) by (apply (is_lim_seq_le (fun _ => 0) p 0 q); [apply Rg|apply is_lim_seq_const|exact Hq]).
  assert (Q1 : Rbar_le q 1) by (apply (is_lim_seq_le p (fun _ => 1) q 1); [apply Rg|exact Hq|apply is_lim_seq_const]).
  simpl in Q0, Q1. split; [lra|]. symmetry. apply (limit_is_fixed (h p_ref beta eps) p_ref q); [|exact Hq].
  apply h_continuous; try assumption; lra.
Qed.

(** Where the map has one fixed point, the run from p_ref tends to it if the slope there is -1 or above; if it is below
    -1, the run has no limit, unless it lands on it exactly. *)
Theorem b9_single : forall p_ref beta eps p1 : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p1 <= 1 -> p1 = h p_ref beta eps p1 ->
  (forall q, 0 <= q <= 1 -> q = h p_ref beta eps q -> q = p1) ->
  let p n := orbit (h p_ref beta eps) p_ref n in
  (- (1) <= h_slope p_ref beta eps p1 -> is_lim_seq p p1) /\
  (h_slope p_ref beta eps p1 < - (1) -> forall q : R, is_lim_seq p q -> exists n, p n = p1).
Proof.
  intros p_ref beta eps p1 Hr Hb He H1 F1 Only p. split.
  - intros Sl. destruct (b8 p_ref beta eps p1 Hr Hb He H1 F1) with (p_0 := p_ref) as (q & Hq & Fq & Lim); try assumption; try lra.
    + intros q Hq Fq. rewrite (Only q Hq Fq). lra.
    + rewrite <- (Only q Hq Fq). exact Lim.
  - intros Sl q Hq. destruct (limit_fixed p_ref beta eps q Hr Hb He Hq) as [Iq Fq].
    rewrite (Only q Iq Fq) in Hq. apply lands; assumption.
Qed.

(** On a fold, with two fixed points p1 < p2 of which one has slope 1 and counts twice. If it is the upper one: for
    p_ref < 1 - p2 every update is above p2 and the run tends to p2; for p_ref > 1 - p2 none reaches p2, and the run tends
    to p1 where the slope there is -1 or above, and has no limit where it is below, unless it lands on p1 exactly. If it
    is the lower one: for p_ref < 1 - p1 every update is above p1 and the run tends to p2; for p_ref > 1 - p1 all are below
    p1 and the run tends to p1. On the borders the first update is the fixed point named. *)
Theorem b9_fold : forall p_ref beta eps p1 p2 : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p1 -> p1 < p2 -> p2 <= 1 ->
  p1 = h p_ref beta eps p1 -> p2 = h p_ref beta eps p2 ->
  (forall q, 0 <= q <= 1 -> q = h p_ref beta eps q -> q = p1 \/ q = p2) ->
  let p n := orbit (h p_ref beta eps) p_ref n in
  (h_slope p_ref beta eps p2 = 1 ->
    (p_ref < 1 - p2 -> (forall n, p2 < p (S n)) /\ is_lim_seq p p2) /\
    (p_ref = 1 - p2 -> forall n, p (S n) = p2) /\
    (1 - p2 < p_ref -> (forall n, p n < p2) /\
      (- (1) <= h_slope p_ref beta eps p1 -> is_lim_seq p p1) /\
      (h_slope p_ref beta eps p1 < - (1) -> forall q : R, is_lim_seq p q -> exists n, p n = p1))) /\
  (h_slope p_ref beta eps p1 = 1 ->
    (p_ref < 1 - p1 -> (forall n, p1 < p (S n)) /\ is_lim_seq p p2) /\
    (p_ref = 1 - p1 -> forall n, p (S n) = p1) /\
    (1 - p1 < p_ref -> (forall n, p n < p1) /\ is_lim_seq p p1)).
Proof.
  intros p_ref beta eps p1 p2 Hr Hb He H1 H12 H2 F1 F2 Only p.
  destruct (F_fixed_iff p_ref beta eps p1) as [I1 E1]; try assumption; try lra.
  destruct (F_fixed_iff p_ref beta eps p2) as [I2 E2]; try assumption; try lra.
  set (L := logit p_ref) in *. set (a := logit p1) in *. set (b := logit p2) in *.
  assert (Hab : a < b) by (apply logit_lt; assumption).
  assert (Sa : sigmoid a = p1) by (apply sigmoid_logit; assumption).
  assert (Sb : sigmoid b = p2) by (apply sigmoid_logit; assumption).
  assert (SL : sigmoid L = p_ref) by (apply sigmoid_logit; assumption).
  assert (OnlyL : forall x, F L beta eps x = x -> x = a \/ x = b).
  { intros x Fx. destruct (Only (sigmoid x) (sigmoid_unit x) (fixed_in_log_odds p_ref beta eps x Hr Hb He Fx)) as [Q|Q];
      [left|right]; [rewrite <- Sa in Q|rewrite <- Sb in Q]; apply sigmoid_inj, Q. }
  assert (O : forall n, p n = sigmoid (orbit (F L beta eps) L n)).
  { intros n. unfold p. rewrite <- SL at 2. apply orbit_sigmoid; assumption. }
  assert (Ra : L < a).
  { rewrite <- E1. unfold F. assert (0 < push eps a / beta) by (apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]). lra. }
  assert (Lim : forall z, is_lim_seq (orbit (F L beta eps) L) (Finite z) -> is_lim_seq p (sigmoid z)).
  { intros z Hz. eapply is_lim_seq_ext; [intros n; symmetry; apply O|]. apply limit_sigmoid, Hz. }
  assert (Late : forall z, is_lim_seq (orbit (F L beta eps) (F L beta eps L)) (Finite z) -> is_lim_seq p (sigmoid z)).
  { intros z Hz. apply Lim, is_lim_seq_incr_1. eapply is_lim_seq_ext; [intros n; apply orbit_shift|exact Hz]. }
  assert (Op : forall q, 0 < q < 1 -> - logit q = logit (1 - q)) by (intros; symmetry; apply logit_opp; assumption).
  assert (Mirror : forall q, 0 < q < 1 ->
    (p_ref < 1 - q -> logit q < - L) /\ (p_ref = 1 - q -> - L = logit q) /\ (1 - q < p_ref -> - logit q < L)).
  { intros q Iq. unfold L. rewrite !Op by assumption. repeat split; intros; [apply logit_lt; lra|f_equal; lra|apply logit_lt; lra]. }
  assert (Slope : forall q, 0 < q < 1 -> q = h p_ref beta eps q -> h_slope p_ref beta eps q = 1 -> defect1 beta eps (logit q) = 0).
  { intros q Iq Fq S. rewrite slope_of_fixed in S by assumption. unfold defect1. lra. }
  assert (Over : forall z, 0 <= z -> F L beta eps z = z -> z < - L -> z < F L beta eps L).
  { intros z Hz Fz J. rewrite <- (f_even L beta eps L). rewrite <- Fz at 1. apply (f_rises L beta eps Hb He); lra. }
  assert (On : forall z n, F L beta eps z = z -> - L = z -> orbit (F L beta eps) L (S n) = z).
  { intros z n Fz J. induction n; [simpl; rewrite <- (f_even L beta eps L), J; exact Fz|].
    simpl in IHn |- *. rewrite IHn. exact Fz. }
  destruct (Mirror p1 I1) as (M11 & M12 & M13). destruct (Mirror p2 I2) as (M21 & M22 & M23). fold a in M11, M12, M13. fold b in M21, M22, M23.
  split; intros S.
  - apply Slope in S; try assumption. fold b in S. pose proof (defect1_zero_positive beta eps b ltac:(lra) Hb S) as B0.
    split; [|split]; intros J.
    + specialize (M21 J). pose proof (Over b ltac:(lra) E2 M21) as U. split.
      * intros n. rewrite O, <- Sb, <- orbit_shift. apply sigmoid_increasing, (stays_over L beta eps Hb He); try assumption; lra.
      * rewrite <- Sb. apply Late, (down_to L beta eps Hb He); try assumption; try lra.
        intros y Hy. pose proof (negative_above L beta eps Hb He a b Hab OnlyL y Hy) as N. unfold defect in N. lra.
    + intros n. rewrite O, <- Sb, (On b n E2 (M22 J)). reflexivity.
    + specialize (M23 J). split.
      * intros n. rewrite O, <- Sb. apply sigmoid_increasing, (within L beta eps Hb He b L n); try assumption; lra.
      * destruct (under_the_upper L beta eps Hb He a b Hab E1 E2 OnlyL L S M23 ltac:(lra)) as [Nb Ta]. split.
        -- intros Sl. rewrite slope_of_fixed in Sl by assumption. fold a in Sl. rewrite <- Sa. apply Lim, Ta. lra.
        -- intros Sl q Hq. destruct (limit_fixed p_ref beta eps q Hr Hb He Hq) as [Iq Fq].
           destruct (Only q Iq Fq) as [-> | ->]; [apply lands; try assumption; lra|exfalso].
           apply Nb. eapply is_lim_seq_ext with (u := fun n => logit (p n)); [intros n; rewrite O; apply logit_sigmoid|].
           apply (is_lim_seq_continuous logit); [|exact Hq].
           apply continuity_pt_filterlim, (ex_derive_continuous logit). unfold logit. auto_derive.
           pose proof (odds_pos p2 I2). unfold Rdiv, Rminus in *. repeat split; lra.
  - apply Slope in S; try assumption. fold a in S. pose proof (defect1_zero_positive beta eps a ltac:(lra) Hb S) as A0.
    split; [|split]; intros J.
    + specialize (M11 J). pose proof (Over a ltac:(lra) E1 M11) as U. split.
      * intros n. rewrite O, <- Sa, <- orbit_shift. apply sigmoid_increasing, (stays_over L beta eps Hb He); try assumption; lra.
      * rewrite <- Sb. apply Late, (over_the_lower L beta eps Hb He a b Hab E1 E2 OnlyL); assumption.
    + intros n. rewrite O, <- Sa, (On a n E1 (M12 J)). reflexivity.
    + specialize (M13 J). split.
      * intros n. rewrite O, <- Sa. apply sigmoid_increasing, (within L beta eps Hb He a L n); try assumption; lra.
      * rewrite <- Sa. apply Lim, (up_to L beta eps Hb He); try assumption; try lra.
        intros y Hy. pose proof (positive_below L beta eps Hb He a b Hab OnlyL y Hy) as P. unfold defect in P. lra.
Qed.
