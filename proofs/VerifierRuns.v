(* Chapter "A verifier that errs": runs with many mistakes of one kind (B15). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force FixedPoints Fate Zoo AnyOmega Verifier.
Require Formulas.
Open Scope R_scope.

Lemma Omega_rises x y eps : 0 < eps -> / 2 <= x -> x < y -> y <= 1 -> Omega x eps < Omega y eps.
Proof.
  intros He Hx Hxy Hy. assert (V : 0 <= y * (1 - y) < x * (1 - x)) by (split; nra).
  assert (Sy : 0 < sqrt (y * (1 - y) + eps)) by (apply sqrt_lt_R0; lra).
  assert (Sx : sqrt (y * (1 - y) + eps) < sqrt (x * (1 - x) + eps)) by (apply sqrt_lt_1; lra).
  unfold Omega, Rdiv. rewrite !Rmult_1_l. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat|]; lra.
Qed.

Lemma Omega_flipped x eps : Omega (1 - x) eps = Omega x eps.
Proof. unfold Omega. do 3 f_equal. ring. Qed.

(** With J > 0 the run from the reference is bounded. Where a wrong output is accepted at least half of the time, a run from the reference climbs at every update and
    tends to the lowest fixed point. Where a right one is accepted at most half of the time, there is one fixed point, and a
    run from any start tends to it or alternates between two values, as with any push that falls. *)
Theorem b15_runs : forall tpr fpr beta eps L_ref : R, 0 <= fpr -> fpr < tpr -> tpr <= 1 -> 0 < beta -> 0 < eps ->
  let Om L := Formulas.verifier_push L eps tpr fpr in
  let f := update Om L_ref beta in
  (forall n, L_ref <= orbit f L_ref n <= L_ref + (tpr - fpr) * (1 / sqrt eps) / beta) /\
  (/ 2 <= fpr -> (forall n, orbit f L_ref n < orbit f L_ref (S n)) /\
    exists lowest : R, f lowest = lowest /\ (forall L, f L = L -> lowest <= L) /\ is_lim_seq (orbit f L_ref) lowest) /\
  (tpr <= / 2 -> (exists L, f L = L /\ forall M, f M = M -> M = L) /\
    forall start, exists l m : R, f l = m /\ f m = l /\
      is_lim_seq (fun n => orbit f start (2 * n)) l /\ is_lim_seq (fun n => orbit f start (S (2 * n))) m).
Proof.
  intros tpr fpr beta eps L_ref Hf Hj Ht Hb He Om f. set (seen := fun L => tpr * sigmoid L + fpr * (1 - sigmoid L)).
  assert (Form : forall L, Om L = (tpr - fpr) * Omega (seen L) eps) by (intros; apply bridge_verifier_push).
  assert (Range : forall L, fpr < seen L < tpr).
  { intros L. pose proof (sigmoid_pos L). pose proof (sigmoid_lt_1 L). unfold seen. split; nra. }
  assert (Up : forall x y, x < y -> seen x < seen y).
  { intros x y H. apply sigmoid_increasing in H. unfold seen. nra. }
  assert (Pos : forall L, 0 < Om L).
  { intros L. rewrite Form. apply Rmult_lt_0_compat; [lra|]. apply Omega_pos; [specialize (Range L); lra|exact He]. }
  assert (Cont : forall L, continuity_pt Om L).
  { intros L. apply continuity_pt_ext with (fun x => (tpr - fpr) * Omega (seen x) eps); [intros; symmetry; apply Form|].
    apply continuity_pt_filterlim, (ex_derive_continuous (fun x => (tpr - fpr) * Omega (seen x) eps)).
    pose proof (Range L) as Q. unfold seen in Q. assert (V : 0 < (tpr * sigmoid L + fpr * (1 - sigmoid L)) * (1 - (tpr * sigmoid L + fpr * (1 - sigmoid L))) + eps) by nra.
    pose proof (sqrt_lt_R0 _ V). unfold Omega, seen, Rminus in *. auto_derive. repeat split; try apply ex_D_sigmoid; lra. }
  assert (Top : forall n, orbit f L_ref n <= L_ref + (tpr - fpr) * (1 / sqrt eps) / beta).
  { assert (P : forall L, Om L <= (tpr - fpr) * (1 / sqrt eps)).
    { intros L. rewrite Form. apply Rmult_le_compat_l; [lra|]. pose proof (Range L) as Q. assert (S : 0 < sqrt eps) by (apply sqrt_lt_R0, He).
      unfold Omega, Rdiv. rewrite !Rmult_1_l. apply Rinv_le_contravar; [exact S|]. apply sqrt_le_1; nra. }
    intros [|n]; simpl.
    - assert (0 < (tpr - fpr) * (1 / sqrt eps) / beta); [|lra].
      apply Rdiv_lt_0_compat; [|exact Hb]. eapply Rlt_le_trans; [apply (Pos 0)|apply P].
    - apply Rplus_le_compat_l, Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|apply P]. }
  refine (conj _ (conj _ _)).
  - intros n. split; [|apply Top]. destruct n as [|n]; simpl; [lra|]. unfold f at 1, update.
    pose proof (Rdiv_lt_0_compat _ _ (Pos (orbit f L_ref n)) Hb). lra.
  - intros Half. assert (Rise : forall x y, x < y -> f x < f y).
    { intros x y H. unfold f, update. rewrite !Form. apply Rplus_lt_compat_l, Rmult_lt_compat_r; [apply Rinv_0_lt_compat, Hb|].
      apply Rmult_lt_compat_l; [lra|]. pose proof (Range x). pose proof (Range y). apply Omega_rises; try lra. apply Up, H. }
    assert (Climb : forall n, orbit f L_ref n < orbit f L_ref (S n)).
    { induction n; [|apply Rise, IHn]. simpl. unfold f, update. pose proof (Rdiv_lt_0_compat _ _ (Pos L_ref) Hb). lra. }
    split; [exact Climb|].
    destruct (rising_limit (orbit f L_ref) _ (fun n => Rlt_le _ _ (Climb n)) Top) as (l & Hl & _).
    exists l. split; [|split; [|exact Hl]].
    + apply (limit_is_fixed f L_ref l); [apply update_continuous; assumption|exact Hl].
    + intros L E. assert (Below : forall n, orbit f L_ref n <= L).
      { induction n; [simpl; rewrite <- E; unfold f, update; pose proof (Rdiv_lt_0_compat _ _ (Pos L) Hb); lra|].
        rewrite <- E. destruct IHn as [G|G]; [left; apply Rise, G|right; simpl; rewrite G; reflexivity]. }
      assert (Q : Rbar_le l L) by (apply (is_lim_seq_le (orbit f L_ref) (fun _ => L) l L); [exact Below|exact Hl|apply is_lim_seq_const]). exact Q.
  - intros Half. assert (Falls : forall x y, x < y -> Om y <= Om x).
    { intros x y H. rewrite !Form. apply Rmult_le_compat_l; [lra|]. rewrite <- (Omega_flipped (seen x)), <- (Omega_flipped (seen y)).
      pose proof (Range x). pose proof (Range y). specialize (Up x y H). left. apply Omega_rises; lra. }
    destruct (b14_falling Om L_ref beta Hb Cont Falls) as [One Two]. split; [exact One|]. intros start.
    destruct (Two Pos start) as (_ & l & m & A & B & E & O & _). exists l, m. repeat split; assumption.
Qed.
