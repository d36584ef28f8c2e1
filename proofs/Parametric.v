(* Chapter "Parametric policies": Assumption 1, Theorem 10, and E17 on its bound. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot Primitives Sums Policies.
Open Scope R_scope.

(* Total variation: half the sum of the differences. *)
Definition TV (n : nat) (P Q : nat -> R) : R := total n (fun i => Rabs (P i - Q i)) / 2.

(* The error may grow by delta (k) at most when policy k + 1 is made; the two runs start together. *)
Definition assumption_1 (n : nat) (parametric exact : nat -> nat -> R) (delta : nat -> R) : Prop :=
  (forall i, (i < n)%nat -> parametric 0%nat i = exact 0%nat i) /\
  (forall k, TV n (parametric (S k)) (exact (S k)) <= TV n (parametric k) (exact k) + delta k).

(** Total variation is the largest difference in probability that an event can show: none shows more, and the event of
    all outputs that P makes more often than Q shows as much. *)
Theorem total_variation : forall (n : nat) (P Q : nat -> R),
  policy n P -> policy n Q ->
  (forall event, Rabs (success n event P - success n event Q) <= TV n P Q) /\
  (exists event, success n event P - success n event Q = TV n P Q).
Proof.
  intros n P Q [_ SP] [_ SQ].
  assert (Two : forall event : nat -> bool,
    2 * (success n event P - success n event Q) = total n (fun i => (if event i then 1 else - (1)) * (P i - Q i))).
  { intros event.
    assert (Z : total n (fun i => P i - Q i) = 0) by (rewrite total_minus; lra).
    replace (2 * (success n event P - success n event Q)) with
      (2 * (success n event P - success n event Q) - total n (fun i => P i - Q i)) by lra.
    unfold success. rewrite <- total_minus, <- total_scale, <- total_minus. apply total_ext. intros.
    destruct (event i); ring. }
  split.
  - intros event.
    assert (H : Rabs (2 * (success n event P - success n event Q)) <= total n (fun i => Rabs (P i - Q i))).
    { rewrite Two. eapply Rle_trans; [apply total_abs|]. right. apply total_ext. intros. rewrite Rabs_mult.
      destruct (event i); [rewrite Rabs_R1|rewrite Rabs_Ropp, Rabs_R1]; ring. }
    rewrite Rabs_mult, (Rabs_right 2) in H by lra. unfold TV. lra.
  - exists (fun i => if Rle_dec (Q i) (P i) then true else false).
    specialize (Two (fun i => if Rle_dec (Q i) (P i) then true else false)). unfold TV.
    assert (E : total n (fun i => (if (if Rle_dec (Q i) (P i) then true else false) then 1 else - (1)) * (P i - Q i))
      = total n (fun i => Rabs (P i - Q i))).
    { apply total_ext. intros. destruct (Rle_dec (Q i) (P i)).
      - rewrite Rabs_right by lra. ring.
      - rewrite Rabs_left1 by lra. ring. }
    cbv beta in Two. rewrite E in Two. lra.
Qed.

Lemma error_sum n parametric exact delta k :
  assumption_1 n parametric exact delta -> TV n (parametric k) (exact k) <= sum_n (fun j => delta j) k - delta k.
Proof.
  intros [H0 HS]. induction k.
  - rewrite sum_O. unfold TV. erewrite total_ext with (g := fun _ => 0); [rewrite total_0; lra|].
    intros. rewrite H0, Rminus_eq_0 by assumption. apply Rabs_R0.
  - rewrite sum_Sn. specialize (HS k). unfold plus; simpl. lra.
Qed.

(** Under Assumption 1, with errors that add up to delta*, if the exact success rates tend to p* then the parametric
    ones end within delta* of it: the limit superior of the distance is at most delta*. (As printed the bound is twice
    that: E17.) *)
Theorem theorem_10 : forall (n : nat) (r : nat -> bool) (parametric exact : nat -> nat -> R) (delta : nat -> R)
    (delta_star p_star : R),
  (forall k, policy n (parametric k)) -> (forall k, policy n (exact k)) ->
  assumption_1 n parametric exact delta ->
  is_lim_seq (fun k => sum_n delta k) delta_star ->
  is_lim_seq (fun k => success n r (exact k)) p_star ->
  forall e, 0 < e -> exists N, forall k, (N <= k)%nat -> Rabs (success n r (parametric k) - p_star) <= delta_star + e.
Proof.
  intros n r par ex delta ds ps Pp Pe A Hd Hp e He.
  assert (Hz : is_lim_seq delta 0).
  { apply is_lim_seq_incr_1. apply is_lim_seq_ext with (u := fun k => sum_n delta (S k) - sum_n delta k).
    - intros k. rewrite sum_Sn. unfold plus; simpl. ring.
    - replace (Finite 0) with (Finite (ds - ds)) by (f_equal; ring).
      apply is_lim_seq_minus'; [apply is_lim_seq_incr_1 with (u := fun k => sum_n delta k), Hd|exact Hd]. }
  apply is_lim_seq_spec in Hd. apply is_lim_seq_spec in Hp. apply is_lim_seq_spec in Hz.
  assert (E3 : 0 < e / 3) by lra.
  destruct (Hd (mkposreal _ E3)) as [N1 H1]. destruct (Hp (mkposreal _ E3)) as [N2 H2].
  destruct (Hz (mkposreal _ E3)) as [N3 H3]. simpl in H1, H2, H3.
  exists (N1 + N2 + N3)%nat. intros k Hk.
  specialize (H1 k ltac:(lia)). specialize (H2 k ltac:(lia)). specialize (H3 k ltac:(lia)).
  pose proof (error_sum n par ex delta k A) as S.
  destruct (total_variation n (par k) (ex k) (Pp k) (Pe k)) as [T _]. specialize (T r).
  pose proof (Rabs_triang (success n r (par k) - success n r (ex k)) (success n r (ex k) - ps)) as Tr.
  replace (success n r (par k) - success n r (ex k) + (success n r (ex k) - ps)) with (success n r (par k) - ps) in Tr by ring.
  apply Rabs_def2 in H1. apply Rabs_def2 in H3.
  change (sum_n (fun j => delta j) k) with (sum_n delta k) in S. lra.
Qed.

(** The bound delta* cannot be made smaller, not even if all of the error comes in one step: there are two policies at a
    distance of d in total variation, for every d in [0, 1], whose success rates differ by exactly d. *)
Theorem e17 : forall d : R, 0 <= d <= 1 ->
  let P (i : nat) := match i with O => d | _ => 1 - d end in
  let Q (i : nat) := match i with O => 0 | _ => 1 end in
  let r (i : nat) := match i with O => true | _ => false end in
  policy 2 P /\ policy 2 Q /\ TV 2 P Q = d /\ success 2 r P - success 2 r Q = d.
Proof.
  intros d Hd P Q r. unfold policy, TV, success. simpl. repeat split.
  - intros i Hi. destruct i; simpl; lra.
  - lra.
  - intros i Hi. destruct i; simpl; lra.
  - lra.
  - replace (d - 0) with d by ring. replace (1 - d - 1) with (- d) by ring.
    rewrite Rabs_Ropp, Rabs_right by lra. field.
  - ring.
Qed.

(** Nor need the limit exist. With the exact policy at rest there are parametric ones, all at a distance of d from it, that
    satisfy Assumption 1 with the one error d, and whose success rates tend to nothing. *)
Theorem e17_no_limit : forall d : R, 0 < d <= / 2 ->
  let Q (k i : nat) := / 2 in
  let side (k : nat) := match k with O => 0 | S j => if Nat.even j then d else - d end in
  let P (k i : nat) := match i with O => / 2 + side k | _ => / 2 - side k end in
  let r (i : nat) := match i with O => true | _ => false end in
  (forall k, policy 2 (Q k) /\ policy 2 (P k)) /\
  assumption_1 2 P Q (fun k => match k with O => d | _ => 0 end) /\
  (forall q : R, ~ is_lim_seq (fun k => success 2 r (P k)) q).
Proof.
  intros d Hd Q side P r.
  assert (Sz : forall k, side k = 0 \/ side k = d \/ side k = - d).
  { intros [|k]; [left; reflexivity|]. unfold side. destruct (Nat.even k); lra. }
  assert (T : forall k, TV 2 (P k) (Q k) = Rabs (side k)).
  { intros k. unfold TV, P, Q. simpl. replace (/ 2 + side k - / 2) with (side k) by ring.
    replace (/ 2 - side k - / 2) with (- side k) by ring. rewrite Rabs_Ropp. field. }
  assert (Ab : forall j, Rabs (side (S j)) = d).
  { intros j. unfold side. destruct (Nat.even j); [|rewrite Rabs_Ropp]; apply Rabs_right; lra. }
  split; [|split].
  - intros k. unfold policy, P, Q. simpl. repeat split; try lra; intros i Hi; [lra|].
    destruct (Sz k) as [E|[E|E]], i; rewrite E; lra.
  - split.
    + intros i Hi. unfold P, Q, side. destruct i; lra.
    + intros k. rewrite !T, Ab. destruct k; [simpl; rewrite Rabs_R0; lra|rewrite Ab; lra].
  - intros q Hq. apply is_lim_seq_spec in Hq. assert (D : 0 < d) by lra. destruct (Hq (mkposreal _ D)) as [N HN]. simpl in HN.
    assert (V : forall k, success 2 r (P k) = / 2 + side k) by (intros; unfold success, r, P; simpl; ring).
    pose proof (HN (S (2 * N)) ltac:(lia)) as A. pose proof (HN (S (S (2 * N))) ltac:(lia)) as B. rewrite V in A, B.
    assert (E : Nat.even (2 * N) = true) by (apply Nat.even_spec; exists N; reflexivity).
    assert (O : Nat.even (S (2 * N)) = false) by (rewrite Nat.even_succ, <- Nat.negb_even, E; reflexivity).
    unfold side in A, B. rewrite E in A. rewrite O in B. apply Rabs_def2 in A. apply Rabs_def2 in B. lra.
Qed.
