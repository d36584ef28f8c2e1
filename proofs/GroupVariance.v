(* Chapter "Finite groups": mean and variance of a group's push, for any advantages of right and wrong (B6). *)
Require Import Reals Lra Lia Psatz Arith Primitives Paper Logistic Groups.
Require Formulas.
Open Scope R_scope.

(* What a group of G with k successes adds to the log-odds, before division by beta, where it gives a success the
   advantage right k and a failure wrong k. *)
Definition push_of (G : nat) (right wrong : nat -> R) (p : R) (k : nat) : R :=
  INR k / INR G * (right k / p) - (INR G - INR k) / INR G * (wrong k / (1 - p)).

(* One success is given, or one failure, and the other outputs are free. *)
Lemma one_given p n (f g : nat -> R) :
  mean p (S n) (fun k => INR k * f k + (INR (S n) - INR k) * g k)
    = INR (S n) * (p * mean p n (fun k => f (S k)) + (1 - p) * mean p n g).
Proof.
  revert f g. induction n; intros f g; [simpl; ring|].
  set (u := fun k => INR k * f k + (INR (S (S n)) - INR k) * g k).
  change (mean p (S (S n)) u) with ((1 - p) * mean p (S n) u + p * mean p (S n) (fun k => u (S k))). unfold u.
  rewrite (mean_ext p (S n) (fun k => INR k * f k + (INR (S (S n)) - INR k) * g k)
    (fun k => (INR k * f k + (INR (S n) - INR k) * g k) + g k)) by (intros; rewrite (S_INR (S n)); ring).
  rewrite (mean_ext p (S n) (fun k => INR (S k) * f (S k) + (INR (S (S n)) - INR (S k)) * g (S k))
    (fun k => (INR k * f (S k) + (INR (S n) - INR k) * g (S k)) + f (S k)))
    by (intros; rewrite (S_INR k), (S_INR (S n)); ring).
  rewrite (mean_plus p (S n) (fun k => INR k * f k + (INR (S n) - INR k) * g k) g),
    (mean_plus p (S n) (fun k => INR k * f (S k) + (INR (S n) - INR k) * g (S k)) (fun k => f (S k))),
    (IHn f g), (IHn (fun k => f (S k)) (fun k => g (S k))), (S_INR (S n)).
  change (mean p (S n) g) with ((1 - p) * mean p n g + p * mean p n (fun k => g (S k))).
  change (mean p (S n) (fun k => f (S k))) with ((1 - p) * mean p n (fun k => f (S k)) + p * mean p n (fun k => f (S (S k)))).
  ring.
Qed.

Lemma mean_push p n right wrong (w : nat -> R) : 0 < p < 1 ->
  mean p (S n) (fun k => w k * push_of (S n) right wrong p k)
    = mean p n (fun j => right (S j) * w (S j) - wrong j * w j).
Proof.
  intros Hp. assert (HN : 0 < INR (S n)) by (apply lt_0_INR; lia).
  rewrite (mean_ext p (S n) _ (fun k => / INR (S n) * (INR k * (w k * right k / p)
    + (INR (S n) - INR k) * - (w k * wrong k / (1 - p))))) by (intros; unfold push_of; field; lra).
  rewrite mean_scale, one_given.
  rewrite (mean_ext p n (fun k => w (S k) * right (S k) / p) (fun k => / p * (right (S k) * w (S k)))) by (intros; field; lra).
  rewrite (mean_ext p n (fun k => - (w k * wrong k / (1 - p))) (fun k => - / (1 - p) * (wrong k * w k))) by (intros; field; lra).
  rewrite (mean_ext p n (fun j => right (S j) * w (S j) - wrong j * w j)
    (fun j => right (S j) * w (S j) + - (1) * (wrong j * w j))) by (intros; ring).
  rewrite !mean_plus, !mean_scale. field. lra.
Qed.

Lemma plus_form x eps : omega_plus x eps = (1 - x) * Omega x eps.
Proof. unfold omega_plus, Omega, Rdiv. ring. Qed.

Lemma minus_form x eps : omega_minus x eps = x * Omega x eps.
Proof. unfold omega_minus, Omega, Rdiv. ring. Qed.

(* Of the rates that a group with both kinds can have, 1 / G is pushed the most. *)
Lemma push_at_one G eps k :
  (2 <= G)%nat -> 0 < eps -> (1 <= k < G)%nat -> Omega (INR k / INR G) eps <= Omega (1 / INR G) eps.
Proof.
  intros HG He Hk. assert (I2 : 2 <= INR G) by (apply (le_INR 2); lia).
  assert (K1 : 1 <= INR k) by (apply (le_INR 1); lia). assert (K2 : INR k + 1 <= INR G) by (rewrite <- S_INR; apply le_INR; lia).
  assert (V : 1 / INR G * (1 - 1 / INR G) <= INR k / INR G * (1 - INR k / INR G)).
  { apply (Rmult_le_reg_r (INR G * INR G)); [nra|].
    replace (1 / INR G * (1 - 1 / INR G) * (INR G * INR G)) with (INR G - 1) by (field; lra).
    replace (INR k / INR G * (1 - INR k / INR G) * (INR G * INR G)) with (INR k * (INR G - INR k)) by (field; lra). nra. }
  assert (0 < 1 / INR G * (1 - 1 / INR G)).
  { apply (Rmult_lt_reg_r (INR G * INR G)); [nra|].
    replace (1 / INR G * (1 - 1 / INR G) * (INR G * INR G)) with (INR G - 1) by (field; lra). lra. }
  unfold Omega, Rdiv at 1 4. rewrite !Rmult_1_l. apply Rinv_le_contravar; [apply sqrt_lt_R0; lra|apply sqrt_le_1; lra].
Qed.

(** The mean of a group's push and its variance, whatever advantages the group gives: both are means over the number J of
    successes among G - 1 outputs. For GRPO's advantages the push is S = k/G (1 - k/G) / (p (1 - p)) times Omega (k/G), and
    its mean is at most (1 - 1/G) Omega (1/G); for mean-only ones the mean is 1 - 1/G, whatever p is. *)
Theorem b6_variance : forall (n : nat) (right wrong : nat -> R) (p eps : R), 0 < p < 1 -> 0 < eps ->
  let G := S n in
  let push k := push_of G right wrong p k in
  let average := mean p G push in
  average = mean p n (fun j => right (S j) - wrong j) /\
  mean p G (fun k => (push k - average) ^ 2)
    = mean p n (fun j => right (S j) * push (S j) - wrong j * push j) - average ^ 2 /\
  (forall k, push_of G (fun k => omega_plus (INR k / INR G) eps) (fun k => - omega_minus (INR k / INR G) eps) p k
      = group_push G p eps k) /\
  ((1 <= n)%nat -> mean p G (group_push G p eps) <= (1 - 1 / INR G) * Omega (1 / INR G) eps) /\
  mean p G (push_of G (fun k => 1 - INR k / INR G) (fun k => - (INR k / INR G)) p) = 1 - 1 / INR G.
Proof.
  intros n right wrong p eps Hp He G push average. assert (HG : 0 < INR G) by (apply lt_0_INR; unfold G; lia).
  assert (One : forall r w, mean p G (push_of G r w p) = mean p n (fun j => r (S j) - w j)).
  { intros r w. rewrite (mean_ext p G _ (fun k => 1 * push_of G r w p k)) by (intros; ring). unfold G.
    rewrite (mean_push p n r w (fun _ => 1) Hp). apply mean_ext. intros. ring. }
  assert (Gr : forall k, push_of G (fun k => omega_plus (INR k / INR G) eps) (fun k => - omega_minus (INR k / INR G) eps) p k
      = group_push G p eps k).
  { intros k. unfold push_of, group_push. rewrite (plus_form (INR k / INR G)), (minus_form (INR k / INR G)). field. lra. }
  refine (conj (One right wrong) (conj _ (conj _ (conj _ _)))).
  - rewrite (mean_ext p G _ (fun k => push k * push k + (- (2 * average) * push k + average ^ 2))) by (intros; ring).
    rewrite !mean_plus, mean_scale, mean_const. fold push average. change (mean p G (fun k => push k)) with average.
    unfold G. change (mean p (S n) (fun k => push k * push k)) with (mean p (S n) (fun k => push k * push_of (S n) right wrong p k)).
    rewrite mean_push by assumption. ring.
  - exact Gr.
  - intros Hn. rewrite <- (mean_ext p G _ _ (fun k _ => Gr k)), One.
    rewrite <- (mean_const p n ((1 - 1 / INR G) * Omega (1 / INR G) eps)). apply mean_le; [lra|]. intros j Hj.
    rewrite plus_form, minus_form, S_INR. pose proof (fun k => push_at_one G eps k ltac:(unfold G; lia) He) as Top.
    set (O := Omega (1 / INR G) eps) in *. pose proof (pos_INR j) as J0. apply le_INR in Hj as J1.
    assert (GS : INR G = INR n + 1) by apply S_INR.
    assert (A : (1 - (INR j + 1) / INR G) * Omega ((INR j + 1) / INR G) eps <= (1 - (INR j + 1) / INR G) * O).
    { destruct (Nat.eq_dec j n) as [->|N]; [replace ((INR n + 1) / INR G) with 1 by (rewrite GS; field; lra); lra|].
      apply Rmult_le_compat_l.
      - apply (Rmult_le_reg_r (INR G)); [exact HG|]. replace ((1 - (INR j + 1) / INR G) * INR G) with (INR G - (INR j + 1)) by (field; lra). lra.
      - rewrite <- S_INR. apply Top. unfold G. lia. }
    assert (B : INR j / INR G * Omega (INR j / INR G) eps <= INR j / INR G * O).
    { destruct (Nat.eq_dec j 0) as [->|N]; [simpl; unfold Rdiv; lra|].
      apply Rmult_le_compat_l; [apply Rmult_le_pos; [exact J0|left; apply Rinv_0_lt_compat, HG]|]. apply Top. unfold G. lia. }
    replace ((1 - 1 / INR G) * O) with ((1 - (INR j + 1) / INR G) * O + INR j / INR G * O) by (field; lra). lra.
  - rewrite One. rewrite <- (mean_const p n (1 - 1 / INR G)). apply mean_ext. intros. rewrite S_INR. field. lra.
Qed.

Lemma bridge_group_variance p (right wrong : nat -> R) : 0 < p < 1 ->
  let push := push_of 3 right wrong p in
  Formulas.group_variance_3 p (right 0%nat) (right 1%nat) (right 2%nat) (right 3%nat)
    (wrong 0%nat) (wrong 1%nat) (wrong 2%nat) (wrong 3%nat)
    = mean p 3 (fun k => (push k - mean p 3 push) ^ 2).
Proof.
  intros Hp push. destruct (b6_variance 2 right wrong p 1 Hp ltac:(lra)) as (E & V & _). fold push in E, V.
  etransitivity; [|symmetry; exact V]. rewrite E. unfold Formulas.group_variance_3, push, push_of. simpl mean. simpl INR. field. lra.
Qed.
