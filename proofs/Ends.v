(* Chapter "Fate": the theorems. Local stability is global (B8), and the first update decides (B9). *)
Require Import Reals Ranalysis5 Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian FixedPoints Signs Cycles Fate.
Require Formulas.
Open Scope R_scope.

Lemma h_sigmoid p_ref beta eps x :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> h p_ref beta eps (sigmoid x) = sigmoid (F (logit p_ref) beta eps x).
Proof. intros. rewrite h_log_odds by (try assumption; apply sigmoid_unit). reflexivity. Qed.

Lemma orbit_sigmoid p_ref beta eps x n :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  orbit (h p_ref beta eps) (sigmoid x) n = sigmoid (orbit (F (logit p_ref) beta eps) x n).
Proof. intros. induction n; [reflexivity|]. simpl. rewrite IHn. apply h_sigmoid; assumption. Qed.

Lemma limit_sigmoid (u : nat -> R) (l : R) : is_lim_seq u l -> is_lim_seq (fun n => sigmoid (u n)) (sigmoid l).
Proof. intros. apply (is_lim_seq_continuous sigmoid); [apply continuity_pt_filterlim, sigmoid_continuous|assumption]. Qed.

Lemma logit_opp p : 0 < p < 1 -> logit (1 - p) = - logit p.
Proof. intros. rewrite <- (sigmoid_logit p) at 1 by assumption. rewrite <- sigmoid_opp. apply logit_sigmoid. Qed.

Lemma F_fixed_iff p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> p = h p_ref beta eps p ->
  0 < p < 1 /\ F (logit p_ref) beta eps (logit p) = logit p.
Proof. intros. destruct (defect_of_fixed p_ref beta eps p) as [I E]; try assumption. unfold defect in E. split; [exact I|lra]. Qed.

Lemma slope_of_fixed p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 < p < 1 -> p = h p_ref beta eps p ->
  h_slope p_ref beta eps p = push1 eps (logit p) / beta.
Proof.
  intros. rewrite <- (sigmoid_logit p) at 1 by assumption. apply slope_in_log_odds; try assumption.
  rewrite sigmoid_logit; assumption.
Qed.

Lemma converge_in_probability p_ref beta eps p_0 :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p_0 <= 1 ->
  (forall m, m < 0 -> F (logit p_ref) beta eps m = m -> -1 <= push1 eps m / beta) ->
  exists q, 0 <= q <= 1 /\ q = h p_ref beta eps q /\ is_lim_seq (orbit (h p_ref beta eps) p_0) q.
Proof.
  intros Hr Hb He H0 Sl. pose proof (h_range p_ref beta eps p_0 Hr Hb He H0) as I0.
  destruct (all_converge (logit p_ref) beta eps Hb He (logit (h p_ref beta eps p_0)) Sl) as (l & Fl & Hl).
  exists (sigmoid l). split; [apply sigmoid_unit|]. split; [rewrite h_sigmoid, Fl by assumption; reflexivity|].
  apply is_lim_seq_incr_1. eapply is_lim_seq_ext; [|exact (limit_sigmoid _ _ Hl)].
  intros n. cbv beta. rewrite <- orbit_sigmoid, sigmoid_logit by assumption. apply orbit_shift.
Qed.

(** Where the lowest fixed point has a slope of -1 or above, every orbit of the recursion, from every start in [0, 1],
    converges to a fixed point. *)
Theorem b8 : forall p_ref beta eps lowest : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  0 <= lowest <= 1 -> lowest = h p_ref beta eps lowest ->
  (forall q, 0 <= q <= 1 -> q = h p_ref beta eps q -> lowest <= q) ->
  - (1) <= h_slope p_ref beta eps lowest ->
  forall p_0, 0 <= p_0 <= 1 ->
    exists q, 0 <= q <= 1 /\ q = h p_ref beta eps q /\ is_lim_seq (orbit (h p_ref beta eps) p_0) q.
