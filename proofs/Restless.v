(* Chapter "Orbits": runs that never settle, by interval arithmetic on whole numbers: E8, E9 and E10. *)
Require Import Reals ZArith Lra Lia Psatz Coquelicot.Coquelicot.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic SuccessMap FixedPoints Signs Fate Ends Certificates Runs Enclosed Reached.
Open Scope R_scope.
Import Certified.

Lemma slopes_next f f1 x n : slopes f f1 x (S n) = f1 (orbit f x n) * slopes f f1 x n.
Proof. reflexivity. Qed.

(* A run that comes into a ball which m updates contract ends on a cycle, seen every m updates. *)
Lemma cycle p_ref beta c r k m start n :
  let f := h p_ref beta (1 / 100000) in
  0 < p_ref < 1 -> 0 < beta -> 0 <= c - r -> c + r <= 1 -> 0 < r -> 0 <= k < 1 ->
  (forall y, c - r <= y <= c + r -> Rabs (slopes f (h_slope p_ref beta (1 / 100000)) y m) <= k) ->
  Rabs (orbit f c m - c) <= (1 - k) * r -> c - r <= orbit f start n <= c + r ->
  exists z, c - r <= z <= c + r /\ orbit f z m = z /\ Rabs (slopes f (h_slope p_ref beta (1 / 100000)) z m) < 1 /\
    is_lim_seq (fun j => orbit f start (n + m * j)) z.
Proof.
  intros f Hr Hb H0 H1 Hp Hk Sl Hc Hx.
  destruct (ends_near _ _ (h_unit p_ref beta (1 / 100000) Hr Hb ltac:(lra)) c r k m (orbit f start n) H0 H1 Hp Hk Sl Hc Hx)
    as (z & Hz & Ez & S & L).
  exists z. refine (conj Hz (conj Ez (conj S _))). eapply is_lim_seq_ext; [|exact L]. intros j. cbv beta. symmetry. apply orbit_plus.
Qed.

Ltac hide_runs := repeat match goal with
  | H : _ <= orbit ?f ?s ?n <= _ |- _ => let v := fresh in set (v := orbit f s n) in *; clearbody v end.
Ltac slope_of_run := rewrite !slopes_next; change (slopes _ _ _ 0) with 1; hide_runs; unfold h_slope, h; interval with (i_prec 80).

(** At beta = 3, p_ref = 0.001 and eps = 0.00001 the run from the reference has no limit: it tends to a cycle of two values
    near 0.001995 and 0.633, of which one comes at even updates and the other at odd ones. The slope of two
    updates is below 1 in size there. *)
Theorem e10 :
  let f := h (1 / 1000) 3 (1 / 100000) in
  let slope := h_slope (1 / 1000) 3 (1 / 100000) in
  let p n := orbit f (1 / 1000) n in
  exists low high, 1994 / 1000000 <= low <= 1996 / 1000000 /\ 632 / 1000 <= high <= 634 / 1000 /\
    f low = high /\ f high = low /\ Rabs (slope low * slope high) < 1 /\
    is_lim_seq (fun j => p (2 * j)%nat) low /\ is_lim_seq (fun j => p (2 * j + 1)%nat) high /\
    (forall q : R, ~ is_lim_seq p q).
