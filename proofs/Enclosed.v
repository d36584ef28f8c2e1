(* A run that is enclosed, step by step, until it is in an interval that some number of updates contracts: it ends on a
   fixed point or on a cycle. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic SuccessMap Contraction FixedPoints Certificates.
Open Scope R_scope.
Import Certified.

(* The slope of n updates: the product of the slopes along the way. *)
Fixpoint slopes (f f1 : R -> R) (x : R) (n : nat) : R :=
  match n with O => 1 | S m => f1 (orbit f x m) * slopes f f1 x m end.

Lemma orbit_plus f x n m : orbit f x (n + m) = orbit f (orbit f x n) m.
Proof. induction m; [rewrite Nat.add_0_r; reflexivity|]. rewrite Nat.add_succ_r. simpl. rewrite IHm. reflexivity. Qed.

Lemma orbit_times f x m n : orbit f x (m * n) = orbit (fun y => orbit f y m) x n.
Proof. induction n; [rewrite Nat.mul_0_r; reflexivity|]. rewrite Nat.mul_succ_r, orbit_plus, IHn. reflexivity. Qed.

Section Map.
Context (f f1 : R -> R) (Unit : forall y, 0 <= y <= 1 -> is_derive f y (f1 y) /\ 0 <= f y <= 1).

Lemma orbit_unit x n : 0 <= x <= 1 -> 0 <= orbit f x n <= 1.
Proof. intros. induction n; [exact H|]. apply (Unit _ IHn). Qed.

Lemma orbit_derive x n : 0 <= x <= 1 -> is_derive (fun y => orbit f y n) x (slopes f f1 x n).
Proof.
  intros H. induction n; [apply (is_derive_id x)|]. simpl.
  pose proof (is_derive_comp f (fun y => orbit f y n) x _ _ (proj1 (Unit _ (orbit_unit x n H))) IHn) as D.
  unfold scal in D; simpl in D; unfold mult in D; simpl in D. rewrite Rmult_comm. exact D.
Qed.

(* An interval that m updates take to itself, with a slope of k < 1 in size at most: who is in it ends on one point of it,
   seen every m updates. *)
Lemma ends_on a b k m x :
  0 <= a -> a <= b -> b <= 1 -> 0 <= k < 1 ->
  (forall y, a <= y <= b -> a <= orbit f y m <= b /\ Rabs (slopes f f1 y m) <= k) -> a <= x <= b ->
  exists z, a <= z <= b /\ orbit f z m = z /\ Rabs (slopes f f1 z m) < 1 /\ is_lim_seq (fun j => orbit f x (m * j)) z.
Proof.
  intros Ha Hab Hb Hk H Hx. set (g := fun y => orbit f y m).
  assert (Gd : forall y, a <= y <= b -> is_derive g y (slopes f f1 y m)) by (intros; apply orbit_derive; lra).
  assert (Two : forall y z, a <= y <= b -> a <= z <= b -> Rabs (g y - g z) <= k * Rabs (y - z)).
  { intros y z Hy Hz. assert (Between : forall c, Rmin z y <= c <= Rmax z y -> a <= c <= b).
    { intros c Hc. unfold Rmin, Rmax in Hc. destruct (Rle_dec z y); lra. }
    destruct (MVT_gen g z y (fun c => slopes f f1 c m)) as (c & Hc & E).
    - intros c Hc. apply Gd, Between. lra.
    - intros c Hc. apply derivable_continuous_pt. exists (slopes f f1 c m). apply is_derive_Reals, Gd, Between, Hc.
    - rewrite E, Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|]. apply H, Between, Hc. }
  assert (Z : exists z, a <= z <= b /\ g z = z).
  { pose proof (proj1 (H a ltac:(lra))) as A. pose proof (proj1 (H b ltac:(lra))) as B. fold (g a) in A. fold (g b) in B.
    destruct (Req_dec (g a) a) as [Ea|Na]; [exists a; lra|]. destruct (Req_dec (g b) b) as [Eb|Nb]; [exists b; lra|].
    destruct (Ranalysis5.IVT_interv (fun y => y - g y) a b) as (z & Hz & Ez).
    - intros y Hy. apply continuity_pt_minus; [apply derivable_continuous_pt, derivable_pt_id|].
      apply derivable_continuous_pt. exists (slopes f f1 y m). apply is_derive_Reals, Gd, Hy.
    - destruct Hab as [|E]; [assumption|]. exfalso. rewrite <- E in *. lra.
    - lra.
    - lra.
    - exists z. lra. }
  destruct Z as (z & Hz & Ez). exists z. split; [exact Hz|]. split; [exact Ez|].
  split; [apply Rle_lt_trans with k; [apply H, Hz|lra]|].
  apply contracts_to with (k := k) (c := Rabs (x - z)); [exact Hk|]. intros n. rewrite orbit_times.
  assert (K : a <= orbit g x n <= b /\ Rabs (orbit g x n - z) <= k ^ n * Rabs (x - z)).
  { induction n as [|n [I J]]; [simpl; lra|]. simpl. split; [apply H, I|].
    rewrite <- Ez at 1. eapply Rle_trans; [apply Two; assumption|]. rewrite Rmult_assoc. apply Rmult_le_compat_l; lra. }
  apply K.
