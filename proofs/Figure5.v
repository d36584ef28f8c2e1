(* Chapter "Orbits": the panels of Figure 5, each followed by interval arithmetic on whole numbers. *)
Require Import Reals ZArith List Lra Lia Psatz Coquelicot.Coquelicot.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic SuccessMap Certificates Enclosed Reached.
Import ListNotations.
Open Scope R_scope.
Import Certified.

(* The run from a start tends to a fixed point that attracts and that rounds to what is printed. *)
Definition settles (beta p_ref printed start : R) : Prop :=
  exists q, Rabs (q - printed) <= 5 / 100000 /\ q = h p_ref beta (1 / 100000) q /\
    Rabs (h_slope p_ref beta (1 / 100000) q) < 1 /\ is_lim_seq (orbit (h p_ref beta (1 / 100000)) start) q.

Lemma settles_near beta p_ref c r k start n :
  0 < p_ref < 1 -> 0 < beta -> 0 <= c - r -> c + r <= 1 -> 0 < r <= 5 / 100000 -> 0 <= k < 1 ->
  (forall y, c - r <= y <= c + r -> Rabs (h_slope p_ref beta (1 / 100000) y) <= k) ->
  Rabs (h p_ref beta (1 / 100000) c - c) <= (1 - k) * r ->
  c - r <= orbit (h p_ref beta (1 / 100000)) start n <= c + r -> settles beta p_ref c start.
Proof.
  intros Hr Hb H0 H1 Hd Hk Sl Hc Hx.
  destruct (ends_near _ _ (h_unit p_ref beta (1 / 100000) Hr Hb ltac:(lra)) c r k 1
    (orbit (h p_ref beta (1 / 100000)) start n) H0 H1 (proj1 Hd) Hk) as (z & Hz & Ez & S & L); try assumption.
  - intros y Hy. simpl. rewrite Rmult_1_r. apply Sl, Hy.
  - exists z. simpl in Ez, S. rewrite Rmult_1_r in S. split; [apply Rabs_le; lra|]. split; [lra|]. split; [exact S|].
    apply (limit_from _ n). eapply is_lim_seq_ext; [|exact L]. intros j. cbv beta. rewrite Nat.mul_1_l, orbit_plus. reflexivity.
Qed.

(* The top, wherever the other parameters are. *)
Lemma settles_top beta p_ref start n :
  1 / 10000 <= p_ref <= 8 / 10 -> 1 / 100 <= beta <= 5 -> 0 <= start <= 1 ->
  1 - 1 / 1000000000000 <= orbit (h p_ref beta (1 / 100000)) start n -> settles beta p_ref 1 start.
Proof.
  intros Hr Hb Hs Hx. set (a := 1 - 1 / 1000000000000) in *.
  assert (H0 : 0 < p_ref < 1) by lra. assert (H1 : 0 < beta) by lra.
  pose proof (orbit_h_range p_ref beta (1 / 100000) start n H0 H1 ltac:(lra) Hs) as Up.
  destruct (ends_on _ _ (h_unit p_ref beta (1 / 100000) H0 H1 ltac:(lra)) a 1 (1 / 2) 1
    (orbit (h p_ref beta (1 / 100000)) start n)) as (z & Hz & Ez & S & L); unfold a in *; try lra.
  - intros y Hy. simpl. rewrite Rmult_1_r. split; [split|].
    + unfold h. interval with (i_prec 60).
    + left. apply h_range; lra.
    + unfold h_slope, h. interval with (i_prec 80).
  - exists z. simpl in Ez, S. rewrite Rmult_1_r in S. split; [apply Rabs_le; lra|]. split; [lra|]. split; [exact S|].
    apply (limit_from _ n). eapply is_lim_seq_ext; [|exact L]. intros j. cbv beta. rewrite Nat.mul_1_l, orbit_plus. reflexivity.
Qed.

Ltac top_after p_ref beta start n :=
  run_reaches 60%positive p_ref beta start n (999999999999, 1000000000000)%Z (1000001, 1000000)%Z;
  match goal with |- settles ?b ?r 1 ?s => apply (settles_top b r s n); lra end.
Ltac at_after p_ref beta start n k low high :=
  run_reaches 60%positive p_ref beta start n low high;
  match goal with |- settles ?b ?r ?c ?s =>
    apply (settles_near b r c (5 / 100000) k s n); [lra|lra|lra|lra|lra|lra|idtac|idtac|lra];
    [intros; unfold h_slope, h; interval with (i_prec 60)|unfold h; interval with (i_prec 60)]
  end.

(** The panels of Figure 5, at eps = 0.00001. In each the run from the reference, and the run from 0.1 as it is drawn, tends
    to a fixed point whose slope is below 1 in size and which is within 0.00005 of the number that stands over the panel;
    but for the panel of 5 and 0.0001, where the run from the reference tends to almost 1 and not to what is printed. *)
Theorem figure_5 :
  let panel beta p_ref printed := settles beta p_ref printed p_ref /\ settles beta p_ref printed (1 / 10) in
  (forall p_ref, In p_ref [1 / 10000; 2 / 10; 5 / 10; 8 / 10] ->
    panel (1 / 100) p_ref 1 /\ panel (2 / 10) p_ref 1 /\ panel (4 / 10) p_ref 1 /\ panel (8 / 10) p_ref 1) /\
  panel 1 (1 / 10000) 1 /\ panel 1 (2 / 10) (6813 / 10000) /\ panel 1 (5 / 10) 1 /\ panel 1 (8 / 10) 1 /\
  settles 5 (1 / 10000) 1 (1 / 10000) /\ panel 5 (2 / 10) (2807 / 10000) /\ panel 5 (5 / 10) (6007 / 10000) /\
  panel 5 (8 / 10) (8813 / 10000).