Proof.
  intros p_ref beta eps p1 Hr Hb He H1 F1 Low Sl p_0 H0.
  destruct (F_fixed_iff p_ref beta eps p1) as [I1 E1]; try assumption.
  apply converge_in_probability; try assumption. intros m Hm Fm.
  assert (E : logit p1 = m).
  { destruct (Rtotal_order (logit p1) m) as [N|[N|N]]; [exfalso|exact N|exfalso].
    - apply (one_below_even (logit p_ref) beta eps (logit p1) m); try assumption; unfold defect; lra.
    - apply sigmoid_increasing in N. rewrite (sigmoid_logit p1) in N by assumption.
      assert (p1 <= sigmoid m); [|lra]. apply Low; [apply sigmoid_unit|]. rewrite h_sigmoid, Fm by assumption. reflexivity. }
  rewrite <- E, <- (slope_of_fixed p_ref) by assumption. exact Sl.
Qed.

(** The first update may carry a run past all danger. If p_ref < 1/2 and Omega (p_ref) is at least
    2 beta log ((1 - p_ref) / p_ref), then from the first update on p_n >= 1 - p_ref, and it never falls again. *)
Theorem b9_jump : forall p_ref beta eps : R,
  0 < p_ref < / 2 -> 0 < beta -> 0 < eps ->
  2 * beta * ln ((1 - p_ref) / p_ref) <= Omega p_ref eps ->
  forall n, let p k := orbit (h p_ref beta eps) p_ref k in 1 - p_ref <= p (S n) /\ p (S n) <= p (S (S n)).
Proof.
  intros p_ref beta eps Hr Hb He HO n p. assert (Hr' : 0 < p_ref < 1) by lra.
  set (L := logit p_ref). set (f := F L beta eps).
  assert (L0 : L < 0).
  { unfold L. replace 0 with (logit (/ 2)); [apply logit_lt; lra|]. rewrite <- sigmoid_0. apply logit_sigmoid. }
  assert (EL : ln ((1 - p_ref) / p_ref) = - L).
  { unfold L, logit. rewrite <- ln_Rinv by (apply odds_pos; assumption). f_equal. field. lra. }
  rewrite EL in HO.
  assert (J : - L <= f L).
  { unfold f, F, push. replace (sigmoid L) with p_ref by (unfold L; symmetry; apply sigmoid_logit; assumption).
    assert (- (2 * L) <= Omega p_ref eps / beta); [|lra].
    apply (Rmult_le_reg_r beta); [assumption|]. replace (Omega p_ref eps / beta * beta) with (Omega p_ref eps) by (field; lra). lra. }
  assert (M : forall k, - L <= orbit f L (S k) /\ orbit f L (S k) <= orbit f L (S (S k))).
  { induction k.
    - simpl. split; [exact J|]. assert (EV : f (- L) = f L) by apply f_even. rewrite <- EV at 1.
      destruct J as [J|J]; [left; apply (f_rises L beta eps Hb He); lra|rewrite J; lra].
    - destruct IHk as [A B]. split; [lra|]. simpl in *.
      destruct B as [B|B]; [left; apply (f_rises L beta eps Hb He); lra|rewrite <- B; lra]. }
  assert (E : forall k, p k = sigmoid (orbit f L k)).
  { intros k. unfold p. rewrite <- (sigmoid_logit p_ref) at 2 by assumption. apply orbit_sigmoid; assumption. }
  rewrite !E. destruct (M n) as [A B]. split; [|apply sigmoid_le, B].
  rewrite <- (sigmoid_logit p_ref) at 1 by assumption. rewrite <- sigmoid_opp. apply sigmoid_le, A.
Qed.

(* A fixed point of slope beyond 1 in size is reached by landing on it or not at all. *)
Lemma repels (f : R -> R) (z s x : R) :
  f z = z -> is_derive f z s -> 1 < Rabs s -> is_lim_seq (orbit f x) z -> exists n, orbit f x n = z.
Proof.
  intros Fz D Sl H. apply is_derive_Reals in D. destruct (D ((Rabs s - 1) / 2) ltac:(lra)) as [d Hd].
  apply is_lim_seq_spec in H. destruct (H d) as [N HN].
  destruct (Classical_Prop.classic (exists n, orbit f x n = z)) as [|No]; [assumption|exfalso].
  assert (Ne : forall n, orbit f x n - z <> 0) by (intros n E; apply No; exists n; lra).
  assert (Grow : forall n, (N <= n)%nat -> Rabs (orbit f x n - z) < Rabs (orbit f x (S n) - z)).
  { intros n Hn. specialize (Hd (orbit f x n - z) (Ne n) (HN n Hn)).
    replace (z + (orbit f x n - z)) with (orbit f x n) in Hd by ring. rewrite Fz in Hd. simpl.
    set (e := orbit f x n - z) in *. set (k := (f (orbit f x n) - z) / e) in *.
    assert (E : f (orbit f x n) - z = k * e) by (unfold k; field; apply (Ne n)). rewrite E, Rabs_mult.
    pose proof (Rabs_pos_lt e (Ne n)). assert (1 < Rabs k).
    { pose proof (Rabs_triang_inv s (s - k)). replace (s - (s - k)) with k in H1 by ring.
      rewrite Rabs_minus_sym in Hd. lra. }
    nra. }
  assert (Up : forall j, Rabs (orbit f x N - z) <= Rabs (orbit f x (N + j) - z)).
  { induction j; [rewrite Nat.add_0_r; lra|]. pose proof (Grow (N + j)%nat ltac:(lia)). rewrite Nat.add_succ_r. lra. }
  pose proof (Rabs_pos_lt _ (Ne N)) as P. destruct (H (mkposreal _ P)) as [M HM]. simpl in HM.
  specialize (HM (N + M)%nat ltac:(lia)). specialize (Up M). lra.
Qed.


Section Three.
Context (L_ref beta eps a b c : R) (Hb : 0 < beta) (He : 0 < eps) (Hab : a < b) (Hbc : b < c).
Notation f := (F L_ref beta eps).
Context (Fa : f a = a) (Fb : f b = b) (Fc : f c = c).

Lemma crossings x :
  (a < x < b -> f x < x) /\ (b < x < c -> x < f x) /\ (c < x -> f x < x) /\ (x < a -> x < f x) /\
  (f x = x -> x = a \/ x = b \/ x = c).
Proof.
  destruct (three_cross L_ref beta eps a b c x He Hb Hab Hbc) as (A & B & C & D & E); unfold defect in *; try lra.
Qed.

Lemma middle_above : 0 < b.
Proof.
  destruct (Rlt_or_le 0 b) as [|N]; [assumption|exfalso].
  apply (one_below_even L_ref beta eps a b He Hb Hab N); unfold defect; lra.
Qed.

Lemma reference_below : L_ref < a.
Proof.
  rewrite <- Fa. unfold F. assert (0 < push eps a / beta) by (apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]). lra.