Qed.

(* So it is in a ball whose middle m updates leave nearly where it is. *)
Lemma ends_near c r k m x :
  0 <= c - r -> c + r <= 1 -> 0 < r -> 0 <= k < 1 -> (forall y, c - r <= y <= c + r -> Rabs (slopes f f1 y m) <= k) ->
  Rabs (orbit f c m - c) <= (1 - k) * r -> c - r <= x <= c + r ->
  exists z, c - r <= z <= c + r /\ orbit f z m = z /\ Rabs (slopes f f1 z m) < 1 /\
    is_lim_seq (fun j => orbit f x (m * j)) z.
Proof.
  intros H0 H1 Hr Hk Sl Hc Hx. apply ends_on with k; try assumption; try lra.
  intros y Hy. split; [|apply Sl, Hy]. apply Rabs_le_between'.
  destruct (MVT_gen (fun y => orbit f y m) c y (fun t => slopes f f1 t m)) as (t & Ht & E).
  - intros t Ht. apply orbit_derive. unfold Rmin, Rmax in Ht. destruct (Rle_dec c y); lra.
  - intros t Ht. apply derivable_continuous_pt. exists (slopes f f1 t m). apply is_derive_Reals, orbit_derive.
    unfold Rmin, Rmax in Ht. destruct (Rle_dec c y); lra.
  - assert (T : Rabs (slopes f f1 t m) <= k) by (apply Sl; unfold Rmin, Rmax in Ht; destruct (Rle_dec c y); lra).
    replace (orbit f y m - c) with (orbit f y m - orbit f c m + (orbit f c m - c)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. rewrite E, Rabs_mult.
    assert (D : Rabs (y - c) <= r) by (apply Rabs_le; lra).
    assert (Rabs (slopes f f1 t m) * Rabs (y - c) <= k * r).
    { apply Rmult_le_compat; try apply Rabs_pos; assumption. }
    lra.
Qed.

End Map.

Lemma h_unit p_ref beta eps : 0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  forall y, 0 <= y <= 1 -> is_derive (h p_ref beta eps) y (h_slope p_ref beta eps y) /\ 0 <= h p_ref beta eps y <= 1.
Proof. intros. split; [apply h_derive; assumption|]. pose proof (h_range p_ref beta eps y H H0 H1 H2). lra. Qed.

Lemma limit_from (u : nat -> R) n (z : R) : is_lim_seq (fun j => u (n + j)%nat) z -> is_lim_seq u z.
Proof.
  intros H. apply (is_lim_seq_incr_n u n). eapply is_lim_seq_ext; [|exact H]. intros j. cbv beta. f_equal. lia.
Qed.

Lemma one_more f s n lo hi : lo <= f (orbit f s n) <= hi -> lo <= orbit f s (S n) <= hi.
Proof. intros H. exact H. Qed.

Lemma same_bounds lo hi x y : lo <= x <= hi -> x = y -> lo <= y <= hi.
Proof. intros H <-. exact H. Qed.

Lemma some_value (x : R) : exists y, y = x.
Proof. exists x. reflexivity. Qed.

(* From the enclosure E of a run's value after n updates that of the next, kept beside it. The value is hidden meanwhile, or Coq would
   unfold the whole run. *)
Ltac and_next E :=
  let N := fresh "E" in
  match type of E with _ <= orbit (h ?r ?b ?e) ?s ?n <= _ =>
    let x := fresh in let X := fresh in
    destruct (some_value (orbit (h r b e) s n)) as [x X]; rewrite <- X in E;
    let t := eval cbv [h] in (h r b e x) in
    interval_intro t with (i_prec 80) as N;
    apply (fun H => same_bounds _ _ _ (h r b e x) H eq_refl) in N;
    subst x; apply one_more in N
  end.
