(* Chapter "Fate": where every run ends, in log-odds. The statements about probabilities are in Ends.v. *)
Require Import Reals Ranalysis5 Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Schwarzian FixedPoints Signs Cycles.
Open Scope R_scope.

Lemma orbit_shift f x n : orbit f (f x) n = orbit f x (S n).
Proof. induction n; [reflexivity|]. simpl in *. rewrite IHn. reflexivity. Qed.

Lemma orbit_add f x m n : orbit f (orbit f x m) n = orbit f x (n + m).
Proof. induction n; [reflexivity|]. simpl. rewrite IHn. reflexivity. Qed.

Lemma limit_is_fixed (f : R -> R) x l : continuous f l -> is_lim_seq (orbit f x) l -> f l = l.
Proof.
  intros C H. assert (A : is_lim_seq (fun n => f (orbit f x n)) (f l)).
  { apply (is_lim_seq_continuous f); [apply continuity_pt_filterlim, C|exact H]. }
  apply is_lim_seq_incr_1 in H. apply is_lim_seq_unique in A. apply is_lim_seq_unique in H.
  assert (E : Finite (f l) = Finite l) by (rewrite <- A, <- H; reflexivity). injection E. auto.
Qed.

Lemma falling_limit (u : nat -> R) low :
  (forall n, u (S n) <= u n) -> (forall n, low <= u n) -> exists l : R, is_lim_seq u l /\ low <= l /\ forall n, l <= u n.
Proof.
  intros Hd Hl. destruct (ex_finite_lim_seq_decr u low Hd Hl) as [l Hlim]. exists l. split; [exact Hlim|]. split.
  - apply (is_lim_seq_le (fun _ => low) u low l); [exact Hl|apply is_lim_seq_const|exact Hlim].
  - intros n. apply (is_lim_seq_decr_compare u l Hlim Hd).
Qed.

Lemma rising_limit (u : nat -> R) high :
  (forall n, u n <= u (S n)) -> (forall n, u n <= high) -> exists l : R, is_lim_seq u l /\ l <= high /\ forall n, u n <= l.
Proof.
  intros Hi Hh. destruct (ex_finite_lim_seq_incr u high Hi Hh) as [l Hlim]. exists l. split; [exact Hlim|]. split.
  - apply (is_lim_seq_le u (fun _ => high) l high); [exact Hh|exact Hlim|apply is_lim_seq_const].
  - intros n. apply (is_lim_seq_incr_compare u l Hlim Hi).
Qed.

(* A sequence whose even and odd terms tend to one number tends to it. *)
Lemma even_and_odd (u : nat -> R) (l : R) :
  is_lim_seq (fun n => u (2 * n)%nat) l -> is_lim_seq (fun n => u (S (2 * n))) l -> is_lim_seq u l.
Proof.
  intros E O. apply is_lim_seq_spec. apply is_lim_seq_spec in E. apply is_lim_seq_spec in O. intros d.
  destruct (E d) as [N1 H1]. destruct (O d) as [N2 H2]. exists (2 * (N1 + N2) + 1)%nat. intros n Hn.
  destruct (Nat.Even_or_Odd n) as [[m ->]|[m ->]].
  - apply H1. lia.
  - replace (2 * m + 1)%nat with (S (2 * m)) by lia. apply H2. lia.
Qed.

Section Recursion.
Context (L_ref beta eps : R) (Hb : 0 < beta) (He : 0 < eps).
Notation f := (F L_ref beta eps).
Notation g := (fun x => push1 eps x / beta).

Let falls := f_falls L_ref beta eps Hb He.
Let rises := f_rises L_ref beta eps Hb He.
Let cont := f_continuous L_ref beta eps He.

Lemma f_above_0 L : f 0 <= f L.
Proof. exact (f_least L_ref beta eps Hb He L). Qed.

Section Trap.
Context (L : R) (Fix : f L = L) (Slope : -1 <= g L) (Neg : L < 0).