Qed.

Lemma stays_above x n : b < x -> b < orbit f x n.
Proof.
  intros H. induction n; [exact H|]. simpl. rewrite <- Fb at 1. pose proof middle_above.
  apply (f_rises L_ref beta eps Hb He); lra.
Qed.

Lemma to_top x : b < x -> is_lim_seq (orbit f x) c.
Proof.
  intros H. pose proof middle_above as M. destruct (Rle_or_lt x (f x)) as [U|U].
  - destruct (climbs L_ref beta eps Hb He x ltac:(lra) U) as (l & Hx & Fl & Hl).
    destruct (crossings l) as (_ & _ & _ & _ & O). destruct (O Fl) as [ | [ | ]]; try lra. subst l. exact Hl.
  - assert (C : c < x).
    { destruct (Rlt_or_le c x) as [|N]; [assumption|exfalso]. destruct N as [N|N]; [|subst; lra].
      destruct (crossings x) as (_ & B & _). specialize (B ltac:(lra)). lra. }
    assert (K : forall n, c <= orbit f x n).
    { induction n; [simpl; lra|]. simpl. rewrite <- Fc. destruct IHn as [I|I]; [left; apply (f_rises L_ref beta eps Hb He); lra|rewrite <- I; lra]. }
    destruct (sinks L_ref beta eps Hb He x ltac:(lra) ltac:(lra)) as [(l & _ & Fl & Hl & _)|(n & Hn)].
    + assert (Q : Rbar_le c l) by (apply (is_lim_seq_le (fun _ => c) (orbit f x) c l); [exact K|apply is_lim_seq_const|exact Hl]).
      simpl in Q. destruct (crossings l) as (_ & _ & _ & _ & O). destruct (O Fl) as [ | [ | ]]; try lra. subst l. exact Hl.
    + specialize (K n). lra.