Proof.
  intros f slope p.
  set (c := 1994863499 / 1000000000000). set (r := 1 / 10000000).
  destruct (cycle (1 / 1000) 3 c r (1 / 2) 2 (1 / 1000) 24) as (z & Hz & Ez & Sl & L); unfold c, r in *; try lra.
  - intros y Hy. change y with (orbit f y 0) in Hy. rename Hy into E0. unfold f in *. and_next E0.
    slope_of_run.
  - run_reaches 100%positive (1, 1000)%Z (3, 1)%Z (1994863499, 1000000000000)%Z 2%nat
      (1994823499, 1000000000000)%Z (1994903499, 1000000000000)%Z. apply Rabs_le. lra.
  - run_reaches 100%positive (1, 1000)%Z (3, 1)%Z (1, 1000)%Z 24%nat
      (1994773499, 1000000000000)%Z (1994953499, 1000000000000)%Z. lra.
  - fold f in Ez, L. fold f slope in Sl. simpl in Ez. exists z, (f z).
    assert (Iz : 0 < z < 1) by lra.
    assert (Fz : 632 / 1000 <= f z <= 634 / 1000) by (unfold f, h; interval with (i_prec 60)).
    assert (Even : is_lim_seq (fun j => p (2 * j)%nat) z).
    { apply (limit_from _ 12). eapply is_lim_seq_ext; [|exact L]. intros j. cbv beta. unfold p. f_equal. lia. }
    assert (Odd : is_lim_seq (fun j => p (2 * j + 1)%nat) (f z)).
    { eapply is_lim_seq_ext; [|apply (is_lim_seq_continuous f (fun j => p (2 * j)%nat) z); [|exact Even]].
      - intros j. cbv beta. rewrite Nat.add_1_r. reflexivity.
      - apply continuity_pt_filterlim, h_continuous; lra. }
    repeat split; try assumption; try lra.
    + simpl in Sl. rewrite Rmult_1_r, Rmult_comm in Sl. exact Sl.
    + intros q Hq.
      assert (A : is_lim_seq (fun j => p (2 * j)%nat) q).
      { apply (is_lim_seq_subseq p q (fun j => (2 * j)%nat)); [|exact Hq]. apply eventually_subseq. intros. lia. }
      assert (B : is_lim_seq (fun j => p (2 * j + 1)%nat) q).
      { apply (is_lim_seq_subseq p q (fun j => (2 * j + 1)%nat)); [|exact Hq]. apply eventually_subseq. intros. lia. }
      apply is_lim_seq_unique in A. apply is_lim_seq_unique in B. apply is_lim_seq_unique in Even.
      apply is_lim_seq_unique in Odd. rewrite A in Even. rewrite B in Odd. injection Even. injection Odd. lra.
Qed.

(** Longer cycles, at eps = 0.00001. At beta = 2.35 and p_ref = 0.001 the run from the reference tends to a cycle of exactly
    4 values, and at beta = 6 and p_ref = 0.0001 to one of exactly 8, each with a slope below 1 in size. (That there are
    runs which end on no cycle at all is not part of this.) *)
Theorem e10_longer :
  let ends_on_cycle beta p_ref m := exists z n, let f := h p_ref beta (1 / 100000) in
    orbit f z (2 * m) = z /\ orbit f z m <> z /\ Rabs (slopes f (h_slope p_ref beta (1 / 100000)) z (2 * m)) < 1 /\
    is_lim_seq (fun j => orbit f p_ref (n + 2 * m * j)) z in
  ends_on_cycle (235 / 100) (1 / 1000) 2%nat /\ ends_on_cycle 6 (1 / 10000) 4%nat.
Proof.
  intros ends. unfold ends. split.
  - destruct (cycle (1 / 1000) (235 / 100) (859113096 / 1000000000) (9 / 10000) (7 / 10) 4 (1 / 1000) 29)
      as (z & Hz & Ez & Sl & L); try lra.
    + intros y Hy. change y with (orbit (h (1 / 1000) (235 / 100) (1 / 100000)) y 0) in Hy. rename Hy into E.
      and_next E. and_next E0. and_next E1. slope_of_run.
    + run_reaches 100%positive (1, 1000)%Z (235, 100)%Z (859113096, 1000000000)%Z 4%nat
        (858913096, 1000000000)%Z (859313096, 1000000000)%Z. apply Rabs_le. lra.
    + run_reaches 100%positive (1, 1000)%Z (235, 100)%Z (1, 1000)%Z 29%nat
        (858313096, 1000000000)%Z (859913096, 1000000000)%Z. lra.
    + exists z, 29%nat. refine (conj Ez (conj _ (conj Sl L))). intros Same. pose proof Hz as E.
      change z with (orbit (h (1 / 1000) (235 / 100) (1 / 100000)) z 0) in E. and_next E. and_next E0. rewrite Same in E1. lra.
  - destruct (cycle (1 / 10000) 6 (1396775695 / 10000000000000) (1 / 10000000) (77 / 100) 8 (1 / 10000) 41)
      as (z & Hz & Ez & Sl & L); try lra.
    + intros y Hy. change y with (orbit (h (1 / 10000) 6 (1 / 100000)) y 0) in Hy. rename Hy into E.
      and_next E. and_next E0. and_next E1. and_next E2. and_next E3. and_next E4. and_next E5. slope_of_run.
    + run_reaches 100%positive (1, 10000)%Z (6, 1)%Z (1396775695, 10000000000000)%Z 8%nat
        (1396575695, 10000000000000)%Z (1396975695, 10000000000000)%Z. apply Rabs_le. lra.
    + run_reaches 100%positive (1, 10000)%Z (6, 1)%Z (1, 10000)%Z 41%nat
        (1395875695, 10000000000000)%Z (1397675695, 10000000000000)%Z. lra.
    + exists z, 41%nat. refine (conj Ez (conj _ (conj Sl L))). intros Same. pose proof Hz as E.
      change z with (orbit (h (1 / 10000) 6 (1 / 100000)) z 0) in E. and_next E. and_next E0. and_next E1. and_next E2. rewrite Same in E3. lra.
