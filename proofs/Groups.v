(* Chapter "Finite groups": what a group of samples gives (B6, E20). *)
Require Import Reals Lra Lia Psatz Arith Primitives Paper Logistic.
Require Formulas.
Open Scope R_scope.

(* The mean of f (k), with k successes among n independent outputs that each succeed with probability p. *)
Fixpoint mean (p : R) (n : nat) (f : nat -> R) : R :=
  match n with O => f O | S m => (1 - p) * mean p m f + p * mean p m (fun k => f (S k)) end.

(* What a group with k successes of G adds to the log-odds, before division by beta. *)
Definition group_push (G : nat) (p eps : R) (k : nat) : R :=
  let p_hat := INR k / INR G in p_hat * (1 - p_hat) / (p * (1 - p)) * Omega p_hat eps.

Lemma mean_ext p n f g : (forall k, (k <= n)%nat -> f k = g k) -> mean p n f = mean p n g.
Proof.
  revert f g. induction n; simpl; intros f g H; [apply H; lia|].
  rewrite (IHn f g), (IHn (fun k => f (S k)) (fun k => g (S k))); [reflexivity| |]; intros; apply H; lia.
Qed.

Lemma mean_le p n f g : 0 <= p <= 1 -> (forall k, (k <= n)%nat -> f k <= g k) -> mean p n f <= mean p n g.
Proof.
  intros Hp. revert f g. induction n; simpl; intros f g H; [apply H; lia|].
  apply Rplus_le_compat; apply Rmult_le_compat_l; try lra; apply IHn; intros; apply H; lia.
Qed.

Lemma mean_plus p n f g : mean p n (fun k => f k + g k) = mean p n f + mean p n g.
Proof. revert f g. induction n; simpl; intros; [reflexivity|]. rewrite !IHn. ring. Qed.

Lemma mean_scale p n c f : mean p n (fun k => c * f k) = c * mean p n f.
Proof. revert f. induction n; simpl; intros; [reflexivity|]. rewrite !IHn. ring. Qed.

Lemma mean_const p n c : mean p n (fun _ => c) = c.
Proof. induction n; simpl; [reflexivity|]. rewrite IHn. ring. Qed.

Lemma mean_count p n : mean p n INR = INR n * p.
Proof.
  induction n; [simpl; ring|].
  change (mean p (S n) INR) with ((1 - p) * mean p n INR + p * mean p n (fun k => INR (S k))).
  rewrite (mean_ext p n (fun k => INR (S k)) (fun k => INR k + 1)) by (intros; apply S_INR).
  rewrite mean_plus, mean_const, IHn, S_INR. ring.
Qed.

Lemma mean_square p n : mean p n (fun k => INR k * INR k) = INR n * p * (1 - p) + INR n * p * (INR n * p).
Proof.
  induction n; [simpl; ring|]. set (f := fun k => INR k * INR k).
  change (mean p (S n) f) with ((1 - p) * mean p n f + p * mean p n (fun k => INR (S k) * INR (S k))). unfold f.
  rewrite (mean_ext p n (fun k => INR (S k) * INR (S k)) (fun k => INR k * INR k + (2 * INR k + 1)))
    by (intros; rewrite S_INR; ring).
  rewrite !mean_plus, mean_scale, mean_const, mean_count, IHn, S_INR. ring.
Qed.

(* The variance of the group's rewards is short of the prompt's by one part in G. *)
Lemma mean_variance p G :
  (1 <= G)%nat -> mean p G (fun k => INR k / INR G * (1 - INR k / INR G)) = (1 - / INR G) * (p * (1 - p)).
Proof.
  intros. assert (0 < INR G) by (apply lt_0_INR; lia).
  rewrite (mean_ext p G _ (fun k => / INR G * INR k + (- (/ INR G * / INR G)) * (INR k * INR k))) by (intros; field; lra).
  rewrite mean_plus, !mean_scale, mean_count, mean_square. field. lra.
Qed.

(* x / sqrt (x + eps) lies below its tangent. *)
Lemma tangent x y eps :
  0 < eps -> 0 <= x -> 0 <= y ->
  x / sqrt (x + eps) <= y / sqrt (y + eps) + (y + 2 * eps) / (2 * sqrt (y + eps) ^ 3) * (x - y).