Qed.

Lemma stays_within x n : - b < L_ref -> - b < x < b -> - b < orbit f x n < b.
Proof.
  intros R H. pose proof middle_above. induction n; [exact H|]. simpl. set (y := orbit f x n) in *. split.
  - unfold F. assert (0 < push eps y / beta) by (apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]). lra.
  - apply Rlt_le_trans with (f b); [|lra]. destruct (Rle_or_lt 0 y) as [P|P]; [apply (f_rises L_ref beta eps Hb He); lra|].
    rewrite <- (f_even L_ref beta eps y). apply (f_rises L_ref beta eps Hb He); lra.
Qed.

Lemma to_lowest x : -1 <= push1 eps a / beta -> - b < L_ref -> - b < x < b -> is_lim_seq (orbit f x) a.
Proof.
  intros Sl R.
  assert (Pos : forall y, 0 <= y < b -> is_lim_seq (orbit f y) a).
  { intros y Hy. destruct (Rle_or_lt y (f y)) as [U|U].
    - assert (y <= a) by (destruct (Rle_or_lt y a); [assumption|]; destruct (crossings y) as (A & _); specialize (A ltac:(lra)); lra).
      assert (K : forall n, orbit f y n <= a /\ 0 <= orbit f y n).
      { induction n; [simpl; lra|]. simpl. destruct IHn as [I J]. rewrite <- Fa. split.
        - destruct I as [I|I]; [left; apply (f_rises L_ref beta eps Hb He); lra|rewrite I; lra].
        - apply Rle_trans with y; [lra|]. apply Rle_trans with (f y); [exact U|].
          assert (y <= orbit f y n); [|destruct H0 as [H0| <-]; [left; apply (f_rises L_ref beta eps Hb He); lra|lra]].
          clear I J. induction n; [simpl; lra|]. simpl. apply Rle_trans with (f y); [exact U|].
          destruct IHn as [Q| <-]; [left; apply (f_rises L_ref beta eps Hb He); lra|lra]. }
      destruct (climbs L_ref beta eps Hb He y ltac:(lra) U) as (l & _ & Fl & Hl).
      assert (Q : Rbar_le l a) by (apply (is_lim_seq_le (orbit f y) (fun _ => a) l a); [apply K|exact Hl|apply is_lim_seq_const]).
      simpl in Q. destruct (crossings l) as (_ & _ & _ & _ & O). destruct (O Fl) as [ | [ | ]]; try lra. subst l. exact Hl.
    - destruct (sinks L_ref beta eps Hb He y ltac:(lra) ltac:(lra)) as [(l & Hly & Fl & Hl & _)|(n & Hn)].
      + destruct (crossings l) as (_ & _ & _ & _ & O). destruct (O Fl) as [ | [ | ]]; try lra. subst l. exact Hl.
      + apply (tail L_ref beta eps y n).
        destruct (fixed_below L_ref beta eps Hb He) as (m & Hm & Fm); [lra|].
        destruct (crossings m) as (_ & _ & _ & _ & O). pose proof middle_above. destruct (O Fm) as [ | [ | ]]; try lra. subst m.
        apply (from_trap L_ref beta eps Hb He); lra. }
  intros H. destruct (Rle_or_lt 0 x) as [P|P]; [apply Pos; lra|].
  pose proof (Pos (- x) ltac:(lra)) as Hl. apply is_lim_seq_incr_1. apply is_lim_seq_incr_1 in Hl.
  eapply is_lim_seq_ext; [|exact Hl]. intros n. rewrite <- !orbit_shift. rewrite (f_even L_ref beta eps x). reflexivity.
Qed.

Lemma not_to_middle x : - b < L_ref -> - b < x < b -> a < 0 -> ~ is_lim_seq (orbit f x) b.
Proof.
  intros R H A Hl. pose proof middle_above as M. apply is_lim_seq_spec in Hl. destruct (Hl (mkposreal _ M)) as [N HN]. simpl in HN.
  pose proof (stays_within x) as W.
  assert (Dn : forall j, orbit f x (N + j) <= orbit f x N).
  { induction j; [rewrite Nat.add_0_r; lra|]. rewrite Nat.add_succ_r. simpl.
    specialize (HN (N + j)%nat ltac:(lia)). apply Rabs_def2 in HN. destruct (crossings (orbit f x (N + j))) as (Q & _).
    specialize (W (N + j)%nat R H). specialize (Q ltac:(lra)). lra. }
  pose proof (W N R H) as WN. assert (P : 0 < b - orbit f x N) by lra. destruct (Hl (mkposreal _ P)) as [K HK]. simpl in HK.
  specialize (HK (N + K)%nat ltac:(lia)). apply Rabs_def2 in HK. specialize (Dn K). lra.
