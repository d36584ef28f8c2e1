(* Chapter "Finite groups": where the bound on a group's mean push is reached (B6). *)
Require Import Reals Lra Lia Psatz Arith Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Groups GroupVariance Decisions.
Open Scope R_scope.

(* What one group of G with j successes among the other outputs brings, an output right less it wrong. *)
Definition part (G : nat) (eps : R) (j : nat) : R :=
  (1 - INR (S j) / INR G) * Omega (INR (S j) / INR G) eps + INR j / INR G * Omega (INR j / INR G) eps.

Lemma mean_parts n p eps : 0 < p < 1 -> 0 < eps -> mean p (S n) (group_push (S n) p eps) = mean p n (part (S n) eps).
Proof.
  intros Hp He. destruct (b6_variance n (fun k => omega_plus (INR k / INR (S n)) eps) (fun k => - omega_minus (INR k / INR (S n)) eps)
    p eps Hp He) as (A & _ & B & _).
  etransitivity; [symmetry; apply (mean_ext p (S n) _ _ (fun k _ => B k))|]. etransitivity; [exact A|].
  apply mean_ext. intros j Hj. cbv beta. rewrite plus_form, minus_form. unfold part. ring.
Qed.

Lemma mean_continuous n : forall f p, continuous (fun q => mean q n f) p.
Proof.
  induction n; intros f p; [apply continuous_const|].
  apply (continuous_plus (fun q => (1 - q) * mean q n f) (fun q => q * mean q n (fun k => f (S k)))).
  - apply (continuous_mult (fun q => 1 - q) (fun q => mean q n f)); [|apply IHn].
    apply (ex_derive_continuous (fun q => 1 - q)). auto_derive. exact I.
  - apply (continuous_mult (fun q => q) (fun q => mean q n (fun k => f (S k)))); [apply continuous_id|apply IHn].
Qed.

Lemma mean_at_0 n f : mean 0 n f = f 0%nat.
Proof. revert f. induction n; intros; simpl; [reflexivity|]. rewrite !IHn. ring. Qed.

Lemma mean_at_1 n f : mean 1 n f = f n.
Proof. revert f. induction n; intros; simpl; [reflexivity|]. rewrite !IHn. ring. Qed.

Lemma Omega_mirrored x y eps : y = 1 - x -> Omega y eps = Omega x eps.
Proof. intros ->. unfold Omega. do 3 f_equal. ring. Qed.

(** The bound (1 - 1/G) Omega (1/G) on a group's mean push is its limit at both ends: the mean push is a function that is
    continuous everywhere and has that value at 0 and at 1. For G = 2 and 3 it has it everywhere, for G >= 4 it stays
    below. *)
Theorem b6_ends : forall (n : nat) (eps : R), (1 <= n)%nat -> 0 < eps ->
  let G := S n in
  let bound := (1 - 1 / INR G) * Omega (1 / INR G) eps in
  (exists f : R -> R, (forall p, continuous f p) /\ (forall p, 0 < p < 1 -> f p = mean p G (group_push G p eps)) /\
    f 0 = bound /\ f 1 = bound) /\
  ((G <= 3)%nat -> forall p, 0 < p < 1 -> mean p G (group_push G p eps) = bound) /\
  ((4 <= G)%nat -> forall p, 0 < p < 1 -> mean p G (group_push G p eps) < bound).
Proof.
  intros n eps Hn He G bound. assert (GS : INR G = INR n + 1) by apply S_INR. pose proof (pos_INR n) as N0.
  assert (Zero : part G eps 0 = bound) by (unfold part, bound; simpl (INR 1); simpl (INR 0); unfold Rdiv; ring).
  assert (Last : part G eps n = bound).
  { unfold part, bound. fold G. replace (INR G / INR G) with 1 by (field; lra).
    rewrite (Omega_mirrored (1 / INR G) (INR n / INR G)) by (rewrite GS; field; lra).
    replace (INR n / INR G) with (1 - 1 / INR G) by (rewrite GS; field; lra). ring. }
  refine (conj _ (conj _ _)).
  - exists (fun p => mean p n (part G eps)). refine (conj _ (conj _ (conj _ _))).
    + intros p. apply mean_continuous.
    + intros p Hp. symmetry. apply mean_parts; assumption.
    + rewrite mean_at_0. exact Zero.
    + rewrite mean_at_1. exact Last.
  - intros HG p Hp. unfold G. rewrite mean_parts by assumption. fold G. rewrite <- (mean_const p n bound). apply mean_ext. intros j Hj.
    destruct (Nat.eq_dec j 0) as [->|N]; [exact Zero|]. destruct (Nat.eq_dec j n) as [->|N']; [exact Last|].
    assert (j = 1%nat /\ n = 2%nat) as [-> ->] by (unfold G in HG; lia).
    unfold part, bound, G. simpl INR. rewrite (Omega_mirrored (1 / (1 + 1 + 1)) ((1 + 1) / (1 + 1 + 1))) by field. field.
  - intros HG p Hp. unfold G. rewrite mean_parts by assumption. fold G. rewrite <- (mean_const p n bound).
    assert (I4 : 4 <= INR G) by (replace 4 with (INR 4) by (simpl; lra); apply le_INR, HG).
    set (O := Omega (1 / INR G) eps) in *.
    assert (Top : forall k, (1 <= k < G)%nat -> Omega (INR k / INR G) eps <= O) by (intros; apply push_at_one; lia || assumption).
    assert (Share : forall x, 0 <= x -> 0 <= x / INR G) by (intros; apply Rmult_le_pos; [assumption|left; apply Rinv_0_lt_compat; lra]).
    assert (Right : forall j, (j < n)%nat -> (1 - INR (S j) / INR G) * Omega (INR (S j) / INR G) eps <= (1 - INR (S j) / INR G) * O).
    { intros j Hj. apply Rmult_le_compat_l; [|apply Top; unfold G; lia].
      replace (1 - INR (S j) / INR G) with ((INR G - INR (S j)) / INR G) by (field; lra). apply Share.
      assert (INR (S j) <= INR G) by (apply le_INR; unfold G; lia). lra. }
    assert (Wrong : forall j, (1 <= j)%nat -> (j <= n)%nat -> INR j / INR G * Omega (INR j / INR G) eps <= INR j / INR G * O).
    { intros j Hj Hj'. apply Rmult_le_compat_l; [apply Share, pos_INR|apply Top; unfold G; lia]. }
    assert (Both : forall j, (1 - INR (S j) / INR G) * O + INR j / INR G * O = bound)
      by (intros; unfold bound; fold O; rewrite S_INR; field; lra).
    apply (mean_lt p n 1); [exact Hp|exact Hn| |].
    + intros j Hj. destruct (Nat.eq_dec j 0) as [->|J]; [lra|]. destruct (Nat.eq_dec j n) as [->|J']; [lra|].
      rewrite <- (Both j). apply Rplus_le_compat; [apply Right; lia|apply Wrong; lia].
    + rewrite <- (Both 1%nat). apply Rplus_lt_le_compat; [|apply Wrong; lia].
      change (INR 2) with (1 + 1). clearbody G. apply Rmult_lt_compat_l.
      * apply (Rmult_lt_reg_r (INR G)); [lra|]. replace ((1 - (1 + 1) / INR G) * INR G) with (INR G - 2) by (field; lra). lra.
      * assert (V : 0 < 1 / INR G * (1 - 1 / INR G) < (1 + 1) / INR G * (1 - (1 + 1) / INR G)).
        { split; apply (Rmult_lt_reg_r (INR G * INR G)); try nra;
            replace (1 / INR G * (1 - 1 / INR G) * (INR G * INR G)) with (INR G - 1) by (field; lra); [lra|].
          replace ((1 + 1) / INR G * (1 - (1 + 1) / INR G) * (INR G * INR G)) with (2 * (INR G - 2)) by (field; lra). lra. }
        unfold O, Omega, Rdiv at 1 4. rewrite !Rmult_1_l. apply Rinv_lt_contravar.
        -- apply Rmult_lt_0_compat; apply sqrt_lt_R0; lra.
        -- apply sqrt_lt_1; lra.
Qed.