Proof.
  intros He Hx Hy. set (a := sqrt (x + eps)). set (b := sqrt (y + eps)).
  assert (A : 0 < a) by (apply sqrt_lt_R0; lra). assert (B : 0 < b) by (apply sqrt_lt_R0; lra).
  assert (A2 : a * a = x + eps) by (apply sqrt_sqrt; lra). assert (B2 : b * b = y + eps) by (apply sqrt_sqrt; lra).
  replace x with (a * a - eps) by lra. replace y with (b * b - eps) by lra.
  assert (0 <= (a - b) * (a - b) * (/ (2 * b) + eps * (a + 2 * b) / (2 * a * (b * b * b)))).
  { apply Rmult_le_pos; [apply Rle_0_sqr|]. apply Rplus_le_le_0_compat.
    - left. apply Rinv_0_lt_compat. lra.
    - left. apply Rdiv_lt_0_compat; [nra|]. repeat apply Rmult_lt_0_compat; lra. }
  replace ((b * b - eps) / b + (b * b - eps + 2 * eps) / (2 * b ^ 3) * (a * a - eps - (b * b - eps))) with
    ((a * a - eps) / a + (a - b) * (a - b) * (/ (2 * b) + eps * (a + 2 * b) / (2 * a * (b * b * b)))) by (field; lra).
  lra.
Qed.

(** A group with k successes of G gives a success the advantage (1 - k/G) Omega (k/G) and a failure - (k/G) Omega (k/G);
    what it adds to the log-odds, as the group's surrogate's slope, is k/G (1 - k/G) / (p (1 - p)) times Omega (k/G).
    Its mean over the groups is below Omega (p). *)
Theorem b6 : forall (G : nat) (p eps : R), (1 <= G)%nat -> 0 < p < 1 -> 0 < eps ->
  (forall k, (k <= G)%nat ->
    let p_hat := INR k / INR G in
    p_hat * ((1 - p_hat) * Omega p_hat eps) / p - (1 - p_hat) * (- p_hat * Omega p_hat eps) / (1 - p)
      = group_push G p eps k) /\
  mean p G (group_push G p eps) < Omega p eps.
Proof.
  intros G p eps HG Hp He. split.
  - intros k Hk p_hat. unfold group_push. fold p_hat. field. lra.
  - pose proof (variance_pos p Hp) as V. assert (IG : 0 < INR G) by (apply lt_0_INR; lia).
    set (d := (p * (1 - p) + 2 * eps) / (2 * sqrt (p * (1 - p) + eps) ^ 3)).
    assert (S : 0 < sqrt (p * (1 - p) + eps)) by (apply sqrt_lt_R0; lra).
    assert (D : 0 < d) by (unfold d; apply Rdiv_lt_0_compat; [lra|]; pose proof (pow_lt _ 3 S); lra).
    apply Rle_lt_trans with (mean p G (fun k => (Omega p eps - d) + d / (p * (1 - p)) * (INR k / INR G * (1 - INR k / INR G)))).
    + apply mean_le; [lra|]. intros k Hk. unfold group_push. set (x := INR k / INR G).
      assert (Hx : 0 <= x <= 1).
      { unfold x. split; [apply Rmult_le_pos; [apply pos_INR|left; apply Rinv_0_lt_compat, IG]|].
        apply (Rmult_le_reg_r (INR G)); [assumption|]. replace (INR k / INR G * INR G) with (INR k) by (field; lra).
        apply le_INR in Hk. lra. }
      pose proof (variance_range x Hx) as [Vx _].
      pose proof (tangent (x * (1 - x)) (p * (1 - p)) eps He Vx ltac:(lra)) as T. fold d in T.
      unfold Omega. apply (Rmult_le_compat_r (/ (p * (1 - p)))) in T; [|left; apply Rinv_0_lt_compat, V].
      pose proof (root_pos x eps Hx He) as Rx.
      replace (x * (1 - x) / (p * (1 - p)) * (1 / sqrt (x * (1 - x) + eps)))
        with (x * (1 - x) / sqrt (x * (1 - x) + eps) * / (p * (1 - p))) by (field; lra).
      eapply Rle_trans; [exact T|]. right. field. lra.
    + rewrite mean_plus, mean_const, mean_scale, mean_variance by assumption.
      replace (d / (p * (1 - p)) * ((1 - / INR G) * (p * (1 - p)))) with (d - d / INR G) by (field; lra).
      assert (0 < d / INR G) by (apply Rdiv_lt_0_compat; assumption). lra.
Qed.

(** A share p^G + (1 - p)^G of the groups has rewards that are all alike, and carries no signal; and the mean push is at
    most sqrt (G - 1), however rare a success is. *)
Theorem e20 : forall (G : nat) (p eps : R), (2 <= G)%nat -> 0 < p < 1 -> 0 < eps ->
  mean p G (fun k => if orb (k =? 0) (k =? G) then 1 else 0) = p ^ G + (1 - p) ^ G /\
  group_push G p eps 0 = 0 /\ group_push G p eps G = 0 /\
  mean p G (group_push G p eps) <= sqrt (INR G - 1).