Qed.

End Three.

(** With three fixed points p1 < p2 < p3 the run from p_ref is decided by its first update. If p_ref < 1 - p2 every
    update is above p2 and the run tends to p3. If p_ref > 1 - p2 none ever passes p2; then the run tends to p1 where the
    slope there is -1 or above, and where it is below -1 the run has no limit, unless it lands on p1 exactly. On the
    border p_ref = 1 - p2 the first update is p2. *)
Theorem b9 : forall p_ref beta eps p1 p2 p3 : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p1 -> p1 < p2 -> p2 < p3 -> p3 <= 1 ->
  p1 = h p_ref beta eps p1 -> p2 = h p_ref beta eps p2 -> p3 = h p_ref beta eps p3 ->
  let p n := orbit (h p_ref beta eps) p_ref n in
  (p_ref < 1 - p2 -> (forall n, p2 < p (S n)) /\ is_lim_seq p p3) /\
  (p_ref = 1 - p2 -> forall n, p (S n) = p2) /\
  (1 - p2 < p_ref ->
    (forall n, p n < p2) /\
    (- (1) <= h_slope p_ref beta eps p1 -> is_lim_seq p p1) /\
    (h_slope p_ref beta eps p1 < - (1) -> forall q : R, is_lim_seq p q -> exists n, p n = p1)).
