(* Chapter "Other methods": where runs of any weighting end (B14), its Omega as a function of the log-odds. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper FixedPoints Fate Mirror TwoKlOrbits Zoo.
Open Scope R_scope.

Section Update.
Context (Om : R -> R) (L_ref beta : R) (Hb : 0 < beta).
Notation f := (update Om L_ref beta).

Lemma update_continuous : (forall L, continuity_pt Om L) -> forall L, continuous f L.
Proof.
  intros Hc L. apply continuity_pt_filterlim. unfold update.
  apply continuity_pt_plus; [apply continuity_pt_const; intros x y; reflexivity|].
  apply (continuity_pt_mult Om (fun _ => / beta)); [apply Hc|apply continuity_pt_const; intros x y; reflexivity].
Qed.

Lemma over_beta x y : x <= y -> x / beta <= y / beta.
Proof. intros. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hb|assumption]. Qed.

Section Falling.
Context (Hc : forall L, continuity_pt Om L) (Falls : forall x y, x < y -> Om y <= Om x).

Lemma update_falls x y : x <= y -> f y <= f x.
Proof. intros [H| ->]; [|lra]. unfold update. pose proof (over_beta _ _ (Falls x y H)). lra. Qed.

Lemma one_rests : exists L, f L = L /\ forall M, f M = M -> M = L.
Proof.
  set (d := fun L => f L - L).
  assert (Dc : forall L, continuity_pt d L).
  { intros. apply continuity_pt_minus; [apply continuity_pt_filterlim, update_continuous, Hc|].
    apply derivable_continuous_pt, derivable_pt_id. }
  assert (Lo : 0 < d (Rmin 0 (f 0) - 1)).
  { pose proof (Rmin_l 0 (f 0)). pose proof (Rmin_r 0 (f 0)). unfold d.
    pose proof (update_falls (Rmin 0 (f 0) - 1) 0 ltac:(lra)). lra. }
  assert (Hi : d (Rmax 0 (f 0) + 1) < 0).
  { pose proof (Rmax_l 0 (f 0)). pose proof (Rmax_r 0 (f 0)). unfold d.
    pose proof (update_falls 0 (Rmax 0 (f 0) + 1) ltac:(lra)). lra. }
  pose proof (Rmin_l 0 (f 0)). pose proof (Rmax_l 0 (f 0)).
  destruct (zero_between d (Rmin 0 (f 0) - 1) (Rmax 0 (f 0) + 1) Dc) as (L & _ & E); [lra|nra|].
  exists L. unfold d in E. split; [lra|]. intros M EM.
  destruct (Rtotal_order M L) as [T|[T|T]]; [|exact T|].
  - pose proof (update_falls M L ltac:(lra)). lra.
  - pose proof (update_falls L M ltac:(lra)). lra.
Qed.

Context (Pos : forall L, 0 < Om L).

Lemma bounded x n : L_ref <= orbit f x (S (S n)) <= f L_ref.
Proof.
  assert (A : forall y, L_ref <= f y) by (intros; unfold update; pose proof (Rdiv_lt_0_compat _ _ (Pos y) Hb); lra).
  split; [apply A|]. simpl. apply update_falls, A.
Qed.

(* Every other state moves one way. *)
Lemma every_second x :
  (forall n, orbit f x (2 * n) <= orbit f x (2 * S n) /\ orbit f x (S (2 * S n)) <= orbit f x (S (2 * n))) \/
  (forall n, orbit f x (2 * S n) <= orbit f x (2 * n) /\ orbit f x (S (2 * n)) <= orbit f x (S (2 * S n))).
Proof.
  assert (Tw : forall n, orbit f x (2 * S n) = f (f (orbit f x (2 * n)))).
  { intros n. replace (2 * S n)%nat with (S (S (2 * n))) by lia. reflexivity. }
  assert (One : forall y z, y <= z -> f (f y) <= f (f z)) by (intros; apply update_falls, update_falls; assumption).
  destruct (Rle_or_lt (orbit f x 0) (orbit f x 2)) as [H|H]; [left|right].
  - assert (M : forall n, orbit f x (2 * n) <= orbit f x (2 * S n)).
    { induction n; [exact H|]. rewrite (Tw (S n)), (Tw n) at 1. apply One, IHn. }
    intros n. split; [apply M|]. simpl orbit at 1 2. apply (update_falls (orbit f x (2 * n))), M.
  - assert (M : forall n, orbit f x (2 * S n) <= orbit f x (2 * n)).
    { induction n; [left; exact H|]. rewrite (Tw (S n)). rewrite (Tw n) at 2. apply One, IHn. }
    intros n. split; [apply M|]. apply (update_falls (orbit f x (2 * S n))), M.