Lemma closer x : L < x -> x <= 0 -> L < f (f x) < x.
Proof.
  intros H1 H2.
  assert (A : f x < L) by (rewrite <- Fix; apply falls; lra).
  assert (B : L < f (f x)) by (rewrite <- Fix at 1; apply falls; lra).
  split; [exact B|]. apply (nearer L_ref beta eps Hb He L x); try assumption.
  apply Rle_trans with (f (f 0)); [|apply (trapped L_ref beta eps Hb He L); assumption].
  destruct H2 as [H2| ->]; [|lra]. left. apply falls; [apply falls; lra|]. lra.
Qed.

Lemma every_other x : L <= x -> x <= 0 -> forall n, L <= orbit f x (2 * n) <= 0 /\ orbit f x (2 * S n) <= orbit f x (2 * n).
Proof.
  intros H1 H2. assert (Tw : forall n, orbit f x (2 * S n) = f (f (orbit f x (2 * n)))).
  { intros n. replace (2 * S n)%nat with (S (S (2 * n))) by lia. reflexivity. }
  assert (St : forall y, L <= y <= 0 -> L <= f (f y) <= y).
  { intros y [[Hy| <-] Hy0]; [destruct (closer y Hy Hy0); lra|rewrite !Fix; lra]. }
  induction n.
  - rewrite Tw. change (orbit f x (2 * 0)) with x. split; [lra|]. apply St. lra.
  - destruct IHn as [I _]. rewrite (Tw (S n)). pose proof (St _ I). rewrite <- Tw in H.
    split; [lra|]. apply St. lra.
Qed.