Qed.

(** The printed panel has p_ref = 0.0001, and there the run from 0.1 at beta = 5 stays between 0.00014 and 0.9998 (E7). At
    0.001 it tends to a cycle of two values, near 0.00234 and 0.0587, with a slope below 1 in size. (That the run at 0.0001
    ends on no cycle is not part of this.) *)
Theorem e9 :
  let f := h (1 / 1000) 5 (1 / 100000) in
  exists low, 231 / 100000 <= low <= 236 / 100000 /\ 586 / 10000 <= f low <= 588 / 10000 /\ f (f low) = low /\
    Rabs (slopes f (h_slope (1 / 1000) 5 (1 / 100000)) low 2) < 1 /\
    exists n, is_lim_seq (fun j => orbit f (1 / 10) (n + 2 * j)) low.
Proof.
  intros f.
  destruct (cycle (1 / 1000) 5 (2338041844 / 1000000000000) (1 / 1000000) (83 / 100) 2 (1 / 10) 47)
    as (z & Hz & Ez & Sl & L); try lra.
  - intros y Hy. change y with (orbit (h (1 / 1000) 5 (1 / 100000)) y 0) in Hy. rename Hy into E.
    and_next E. slope_of_run.
  - run_reaches 100%positive (1, 1000)%Z (5, 1)%Z (2338041844, 1000000000000)%Z 2%nat
      (2337891844, 1000000000000)%Z (2338191844, 1000000000000)%Z. apply Rabs_le. lra.
  - run_reaches 100%positive (1, 1000)%Z (5, 1)%Z (1, 10)%Z 47%nat
      (2337141844, 1000000000000)%Z (2338941844, 1000000000000)%Z. lra.
  - exists z. simpl in Ez. repeat split; try assumption; try lra.
    + unfold f, h. interval with (i_prec 60).
    + unfold f, h. interval with (i_prec 60).
    + exists 47%nat. exact L.
Qed.

(** The panel of Figure 5 at beta = 5, p_ref = 0.0001 and eps = 0.00001 has three fixed points and no other: near 0.0032787,
    where the slope is near -1.73; near 0.999891, where it is near 8.39; and one that fails about 3.41 times in 10^(24).
    The printed title, 0.0442, is the fiftieth update of the run from 0.1, which has no limit, unless it lands on the
    lowest of the three exactly. (That it never lands there is not part of this.) *)
Theorem e8 :
  let f := h (1 / 10000) 5 (1 / 100000) in
  let slope := h_slope (1 / 10000) 5 (1 / 100000) in
  exists p1 p2 p3,
    3278732 / 10 ^ 9 < p1 < 3278733 / 10 ^ 9 /\ 99989099 / 10 ^ 8 < p2 < 99989100 / 10 ^ 8 /\
    1 - 342 / 10 ^ 26 < p3 < 1 - 341 / 10 ^ 26 /\
    (forall p, 0 <= p <= 1 -> (p = f p <-> p = p1 \/ p = p2 \/ p = p3)) /\
    - (173 / 100) < slope p1 < - (172 / 100) /\ 838 / 100 < slope p2 < 841 / 100 /\ 0 < slope p3 < 1 / 10 ^ 16 /\
    Rabs (orbit f (1 / 10) 50 - 442 / 10000) <= 5 / 100000 /\
    (forall q : R, is_lim_seq (orbit f (1 / 10)) q -> exists n, orbit f (1 / 10) n = p1).