Proof.
  intros G p eps HG Hp He. assert (IG : 2 <= INR G) by (apply le_INR in HG; simpl in HG; lra).
  pose proof (variance_pos p Hp) as V. refine (conj _ (conj _ (conj _ _))).
  - assert (Z : forall n, mean p n (fun k => if k =? 0 then 1 else 0) = (1 - p) ^ n).
    { induction n; [reflexivity|]. simpl. rewrite IHn, mean_const. ring. }
    assert (T : forall n, mean p n (fun k => if k =? n then 1 else 0) = p ^ n).
    { induction n; [reflexivity|]. simpl mean. rewrite (mean_ext p n (fun k => if k =? S n then 1 else 0) (fun _ => 0)).
      - rewrite mean_const. simpl. rewrite IHn. ring.
      - intros k Hk. destruct (Nat.eqb_spec k (S n)); [lia|reflexivity]. }
    rewrite <- Z, <- (T G), <- mean_plus. apply mean_ext. intros k Hk.
    destruct (Nat.eqb_spec k 0), (Nat.eqb_spec k G); simpl; try lra; lia.
  - unfold group_push. simpl. unfold Rdiv. ring.
  - unfold group_push. replace (INR G / INR G) with 1 by (field; lra). unfold Rdiv. ring.
  - set (c := INR G / sqrt (INR G - 1)). assert (SG : 0 < sqrt (INR G - 1)) by (apply sqrt_lt_R0; lra).
    assert (QG : sqrt (INR G - 1) * sqrt (INR G - 1) = INR G - 1) by (apply sqrt_sqrt; lra).
    apply Rle_trans with (mean p G (fun k => c / (p * (1 - p)) * (INR k / INR G * (1 - INR k / INR G)))).
    + apply mean_le; [lra|]. intros k Hk. unfold group_push. set (x := INR k / INR G).
      destruct (Nat.eq_dec k 0) as [K0|K0]; [unfold x; subst; simpl; unfold Rdiv; rewrite !Rmult_0_l, Rmult_0_r; lra|].
      destruct (Nat.eq_dec k G) as [KG|KG]; [unfold x; subst; replace (INR G / INR G) with 1 by (field; lra); unfold Rdiv; lra|].
      assert (K1 : 1 <= INR k) by (apply (le_INR 1); lia). assert (K2 : INR k + 1 <= INR G) by (rewrite <- S_INR; apply le_INR; lia).
      assert (X : (INR G - 1) / (INR G * INR G) <= x * (1 - x)).
      { unfold x. apply (Rmult_le_reg_r (INR G * INR G)); [nra|].
        replace ((INR G - 1) / (INR G * INR G) * (INR G * INR G)) with (INR G - 1) by (field; lra).
        replace (INR k / INR G * (1 - INR k / INR G) * (INR G * INR G)) with (INR k * (INR G - INR k)) by (field; lra). nra. }
      assert (X0 : 0 < (INR G - 1) / (INR G * INR G)) by (apply Rdiv_lt_0_compat; nra).
      assert (Om : Omega x eps <= c).
      { unfold Omega, c. assert (Sx : sqrt (INR G - 1) / INR G <= sqrt (x * (1 - x) + eps)).
        { rewrite <- (sqrt_square (INR G)) at 2 by lra. rewrite <- sqrt_div by nra. apply sqrt_le_1; lra. }
        replace (INR G / sqrt (INR G - 1)) with (/ (sqrt (INR G - 1) / INR G)) by (field; lra).
        unfold Rdiv at 1. rewrite Rmult_1_l. apply Rinv_le_contravar; [apply Rdiv_lt_0_compat; lra|exact Sx]. }
      replace (c / (p * (1 - p)) * (x * (1 - x))) with (x * (1 - x) / (p * (1 - p)) * c) by (field; lra).
      apply Rmult_le_compat_l; [|exact Om]. left. apply Rdiv_lt_0_compat; lra.
    + rewrite mean_scale, mean_variance by lia. unfold c. right.
      apply (Rmult_eq_reg_r (sqrt (INR G - 1))); [|lra]. rewrite QG. field. lra.
Qed.

Lemma bridge_silent_share p : Formulas.silent_share_4 p = mean p 4 (fun k => if orb (k =? 0) (k =? 4) then 1 else 0).
Proof. unfold Formulas.silent_share_4. simpl. ring. Qed.

Lemma bridge_group_Omega p eps :
  0 < p < 1 -> 0 < eps -> Formulas.group_Omega_3 p eps = mean p 3 (group_push 3 p eps).
Proof.
  intros Hp He. assert (S : 0 < sqrt (2 / 9 + eps)) by (apply sqrt_lt_R0; lra).
  unfold Formulas.group_Omega_3, group_push, Omega. simpl mean. simpl INR.
  replace (0 * (eps + 0 * p)) with 0 by ring.
  repeat match goal with |- context [sqrt ?x] =>
    lazymatch x with 2 / 9 + eps => fail | eps => fail | _ => idtac end;
    first [replace x with (2 / 9 + eps) by field | replace x with eps by field] end.
  assert (0 < sqrt eps) by (apply sqrt_lt_R0; assumption). field. repeat split; lra.
Qed.