Proof.
  intros panel. unfold panel. split.
  - intros p_ref [<-|[<-|[<-|[<-|[]]]]]; repeat split.
    + top_after (1, 10000)%Z (1, 100)%Z (1, 10000)%Z 1%nat.
    + top_after (1, 10000)%Z (1, 100)%Z (1, 10)%Z 1%nat.
    + top_after (1, 10000)%Z (2, 10)%Z (1, 10000)%Z 1%nat.
    + top_after (1, 10000)%Z (2, 10)%Z (1, 10)%Z 2%nat.
    + top_after (1, 10000)%Z (4, 10)%Z (1, 10000)%Z 1%nat.
    + top_after (1, 10000)%Z (4, 10)%Z (1, 10)%Z 4%nat.
    + top_after (1, 10000)%Z (8, 10)%Z (1, 10000)%Z 1%nat.
    + top_after (1, 10000)%Z (8, 10)%Z (1, 10)%Z 4%nat.
    + top_after (2, 10)%Z (1, 100)%Z (2, 10)%Z 1%nat.
    + top_after (2, 10)%Z (1, 100)%Z (1, 10)%Z 1%nat.
    + top_after (2, 10)%Z (2, 10)%Z (2, 10)%Z 2%nat.
    + top_after (2, 10)%Z (2, 10)%Z (1, 10)%Z 2%nat.
    + top_after (2, 10)%Z (4, 10)%Z (2, 10)%Z 3%nat.
    + top_after (2, 10)%Z (4, 10)%Z (1, 10)%Z 2%nat.
    + top_after (2, 10)%Z (8, 10)%Z (2, 10)%Z 6%nat.
    + top_after (2, 10)%Z (8, 10)%Z (1, 10)%Z 4%nat.
    + top_after (5, 10)%Z (1, 100)%Z (5, 10)%Z 1%nat.
    + top_after (5, 10)%Z (1, 100)%Z (1, 10)%Z 1%nat.
    + top_after (5, 10)%Z (2, 10)%Z (5, 10)%Z 2%nat.
    + top_after (5, 10)%Z (2, 10)%Z (1, 10)%Z 2%nat.
    + top_after (5, 10)%Z (4, 10)%Z (5, 10)%Z 2%nat.
    + top_after (5, 10)%Z (4, 10)%Z (1, 10)%Z 2%nat.
    + top_after (5, 10)%Z (8, 10)%Z (5, 10)%Z 4%nat.
    + top_after (5, 10)%Z (8, 10)%Z (1, 10)%Z 3%nat.
    + top_after (8, 10)%Z (1, 100)%Z (8, 10)%Z 1%nat.
    + top_after (8, 10)%Z (1, 100)%Z (1, 10)%Z 1%nat.
    + top_after (8, 10)%Z (2, 10)%Z (8, 10)%Z 2%nat.
    + top_after (8, 10)%Z (2, 10)%Z (1, 10)%Z 2%nat.
    + top_after (8, 10)%Z (4, 10)%Z (8, 10)%Z 2%nat.
    + top_after (8, 10)%Z (4, 10)%Z (1, 10)%Z 2%nat.
    + top_after (8, 10)%Z (8, 10)%Z (8, 10)%Z 3%nat.
    + top_after (8, 10)%Z (8, 10)%Z (1, 10)%Z 3%nat.
  - repeat split.
    + top_after (1, 10000)%Z (1, 1)%Z (1, 10000)%Z 1%nat.
    + top_after (1, 10000)%Z (1, 1)%Z (1, 10)%Z 3%nat.
    + at_after (2, 10)%Z (1, 1)%Z (2, 10)%Z 12%nat (4 / 10) (136251, 200000)%Z (136269, 200000)%Z.
    + at_after (2, 10)%Z (1, 1)%Z (1, 10)%Z 15%nat (4 / 10) (136251, 200000)%Z (136269, 200000)%Z.
    + top_after (5, 10)%Z (1, 1)%Z (5, 10)%Z 5%nat.
    + top_after (5, 10)%Z (1, 1)%Z (1, 10)%Z 4%nat.
    + top_after (8, 10)%Z (1, 1)%Z (8, 10)%Z 3%nat.
    + top_after (8, 10)%Z (1, 1)%Z (1, 10)%Z 3%nat.
    + top_after (1, 10000)%Z (5, 1)%Z (1, 10000)%Z 3%nat.
    + at_after (2, 10)%Z (5, 1)%Z (2, 10)%Z 5%nat (1 / 10) (56131, 200000)%Z (56149, 200000)%Z.
    + at_after (2, 10)%Z (5, 1)%Z (1, 10)%Z 5%nat (1 / 10) (56131, 200000)%Z (56149, 200000)%Z.
    + at_after (5, 10)%Z (5, 1)%Z (5, 10)%Z 3%nat (1 / 10) (120131, 200000)%Z (120149, 200000)%Z.
    + at_after (5, 10)%Z (5, 1)%Z (1, 10)%Z 5%nat (1 / 10) (120131, 200000)%Z (120149, 200000)%Z.
    + at_after (8, 10)%Z (5, 1)%Z (8, 10)%Z 7%nat (1 / 4) (176251, 200000)%Z (176269, 200000)%Z.
    + at_after (8, 10)%Z (5, 1)%Z (1, 10)%Z 6%nat (1 / 4) (176251, 200000)%Z (176269, 200000)%Z.
Qed.