Qed.

Lemma two_limits x : exists l m : R, f l = m /\ f m = l /\
  is_lim_seq (fun n => orbit f x (2 * n)) l /\ is_lim_seq (fun n => orbit f x (S (2 * n))) m.
Proof.
  assert (Ev : exists l : R, is_lim_seq (fun n => orbit f x (2 * n)) l).
  { assert (B : forall n, L_ref <= orbit f x (2 * S n) <= f L_ref).
    { intros n. replace (2 * S n)%nat with (S (S (2 * n))) by lia. apply bounded. }
    destruct (every_second x) as [M|M].
    - destruct (rising_limit (fun n => orbit f x (2 * S n)) (f L_ref)) as (l & Hl & _); [intros; apply M|intros; apply B|].
      exists l. apply is_lim_seq_incr_1. exact Hl.
    - destruct (falling_limit (fun n => orbit f x (2 * S n)) L_ref) as (l & Hl & _); [intros; apply M|intros; apply B|].
      exists l. apply is_lim_seq_incr_1. exact Hl. }
  destruct Ev as (l & Hl). exists l, (f l).
  assert (Od : is_lim_seq (fun n => orbit f x (S (2 * n))) (f l)).
  { apply (is_lim_seq_continuous f (fun n => orbit f x (2 * n))); [apply continuity_pt_filterlim, update_continuous, Hc|exact Hl]. }
  refine (conj eq_refl (conj _ (conj Hl Od))).
  assert (A : is_lim_seq (fun n => f (orbit f x (S (2 * n)))) (f (f l))).
  { apply (is_lim_seq_continuous f); [apply continuity_pt_filterlim, update_continuous, Hc|exact Od]. }
  apply is_lim_seq_incr_1 in Hl.
  assert (A' : is_lim_seq (fun n => f (orbit f x (S (2 * n)))) l).
  { eapply is_lim_seq_ext; [|exact Hl]. intros n. cbv beta. replace (2 * S n)%nat with (S (S (2 * n))) by lia. reflexivity. }
  apply is_lim_seq_unique in A. apply is_lim_seq_unique in A'. rewrite A in A'. injection A'. auto.
Qed.
End Falling.
End Update.

(** An Omega that is continuous along the log-odds and never rises, with a bound or without, has one fixed point for every
    prompt and penalty. If it is positive too, a run of the update that is tied to the reference, from any start, ends
    there or alternates between two values: its even states move one way and tend to some l, its odd ones the other way
    and tend to some m, and the update makes m of l and l of m; so where l = m the run tends to the fixed point. *)
Theorem b14_falling : forall (Om : R -> R) (L_ref beta : R), 0 < beta ->
  (forall L, continuity_pt Om L) -> (forall x y, x < y -> Om y <= Om x) ->
  let f := update Om L_ref beta in
  (exists L, f L = L /\ forall M, f M = M -> M = L) /\
  ((forall L, 0 < Om L) -> forall start, let u := orbit f start in
    ((forall n, u (2 * n)%nat <= u (2 * S n)%nat /\ u (S (2 * S n)) <= u (S (2 * n))) \/
     (forall n, u (2 * S n)%nat <= u (2 * n)%nat /\ u (S (2 * n)) <= u (S (2 * S n)))) /\
    exists l m : R, f l = m /\ f m = l /\
      is_lim_seq (fun n => u (2 * n)%nat) l /\ is_lim_seq (fun n => u (S (2 * n))) m /\ (l = m -> is_lim_seq u l)).
Proof.
  intros Om L_ref beta Hb Hc Falls f. split; [apply one_rests; assumption|]. intros Pos start u.
  split; [apply every_second; assumption|].
  destruct (two_limits Om L_ref beta Hb Hc Falls Pos start) as (l & m & A & B & E & O). exists l, m.
  refine (conj A (conj B (conj E (conj O _)))). intros <-. apply even_and_odd; assumption.
Qed.

(** A share alpha of the penalty on the reference: the fixed points are those of the reference alone at strength
    alpha beta, above it where Omega > 0 and below it where Omega < 0; and where Omega never rises the slope of the update
    is at most 1 - alpha. *)
Theorem b14_share : forall (Om : R -> R) (L_ref alpha beta : R), 0 < alpha <= 1 -> 0 < beta ->
  (forall L, step Om alpha beta L_ref L = L <-> update Om L_ref (alpha * beta) L = L) /\
  (forall L, step Om alpha beta L_ref L = L -> (0 < Om L -> L_ref < L) /\ (Om L < 0 -> L < L_ref)) /\
  (forall L s, is_derive Om L s -> is_derive (step Om alpha beta L_ref) L (1 - alpha + s / beta)) /\
  ((forall x y, x < y -> Om y <= Om x) -> forall L s, is_derive Om L s -> 1 - alpha + s / beta <= 1 - alpha).
Proof.
  intros Om L_ref alpha beta Ha Hb. split; [|split; [|split]].
  - intros L. unfold step, update. replace (Om L / (alpha * beta)) with (Om L / beta / alpha) by (field; lra). split; intros H.
    + apply (Rmult_eq_reg_l alpha); [|lra]. replace (alpha * (L_ref + Om L / beta / alpha)) with (alpha * L_ref + Om L / beta) by (field; lra). lra.
    + apply (Rmult_eq_compat_l alpha) in H. replace (alpha * (L_ref + Om L / beta / alpha)) with (alpha * L_ref + Om L / beta) in H by (field; lra). lra.
  - intros L E. unfold step in E. assert (K : Om L = beta * (alpha * (L - L_ref))).
    { apply (Rmult_eq_reg_r (/ beta)); [|apply Rinv_neq_0_compat; lra].
      replace (beta * (alpha * (L - L_ref)) * / beta) with (alpha * (L - L_ref)) by (field; lra). unfold Rdiv in E. lra. }
    rewrite K. assert (0 < beta * alpha) by (apply Rmult_lt_0_compat; lra). split; intros; nra.
  - intros L s D. unfold step. apply (is_derive_plus (fun x => alpha * L_ref + (1 - alpha) * x) (fun x => Om x / beta)).
    + auto_derive; [exact I|ring].
    + apply (is_derive_ext (fun x => / beta * Om x)); [intros; apply Rmult_comm|].
      replace (s / beta) with (/ beta * s) by (unfold Rdiv; ring). apply is_derive_scal, D.
  - intros Falls L s D. destruct (Rle_or_lt s 0) as [N|P].
    + pose proof (over_beta beta Hb s 0 N) as K. replace (0 / beta) with 0 in K by (field; lra). lra.
    + exfalso. destruct (beside_zero (fun x => Om x - Om L) L s) as (e & He & S); try lra.
      * replace s with (s - 0) by ring.
        apply (is_derive_minus Om (fun _ => Om L)); [exact D|apply (is_derive_const (Om L))].
      * specialize (S (L + e / 2) ltac:(lra)). replace (L + e / 2 - L) with (e / 2) in S by ring.
        rewrite Rabs_right in S by lra. specialize (S ltac:(lra)). specialize (Falls L (L + e / 2) ltac:(lra)).
        assert (0 < e / 2 * s) by (apply Rmult_lt_0_compat; lra). nra.
Qed.

(** An Omega that is bounded and continuous and has a slope above 0 at some L0 has three fixed points at least for some prompt and
    penalty: L0, one below it and one above it. *)
Theorem b14_three : forall (Om : R -> R) (bound L0 s : R),
  (forall L, continuity_pt Om L) -> (forall L, Rabs (Om L) <= bound) -> is_derive Om L0 s -> 0 < s ->
  exists L_ref beta a b, 0 < beta /\ a < L0 /\ L0 < b /\
    update Om L_ref beta a = a /\ update Om L_ref beta L0 = L0 /\ update Om L_ref beta b = b.
Proof.
  intros Om bound L0 s Hc Hbd D Hs. set (beta := s / 2). assert (Hb : 0 < beta) by (unfold beta; lra).
  set (L_ref := L0 - Om L0 / beta). exists L_ref, beta. set (d := fun L => update Om L_ref beta L - L).
  assert (Dc : forall L, continuity_pt d L).
  { intros. apply continuity_pt_minus; [apply continuity_pt_filterlim, update_continuous, Hc|].
    apply derivable_continuous_pt, derivable_pt_id. }
  assert (E0 : update Om L_ref beta L0 = L0) by (unfold update, L_ref; ring).
  assert (Dd : is_derive d L0 1).
  { replace 1 with (0 + / beta * s - 1) by (unfold beta; field; lra).
    apply (is_derive_minus (update Om L_ref beta) (fun x => x)); [|apply (is_derive_id L0)].
    apply (is_derive_ext (fun x => L_ref + / beta * Om x)); [intros; unfold update, Rdiv; f_equal; apply Rmult_comm|].
    apply (is_derive_plus (fun _ => L_ref)); [apply (is_derive_const L_ref)|apply is_derive_scal, D]. }
  destruct (beside_zero d L0 1 Dd) as (e & He & S); [unfold d; lra|lra|].
  assert (Bd : forall L, - (bound / beta) <= Om L / beta <= bound / beta).
  { intros L. specialize (Hbd L). apply Rabs_le_between in Hbd. split; [|apply over_beta; lra].
    replace (- (bound / beta)) with (- bound / beta) by (unfold Rdiv; ring). apply over_beta; lra. }
  assert (Up : 0 < d (L0 + e / 2)).
  { specialize (S (L0 + e / 2) ltac:(lra)). replace (L0 + e / 2 - L0) with (e / 2) in S by ring.
    rewrite Rabs_right in S by lra. specialize (S ltac:(lra)). nra. }
  assert (Dn : d (L0 - e / 2) < 0).
  { specialize (S (L0 - e / 2) ltac:(lra)). replace (L0 - e / 2 - L0) with (- (e / 2)) in S by ring.
    rewrite Rabs_Ropp, Rabs_right in S by lra. specialize (S ltac:(lra)). nra. }
  set (far := Rabs L0 + Rabs L_ref + Rabs (bound / beta) + e).
  pose proof (Rle_abs L0). pose proof (Rle_abs L_ref). pose proof (Rle_abs (bound / beta)).
  pose proof (Rle_abs (- L0)) as N0. rewrite Rabs_Ropp in N0. pose proof (Rle_abs (- L_ref)) as N1. rewrite Rabs_Ropp in N1.
  pose proof (Rabs_pos L0). pose proof (Rabs_pos L_ref). pose proof (Rabs_pos (bound / beta)).
  assert (Hi : d far < 0) by (unfold d, update; pose proof (Bd far); unfold far in *; lra).
  assert (Lo : 0 < d (- far)) by (unfold d, update; pose proof (Bd (- far)); unfold far in *; lra).
  destruct (zero_between d (- far) (L0 - e / 2) Dc) as (a & Ia & Ea); [unfold far; lra|nra|].
  destruct (zero_between d (L0 + e / 2) far Dc) as (b & Ib & Eb); [unfold far; lra|nra|].
  exists a, b. unfold d in Ea, Eb. repeat split; lra.
Qed.

(** A bowl. An Omega that is strictly convex along the log-odds has two fixed points at most for every prompt and penalty;
    and if it outgrows every multiple of them, as an exponential does, then from some M on a run tends to a success rate
    of 1. *)
Theorem b14_bowl : forall (Om : R -> R) (L_ref beta : R), 0 < beta ->
  (forall x y t, x < y -> 0 < t < 1 -> Om ((1 - t) * x + t * y) < (1 - t) * Om x + t * Om y) ->
  let f := update Om L_ref beta in
  (forall a b c, a < b -> b < c -> f a = a -> f b = b -> f c = c -> False) /\
  ((forall k, exists M, forall L, M <= L -> k * L <= Om L) ->
    exists M, forall start, M <= start -> is_lim_seq (orbit f start) p_infty).
Proof.
  intros Om L_ref beta Hb Convex f. split.
  - intros a b c Hab Hbc Ea Eb Ec. unfold f in *. apply at_fixed in Ea; [|assumption]. apply at_fixed in Eb; [|assumption].
    apply at_fixed in Ec; [|assumption]. set (t := (b - a) / (c - a)).
    assert (Ht : 0 < t < 1).
    { unfold t. split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_lt_reg_r (c - a)); [lra|].
      replace ((b - a) / (c - a) * (c - a)) with (b - a) by (field; lra). lra. }
    specialize (Convex a c t ltac:(lra) Ht). assert (E : (1 - t) * a + t * c = b) by (unfold t; field; lra).
    rewrite E, Ea, Eb, Ec in Convex. replace ((1 - t) * (beta * (a - L_ref)) + t * (beta * (c - L_ref)))
      with (beta * ((1 - t) * a + t * c - L_ref)) in Convex by ring. rewrite E in Convex. lra.
  - intros Grows. destruct (Grows (2 * beta)) as (M & HM). exists (Rmax M (Rabs L_ref + 1)). intros x Hx.
    pose proof (Rmax_l M (Rabs L_ref + 1)). pose proof (Rmax_r M (Rabs L_ref + 1)).
    pose proof (Rle_abs (- L_ref)) as N. rewrite Rabs_Ropp in N.
    assert (Up : forall y, Rmax M (Rabs L_ref + 1) <= y -> y + 1 <= f y).
    { intros y Hy. specialize (HM y ltac:(lra)). unfold f, update.
      apply (over_beta beta Hb) in HM. replace (2 * beta * y / beta) with (2 * y) in HM by (field; lra). lra. }
    assert (In : forall n, Rmax M (Rabs L_ref + 1) <= orbit f x n) by (induction n; [exact Hx|]; simpl; specialize (Up _ IHn); lra).
    apply (log_odds_climb _ 1); [lra|]. intros n. apply Up, In.
Qed.