Lemma from_above x : L <= x -> x <= 0 -> is_lim_seq (orbit f x) L.
Proof.
  intros H1 H2. pose proof (every_other x H1 H2) as Ev.
  destruct (falling_limit (fun n => orbit f x (2 * n)) L) as (l & Hl & Low & Below).
  - intros n. apply Ev.
  - intros n. apply Ev.
  - assert (l <= 0) by (specialize (Below 0%nat); simpl in Below; lra).
    assert (Fl : f (f l) = l).
    { assert (A : is_lim_seq (fun n => f (f (orbit f x (2 * n)))) (f (f l))).
      { apply (is_lim_seq_continuous f); [apply continuity_pt_filterlim, cont|].
        apply (is_lim_seq_continuous f); [apply continuity_pt_filterlim, cont|exact Hl]. }
      apply is_lim_seq_incr_1 in Hl.
      assert (A' : is_lim_seq (fun n => f (f (orbit f x (2 * n)))) l).
      { eapply is_lim_seq_ext; [|exact Hl]. intros n. cbv beta. replace (2 * S n)%nat with (S (S (2 * n))) by lia. reflexivity. }
      apply is_lim_seq_unique in A. apply is_lim_seq_unique in A'. rewrite A in A'. injection A'. auto. }
    assert (E : l = L).
    { destruct Low as [Low|]; [|auto]. destruct (closer l Low H). lra. }
    subst l. apply even_and_odd; [exact Hl|].
    rewrite <- Fix. apply (is_lim_seq_continuous f); [apply continuity_pt_filterlim, cont|exact Hl].
Qed.

Lemma from_trap x : f 0 <= x -> x <= 0 -> is_lim_seq (orbit f x) L.
Proof.
  intros H1 H2. destruct (Rle_or_lt L x) as [H|H]; [apply from_above; assumption|].
  apply is_lim_seq_incr_1. eapply is_lim_seq_ext; [intros n; apply orbit_shift|].
  assert (f L < f x) by (apply falls; lra). rewrite Fix in H0. apply from_above; [lra|].
  apply Rle_trans with (f (f 0)); [|apply (trapped L_ref beta eps Hb He L); assumption].
  destruct H1 as [H1| <-]; [left; apply falls; lra|lra].
Qed.
End Trap.

(* An orbit that starts at or above even odds climbs, or falls for ever, or comes below even odds. *)
Lemma climbs x : 0 <= x -> x <= f x -> exists l : R, x <= l /\ f l = l /\ is_lim_seq (orbit f x) l.
Proof.
  intros H0 H1. assert (M : forall n, x <= orbit f x n /\ orbit f x n <= orbit f x (S n)).
  { induction n; [simpl; lra|]. destruct IHn as [A B]. split; [lra|]. simpl in *.
    destruct B as [B|B]; [left; apply rises; lra|rewrite <- B; lra]. }
  destruct (rising_limit (orbit f x) (Rmax x (L_ref + 1 / sqrt eps / beta))) as (l & Hl & _ & Ab).
  - intros; apply M.
  - intros [|n]; [apply Rmax_l|]. eapply Rle_trans; [|apply Rmax_r]. simpl. apply F_bound; assumption.
  - exists l. split; [apply (Ab 0%nat)|]. split; [|exact Hl]. apply (limit_is_fixed f x l); [apply cont|exact Hl].
Qed.

Lemma sinks x : 0 <= x -> f x <= x ->
  (exists l : R, l <= x /\ f l = l /\ is_lim_seq (orbit f x) l /\ forall n, 0 <= orbit f x n) \/
  (exists n, f 0 <= orbit f x n < 0).
Proof.
  intros H0 H1. destruct (Classical_Prop.classic (exists n, orbit f x n < 0)) as [[n Hn]|No].
  - right. destruct n; [simpl in Hn; lra|]. exists (S n). split; [simpl; apply f_above_0|exact Hn].
  - left. assert (P : forall n, 0 <= orbit f x n).
    { intros n. destruct (Rle_or_lt 0 (orbit f x n)); [assumption|]. exfalso. apply No. exists n. assumption. }
    assert (M : forall n, orbit f x (S n) <= orbit f x n).
    { induction n; [exact H1|]. simpl in *. destruct IHn as [B|B]; [left; apply rises; [exact B|apply (P (S n))]|rewrite B; lra]. }
    destruct (falling_limit (orbit f x) 0 M P) as (l & Hl & _ & Be).
    exists l. split; [apply (Be 0%nat)|]. split; [|split; assumption].
    apply (limit_is_fixed f x l); [apply cont|exact Hl].
Qed.

(* Below even odds a fixed point exists where even odds fall. *)
Lemma fixed_below : f 0 < 0 -> exists l, l < 0 /\ f l = l.
Proof.
  intros H. pose proof (defect_low L_ref beta eps (Rmin L_ref (-1)) ltac:(lra) Hb (Rmin_l _ _)) as P.
  assert (Q : defect L_ref beta eps 0 < 0) by (unfold defect; lra).
  pose proof (Rmin_r L_ref (-1)).
  destruct (zero_between (defect L_ref beta eps) (Rmin L_ref (-1)) 0) as (c & Hc & E).
  - intros. apply defect_continuous. lra.
  - lra.
  - nra.
  - exists c. split; [lra|]. unfold defect in E. lra.
Qed.

Lemma tail x n (l : R) : is_lim_seq (orbit f (orbit f x n)) l -> is_lim_seq (orbit f x) l.
Proof.
  intros H. apply is_lim_seq_incr_n with (N := n). eapply is_lim_seq_ext; [|exact H].
  intros k. apply orbit_add.
Qed.

(* Where a fixed point below even odds, if there is one, has slope >= -1, every orbit from every start converges. *)
Lemma all_converge x :
  (forall m, m < 0 -> f m = m -> -1 <= g m) -> exists l : R, f l = l /\ is_lim_seq (orbit f x) l.
Proof.
  intros Sl.
  assert (Pos : forall y, 0 <= y -> exists l : R, f l = l /\ is_lim_seq (orbit f y) l).
  { intros y Hy. destruct (Rle_or_lt y (f y)) as [H|H].
    - destruct (climbs y Hy H) as (l & _ & Fl & Hl). exists l. split; assumption.
    - destruct (sinks y Hy ltac:(lra)) as [(l & _ & Fl & Hl & _)|(n & Hn)]; [exists l; split; assumption|].
      destruct fixed_below as (m & Hm & Fm); [lra|].
      exists m. split; [exact Fm|]. apply (tail y n). apply from_trap; try assumption; try lra. apply Sl; assumption. }
  destruct (Rle_or_lt 0 x) as [H|H]; [apply Pos, H|].
  destruct (Pos (- x)) as (l & Fl & Hl); [lra|]. exists l. split; [exact Fl|].
  apply is_lim_seq_incr_1. apply is_lim_seq_incr_1 in Hl. eapply is_lim_seq_ext; [|exact Hl].
  intros n. rewrite <- !orbit_shift. rewrite (f_even L_ref beta eps x). reflexivity.
Qed.

End Recursion.