Proof.
  intros f slope.
  destruct (crossing_point (1 / 10000) 5 (1 / 100000) (3278732 / 10 ^ 9) (3278733 / 10 ^ 9)) as (p1 & H1 & F1); try lra.
  { unfold h. interval with (i_prec 80). }
  destruct (crossing_point (1 / 10000) 5 (1 / 100000) (99989099 / 10 ^ 8) (99989100 / 10 ^ 8)) as (p2 & H2 & F2); try lra.
  { unfold h. interval with (i_prec 80). }
  destruct (crossing_point (1 / 10000) 5 (1 / 100000) (1 - 342 / 10 ^ 26) (1 - 341 / 10 ^ 26)) as (p3 & H3 & F3); try lra.
  { unfold h. interval with (i_prec 160). }
  exists p1, p2, p3.
  assert (Only : forall p, 0 <= p <= 1 -> p = f p -> p = p1 \/ p = p2 \/ p = p3).
  { intros p Hp Fp. unfold f in Fp.
    destruct (F_fixed_iff (1 / 10000) 5 (1 / 100000) p) as [I E]; try lra; try exact Fp.
    destruct (F_fixed_iff (1 / 10000) 5 (1 / 100000) p1) as [I1 E1]; try lra; try exact F1.
    destruct (F_fixed_iff (1 / 10000) 5 (1 / 100000) p2) as [I2 E2]; try lra; try exact F2.
    destruct (F_fixed_iff (1 / 10000) 5 (1 / 100000) p3) as [I3 E3]; try lra; try exact F3.
    assert (A : logit p1 < logit p2) by (apply logit_lt; lra). assert (B : logit p2 < logit p3) by (apply logit_lt; lra).
    destruct (crossings (logit (1 / 10000)) 5 (1 / 100000) _ _ _ ltac:(lra) ltac:(lra) A B E1 E2 E3 (logit p)) as (_ & _ & _ & _ & O).
    destruct (O E) as [K|[K|K]]; [left|right; left|right; right]; apply logit_inj; assumption. }
  assert (S1 : - (173 / 100) < slope p1 < - (172 / 100)) by (unfold slope, h_slope, h; split; interval with (i_prec 80)).
  refine (conj H1 (conj H2 (conj H3 (conj _ (conj S1 (conj _ (conj _ (conj _ _)))))))).
  - intros p Hp. split; [apply Only, Hp|]. intros [-> | [-> | ->]]; assumption.
  - unfold slope, h_slope, h. split; interval with (i_prec 80).
  - unfold slope, h_slope, h. split; interval with (i_prec 160).
  - unfold f. run_reaches 100%positive (1, 10000)%Z (5, 1)%Z (1, 10)%Z 50%nat
      (4415, 100000)%Z (4425, 100000)%Z. apply Rabs_le. lra.
  - intros q Hq. destruct e7 as [_ Stay].
    assert (A : Rbar_le (14 / 100000) q) by (apply (is_lim_seq_le (fun _ => 14 / 100000) (orbit f (1 / 10)) (14 / 100000) q);
      [intros; apply Stay|apply is_lim_seq_const|exact Hq]).
    assert (B : Rbar_le q (9998 / 10000)) by (apply (is_lim_seq_le (orbit f (1 / 10)) (fun _ => 9998 / 10000) q (9998 / 10000));
      [intros; apply Stay|exact Hq|apply is_lim_seq_const]).
    simpl in A, B.
    assert (Fq : q = f q).
    { symmetry. apply (limit_is_fixed f (1 / 10) q); [apply h_continuous; lra|exact Hq]. }
    destruct (Only q ltac:(lra) Fq) as [-> | [-> | ->]]; [|lra|lra].
    apply (repels f p1 (slope p1)); [symmetry; exact F1|apply h_derive; lra|rewrite Rabs_left; lra|exact Hq].
Qed.
