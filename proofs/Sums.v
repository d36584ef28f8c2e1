(* Sums over the outputs 0, 1, ..., n - 1. *)
Require Import Reals Lra Lia.
Open Scope R_scope.

Fixpoint total (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S m => total m f + f m end.

Lemma total_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> total n f = total n g.
Proof. induction n; simpl; intros; [reflexivity|]. rewrite IHn, H; auto. Qed.

Lemma total_plus n f g : total n (fun i => f i + g i) = total n f + total n g.
Proof. induction n; simpl; [lra|]. rewrite IHn. lra. Qed.

Lemma total_minus n f g : total n (fun i => f i - g i) = total n f - total n g.
Proof. induction n; simpl; [lra|]. rewrite IHn. lra. Qed.

Lemma total_scale n c f : total n (fun i => c * f i) = c * total n f.
Proof. induction n; simpl; [lra|]. rewrite IHn. lra. Qed.

Lemma total_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> total n f <= total n g.
Proof.
  induction n; simpl; intros; [lra|].
  assert (total n f <= total n g) by auto. pose proof (H n ltac:(lia)). lra.
Qed.

Lemma total_0 n : total n (fun _ => 0) = 0.
Proof. induction n; simpl; [reflexivity|]. rewrite IHn. lra. Qed.

Lemma total_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= total n f.
Proof. intros. rewrite <- (total_0 n). apply total_le. assumption. Qed.

Lemma total_zero n f : (forall i, (i < n)%nat -> 0 <= f i) -> total n f = 0 -> forall i, (i < n)%nat -> f i = 0.
Proof.
  induction n; simpl; intros; [lia|].
  assert (0 <= total n f) by (apply total_nonneg; auto).
  pose proof (H n ltac:(lia)).
  destruct (PeanoNat.Nat.eq_dec i n) as [->|]; [lra|].
  apply IHn; auto; [lra|lia].
Qed.

Lemma total_pos n f i : (forall j, (j < n)%nat -> 0 <= f j) -> (i < n)%nat -> 0 < f i -> 0 < total n f.
Proof.
  intros. destruct (total_nonneg n f H) as [|E]; [assumption|].
  pose proof (total_zero n f H (eq_sym E) i H0). lra.
Qed.

Lemma total_has n f : 0 < total n f -> exists i, (i < n)%nat /\ 0 < f i.
Proof.
  induction n; simpl; intros; [lra|].
  destruct (Rlt_or_le 0 (f n)).
  - exists n. split; [lia|assumption].
  - destruct IHn as (i & ? & ?); [lra|]. exists i. split; [lia|assumption].
Qed.

Lemma total_abs n f : Rabs (total n f) <= total n (fun i => Rabs (f i)).
Proof.
  induction n; simpl; [rewrite Rabs_R0; lra|].
  pose proof (Rabs_triang (total n f) (f n)). lra.
Qed.
