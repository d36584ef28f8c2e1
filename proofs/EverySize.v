(* Chapter "Finite groups": what the library does with a group, tied to the theorems at every size of the group. *)
Require Import Reals Lra Lia Psatz Arith Primitives Paper Logistic Groups GroupVariance.
Require Formulas.
Open Scope R_scope.

Lemma no_change x eps p : x + 0 * (eps + 0 * p) = x.
Proof. ring. Qed.

(* A success's advantage, and a failure's, in a group of G with k successes. *)
Lemma bridge_group_right G eps k : (0 < G)%nat -> Formulas.group_right (INR k) (INR G) eps = omega_plus (INR k / INR G) eps.
Proof.
  intros H. assert (0 < INR G) by (apply lt_0_INR; lia). unfold Formulas.group_right, omega_plus.
  replace (INR k + 0 * eps) with (INR k) by ring. replace (INR G - INR k + 0 * eps) with (INR G - INR k) by ring.
  replace ((INR G - INR k) / INR G) with (1 - INR k / INR G) by (field; lra). unfold Rdiv. ring.
Qed.

Lemma bridge_group_wrong G eps k : (0 < G)%nat -> Formulas.group_wrong (INR k) (INR G) eps = - omega_minus (INR k / INR G) eps.
Proof.
  intros H. assert (0 < INR G) by (apply lt_0_INR; lia). unfold Formulas.group_wrong, omega_minus.
  replace (INR k + 0 * eps) with (INR k) by ring. replace (INR G - INR k + 0 * eps) with (INR G - INR k) by ring.
  replace ((INR G - INR k) / INR G) with (1 - INR k / INR G) by (field; lra). unfold Rdiv. ring.
Qed.

Lemma bridge_group_push G p eps k :
  (0 < G)%nat -> 0 < p < 1 -> Formulas.group_push (INR k) (INR G) p eps = group_push G p eps k.
Proof.
  intros H Hp. assert (0 < INR G) by (apply lt_0_INR; lia). unfold Formulas.group_push, group_push, Omega.
  replace (0 * (eps + 0 * p)) with 0 by ring. replace (eps + 0 * p) with eps by ring. rewrite !Rplus_0_r.
  replace ((INR G - INR k) / INR G) with (1 - INR k / INR G) by (field; lra).
  set (x := 1 / sqrt (INR k / INR G * (1 - INR k / INR G) + eps)). field. lra.
Qed.

(* The library's mean over a group: each round averages neighbours, until one value is left. *)
Fixpoint rounds (p : R) (n : nat) (values : nat -> R) (k : nat) : R :=
  match n with O => values k | S m => Formulas.mean_of_two (rounds p m values k) (rounds p m values (S k)) p end.

Lemma bridge_mean p n values : rounds p n values 0 = mean p n values.
Proof.
  assert (K : forall n k f, rounds p n f k = mean p n (fun j => f (k + j)%nat)).
  { clear. induction n; intros; simpl; [rewrite Nat.add_0_r; reflexivity|].
    unfold Formulas.mean_of_two. rewrite !IHn. f_equal. f_equal. apply mean_ext. intros. f_equal. lia. }
  rewrite K. reflexivity.
Qed.

(* So the mean push of a group of any size is what the theorems are about. *)
Lemma bridge_group_Omega_every n p eps : 0 < p < 1 -> 0 < eps ->
  rounds p n (fun j => Formulas.group_right (INR (S j)) (INR (S n)) eps - Formulas.group_wrong (INR j) (INR (S n)) eps) 0
    = mean p (S n) (group_push (S n) p eps).
Proof.
  intros Hp He. rewrite bridge_mean.
  destruct (b6_variance n (fun k => omega_plus (INR k / INR (S n)) eps) (fun k => - omega_minus (INR k / INR (S n)) eps)
    p eps Hp He) as (A & _ & B & _).
  symmetry. etransitivity; [symmetry; apply (mean_ext p (S n) _ _ (fun k _ => B k))|]. etransitivity; [exact A|]. apply mean_ext. intros j Hj.
  rewrite bridge_group_right, bridge_group_wrong by lia. reflexivity.
Qed.

(* The chance that m outputs, drawn without putting back from n of which j are right, are all wrong. *)
Fixpoint all_wrong (m n j : nat) : R :=
  match m, n with
  | O, _ => 1
  | S a, S b => (INR (S b) - INR j) / INR (S b) * all_wrong a b j
  | S _, O => 0
  end.

Lemma mean_all_wrong p m : forall n, (m <= n)%nat -> mean p n (all_wrong m n) = (1 - p) ^ m.
Proof.
  induction m; intros n H; [rewrite (mean_ext p n _ (fun _ => 1)) by (intros; destruct n; reflexivity); apply mean_const|]. destruct n as [|n]; [lia|].
  assert (HN : 0 < INR (S n)) by (apply lt_0_INR; lia).
  rewrite (mean_ext p (S n) _ (fun k => / INR (S n) * (INR k * 0 + (INR (S n) - INR k) * all_wrong m n k)))
    by (intros; cbn [all_wrong]; unfold Rdiv; ring).
  rewrite mean_scale, (one_given p n (fun _ => 0) (all_wrong m n)), mean_const, IHm by lia.
  change ((1 - p) ^ S m) with ((1 - p) * (1 - p) ^ m). field. lra.
Qed.

(** The mean push of a group is a mean over the number J of successes among G - 1 outputs, of a success's advantage in a group
    with J + 1 less a failure's in a group with J, for any method. Leave-one-out baselines (RLOO) and no baseline
    (REINFORCE) have 1 at every size, the Omega of mean-only; PKPO with k = m + 1 outputs has its own Omega,
    k (1 - p)^(k - 1), in every group of at least k. *)
Theorem methods_in_groups : forall (n m : nat) (p : R) (right wrong : nat -> R), 0 < p < 1 ->
  let G := S n in
  let average right wrong := mean p G (push_of G right wrong p) in
  average right wrong = mean p n (fun j => right (S j) - wrong j) /\
  ((1 <= n)%nat -> average (fun k => 1 - (INR k - 1) / INR n) (fun k => - (INR k / INR n)) = 1) /\
  average (fun _ => 1) (fun _ => 0) = 1 /\
  ((m <= n)%nat -> average (fun _ => INR (S m)) (fun j => INR (S m) - INR (S m) * all_wrong m n j) = INR (S m) * (1 - p) ^ m).
Proof.
  intros n m p right wrong Hp G average.
  assert (One : forall r w, average r w = mean p n (fun j => r (S j) - w j)).
  { intros r w. destruct (b6_variance n r w p 1 Hp ltac:(lra)) as [A _]. exact A. }
  refine (conj (One right wrong) (conj _ (conj _ _))).
  - intros Hn. assert (0 < INR n) by (apply lt_0_INR; lia). rewrite One.
    transitivity (mean p n (fun _ => 1)); [apply mean_ext; intros j Hj|apply mean_const].
    cbv beta. rewrite (S_INR j). field. lra.
  - rewrite One. transitivity (mean p n (fun _ => 1)); [apply mean_ext; intros; ring|apply mean_const].
  - intros Hm. rewrite One, (mean_ext p n _ (fun j => INR (S m) * all_wrong m n j)) by (intros; ring).
    rewrite mean_scale, mean_all_wrong by exact Hm. reflexivity.
Qed.
