(* Chapter "Stability", its first half: Theorems 6 and 7, for any map and for h. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot Primitives Paper Logistic SuccessMap.
Open Scope R_scope.

(** A map with a slope below 1 in size at a fixed point contracts near it: every orbit that starts within some delta
    comes nearer to it by a factor k < 1 at each step. That the slope is continuous is not needed for this. *)
Theorem theorem_7 : forall (f : R -> R) (fixed slope : R),
  f fixed = fixed -> is_derive f fixed slope -> Rabs slope < 1 ->
  exists delta k, 0 < delta /\ 0 <= k < 1 /\
    forall p n, Rabs (p - fixed) <= delta -> Rabs (orbit f p n - fixed) <= k ^ n * Rabs (p - fixed).
Proof.
  intros f z d Hz Hd Hs. apply is_derive_Reals in Hd.
  pose proof (Rabs_pos d).
  destruct (Hd ((1 - Rabs d) / 2) ltac:(lra)) as [del Hdel].
  set (k := (1 + Rabs d) / 2). assert (Hk : 0 <= k < 1) by (unfold k; lra).
  assert (Step : forall x, Rabs (x - z) <= del / 2 -> Rabs (f x - z) <= k * Rabs (x - z)).
  { intros x Hx. destruct (Req_dec x z) as [->|N]; [rewrite Hz, Rminus_eq_0, Rabs_R0; lra|].
    assert (Hne : x - z <> 0) by lra. pose proof (cond_pos del).
    specialize (Hdel (x - z) Hne ltac:(lra)). replace (z + (x - z)) with x in Hdel by ring. rewrite Hz in Hdel.
    assert (Hq : Rabs ((f x - z) / (x - z)) <= k).
    { pose proof (Rabs_triang ((f x - z) / (x - z) - d) d).
      replace ((f x - z) / (x - z) - d + d) with ((f x - z) / (x - z)) in H1 by ring. unfold k. lra. }
    replace (f x - z) with ((f x - z) / (x - z) * (x - z)) by (field; assumption).
    rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|assumption]. }
  exists (del / 2), k. pose proof (cond_pos del). split; [lra|]. split; [assumption|].
  intros p n Hp. induction n; simpl; [lra|].
  assert (P : 0 <= k ^ n <= 1).
  { split; [apply pow_le; lra|]. rewrite <- (pow1 n). apply pow_incr. lra. }
  pose proof (Rabs_pos (p - z)).
  assert (Rabs (orbit f p n - z) <= del / 2) by nra.
  pose proof (Step _ H2). rewrite Rmult_assoc. eapply Rle_trans; [exact H3|].
  apply Rmult_le_compat_l; [lra|assumption].
Qed.

(** Where the slope is continuous at the fixed point, the map takes some interval about it to itself, and any two points of
    it come nearer to each other by a factor k < 1. *)
Theorem theorem_7_interval : forall (f f1 : R -> R) (fixed r : R),
  0 < r -> f fixed = fixed -> (forall x, Rabs (x - fixed) <= r -> is_derive f x (f1 x)) ->
  continuity_pt f1 fixed -> Rabs (f1 fixed) < 1 ->
  exists delta k, 0 < delta /\ 0 <= k < 1 /\
    forall x y, Rabs (x - fixed) <= delta -> Rabs (y - fixed) <= delta ->
      Rabs (f x - fixed) <= delta /\ Rabs (f x - f y) <= k * Rabs (x - y).
Proof.
  intros f f1 z r Hr Hz Hd Hc Hs. pose proof (Rabs_pos (f1 z)) as S0.
  destruct (Hc ((1 - Rabs (f1 z)) / 2) ltac:(lra)) as (a & Ha & Near). simpl in Near. unfold R_dist in Near.
  set (k := (1 + Rabs (f1 z)) / 2). assert (Hk : 0 <= k < 1) by (unfold k; lra).
  assert (Slope : forall x, Rabs (x - z) < a -> Rabs (f1 x) <= k).
  { intros x Hx. destruct (Req_dec x z) as [->|N]; [unfold k; lra|].
    specialize (Near x (conj (conj I (not_eq_sym N)) Hx)). pose proof (Rabs_triang (f1 x - f1 z) (f1 z)) as T.
    replace (f1 x - f1 z + f1 z) with (f1 x) in T by ring. unfold k. lra. }
  set (d := Rmin r (a / 2)). assert (D : 0 < d) by (apply Rmin_pos; lra).
  assert (Dr : d <= r) by apply Rmin_l. assert (Da : d <= a / 2) by apply Rmin_r.
  assert (Two : forall x y, Rabs (x - z) <= d -> Rabs (y - z) <= d -> Rabs (f x - f y) <= k * Rabs (x - y)).
  { intros x y Hx Hy. assert (Between : forall c, Rmin y x <= c <= Rmax y x -> Rabs (c - z) <= d).
    { intros c Hcb. apply Rabs_le_between in Hx. apply Rabs_le_between in Hy. apply Rabs_le.
      unfold Rmin, Rmax in Hcb. destruct (Rle_dec y x); lra. }
    destruct (MVT_gen f y x f1) as (c & Hcb & E).
    - intros c Hcb. apply Hd. specialize (Between c ltac:(lra)). lra.
    - intros c Hcb. specialize (Between c Hcb). apply derivable_continuous_pt. exists (f1 c). apply is_derive_Reals, Hd. lra.
    - specialize (Between c Hcb). rewrite E, Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|]. apply Slope. lra. }
  exists d, k. split; [exact D|]. split; [exact Hk|]. intros x y Hx Hy. split; [|apply Two; assumption].
  assert (Rabs (z - z) <= d) by (rewrite Rminus_eq_0, Rabs_R0; lra).
  pose proof (Two x z Hx H) as T. rewrite Hz in T. pose proof (Rabs_pos (x - z)). nra.
Qed.

Lemma contracts_to (u : nat -> R) z k c : 0 <= k < 1 -> (forall n, Rabs (u n - z) <= k ^ n * c) -> is_lim_seq u z.
Proof.
  intros Hk Hu. apply is_lim_seq_spec. intros e.
  assert (G : is_lim_seq (fun n => k ^ n * c) 0).
  { replace (Finite 0) with (Rbar_mult 0 c) by (simpl; f_equal; ring).
    apply is_lim_seq_scal_r, is_lim_seq_geom. rewrite Rabs_right; lra. }
  apply is_lim_seq_spec in G. destruct (G e) as [N HN]. exists N. intros n Hn.
  specialize (HN n Hn). specialize (Hu n). apply Rabs_def2 in HN. lra.
Qed.

(** At a fixed point of h with a slope below 1 in size, the recursion converges to it from every start near enough. *)
Theorem theorem_6 : forall p_ref beta eps fixed : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= fixed <= 1 ->
  fixed = h p_ref beta eps fixed -> Rabs (h_slope p_ref beta eps fixed) < 1 ->
  exists delta, 0 < delta /\
    forall p_0, fixed - delta <= p_0 <= fixed + delta -> is_lim_seq (orbit (h p_ref beta eps) p_0) fixed.
Proof.
  intros. destruct (theorem_7 (h p_ref beta eps) fixed (h_slope p_ref beta eps fixed)) as (delta & k & D & K & C).
  - symmetry; assumption.
  - apply h_derive; assumption.
  - assumption.
  - exists delta. split; [assumption|]. intros p_0 Hp.
    apply contracts_to with (k := k) (c := Rabs (p_0 - fixed)); [assumption|].
    intros. apply C. apply Rabs_le. lra.
Qed.