Proof.
  intros p_ref beta eps p1 p2 p3 Hr Hb He H1 H12 H23 H3 F1 F2 F3 p.
  destruct (F_fixed_iff p_ref beta eps p1) as [I1 E1]; try assumption; try lra.
  destruct (F_fixed_iff p_ref beta eps p2) as [I2 E2]; try assumption; try lra.
  destruct (F_fixed_iff p_ref beta eps p3) as [I3 E3]; try assumption; try lra.
  set (L := logit p_ref) in *. set (a := logit p1) in *. set (b := logit p2) in *. set (c := logit p3) in *.
  assert (Hab : a < b) by (apply logit_lt; assumption). assert (Hbc : b < c) by (apply logit_lt; assumption).
  assert (Sa : sigmoid a = p1) by (apply sigmoid_logit; assumption).
  assert (Sb : sigmoid b = p2) by (apply sigmoid_logit; assumption).
  assert (Sc : sigmoid c = p3) by (apply sigmoid_logit; assumption).
  assert (SL : sigmoid L = p_ref) by (apply sigmoid_logit; assumption).
  assert (O : forall n, p n = sigmoid (orbit (F L beta eps) L n)).
  { intros n. unfold p. rewrite <- SL at 2. apply orbit_sigmoid; assumption. }
  pose proof (middle_above L beta eps a b Hb He Hab E1 E2) as M.
  pose proof (reference_below L beta eps a Hb He E1) as Ra.
  assert (Lim : forall z, is_lim_seq (orbit (F L beta eps) L) (Finite z) -> is_lim_seq p (sigmoid z)).
  { intros z Hz. eapply is_lim_seq_ext; [intros n; symmetry; apply O|]. apply limit_sigmoid, Hz. }
  split; [|split].
  - intros J. assert (JL : b < - L).
    { replace (- L) with (logit (1 - p_ref)) by (apply logit_opp; assumption). apply logit_lt; try assumption; lra. }
    assert (U : b < F L beta eps L).
    { rewrite <- (f_even L beta eps L). rewrite <- E2 at 1. apply (f_rises L beta eps Hb He); lra. }
    split.
    + intros n. rewrite O, <- Sb, <- orbit_shift. apply sigmoid_increasing.
      apply (stays_above L beta eps a b Hb He Hab E1 E2), U.
    + rewrite <- Sc. apply Lim, is_lim_seq_incr_1. eapply is_lim_seq_ext; [intros n; apply orbit_shift|].
      apply (to_top L beta eps a b c Hb He Hab Hbc E1 E2 E3), U.
  - intros J n. assert (JL : - L = b).
    { replace (- L) with (logit (1 - p_ref)) by (apply logit_opp; assumption). unfold b. f_equal. lra. }
    rewrite O, <- Sb. f_equal. induction n.
    + simpl. rewrite <- (f_even L beta eps L), JL. exact E2.
    + simpl in IHn |- *. rewrite IHn. exact E2.
  - intros J. assert (JL : - b < L).
    { assert (- L < b); [|lra]. replace (- L) with (logit (1 - p_ref)) by (apply logit_opp; assumption).
      apply logit_lt; try assumption; lra. }
    assert (W : forall n, - b < orbit (F L beta eps) L n < b).
    { intros n. apply (stays_within L beta eps a b Hb He Hab E1 E2); lra. }
    split; [|split].
    + intros n. rewrite O, <- Sb. apply sigmoid_increasing, W.
    + intros Sl. rewrite (slope_of_fixed p_ref beta eps p1) in Sl by assumption. fold a in Sl.
      rewrite <- Sa. apply Lim, (to_lowest L beta eps a b c Hb He Hab Hbc E1 E2 E3); try lra.
    + intros Sl q Hq.
      assert (Rg : forall n, 0 <= p n <= 1) by (intros; apply orbit_h_range; try assumption; lra).
      assert (Q0 : Rbar_le 0 q) by (apply (is_lim_seq_le (fun _ => 0) p 0 q); [apply Rg|apply is_lim_seq_const|exact Hq]).
      assert (Q2 : Rbar_le q p2).
      { apply (is_lim_seq_le p (fun _ => p2) q p2); [|exact Hq|apply is_lim_seq_const].
        intros n. rewrite O, <- Sb. left. apply sigmoid_increasing, W. }
      simpl in Q0, Q2.
      assert (Fq : q = h p_ref beta eps q).
      { symmetry. apply (limit_is_fixed (h p_ref beta eps) p_ref q); [apply h_continuous; try assumption; lra|exact Hq]. }
      destruct (F_fixed_iff p_ref beta eps q) as [Iq Eq]; try assumption; try lra. fold L in Eq.
      destruct (crossings L beta eps a b c Hb He Hab Hbc E1 E2 E3 (logit q)) as (_ & _ & _ & _ & On).
      assert (Lq : logit q <= b).
      { destruct Q2 as [Q2|Q2]; [left; apply logit_lt; assumption|right; rewrite Q2; reflexivity]. }
      pose proof Sl as Sl'. rewrite (slope_of_fixed p_ref beta eps p1) in Sl' by assumption. fold a in Sl'.
      assert (An : a < 0).
      { destruct (Rlt_or_le a 0) as [|N]; [assumption|exfalso].
        pose proof (push1_sign eps a ltac:(lra)) as (_ & P & Z).
        assert (0 <= push1 eps a) by (destruct N as [N|N]; [left; apply P, N|rewrite <- N, Z; lra]).
        assert (0 <= push1 eps a / beta) by (apply Rmult_le_pos; [assumption|left; apply Rinv_0_lt_compat; assumption]). lra. }
      destruct (On Eq) as [Ea|[Eb|Ec]]; [| |lra].
      * assert (Qp : q = p1) by (apply logit_inj; assumption). subst q.
        apply (repels (h p_ref beta eps) p1 (h_slope p_ref beta eps p1) p_ref); try assumption.
        -- symmetry. exact F1.
        -- apply h_derive; try assumption; lra.
        -- rewrite Rabs_left by lra. lra.
      * exfalso. apply (not_to_middle L beta eps a b c Hb He Hab Hbc E1 E2 E3 L); try lra.
        rewrite <- Eb. eapply is_lim_seq_ext with (u := fun n => logit (p n)).
        { intros n. rewrite O. apply logit_sigmoid. }
        apply (is_lim_seq_continuous logit); [|exact Hq].
        apply continuity_pt_filterlim. apply (ex_derive_continuous logit). unfold logit. auto_derive.
        pose proof (odds_pos q Iq). unfold Rdiv, Rminus in *. repeat split; lra.
Qed.
