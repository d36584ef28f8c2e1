(* Policies on the outputs 0, ..., n - 1 of one prompt, which a reward r calls right (true) or wrong (false). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot Primitives Paper Sums Logistic.
Open Scope R_scope.

Definition policy (n : nat) (pi : nat -> R) : Prop :=
  (forall i, (i < n)%nat -> 0 <= pi i) /\ total n pi = 1.

(* The probability of success. *)
Definition success (n : nat) (r : nat -> bool) (pi : nat -> R) : R :=
  total n (fun i => if r i then pi i else 0).

(* pi has no output that q never makes: elsewhere KL (pi || q) is infinite. *)
Definition supported (n : nat) (pi q : nat -> R) : Prop :=
  forall i, (i < n)%nat -> 0 < pi i -> 0 < q i.

(* The divergence, with 0 log 0 = 0; for a pi that is supported by q. *)
Definition KL (n : nat) (pi q : nat -> R) : R :=
  total n (fun i => pi i * ln (pi i / q i)).

(* The expected score A less the penalty. *)
Definition objective (n : nat) (A : nat -> R) (beta : R) (anchor pi : nat -> R) : R :=
  total n (fun i => pi i * A i) - beta * KL n pi anchor.

(* The anchor reweighted by exp (A / beta), over its total. *)
Definition partition (n : nat) (A : nat -> R) (beta : R) (anchor : nat -> R) : R :=
  total n (fun i => anchor i * exp (A i / beta)).
Definition tilt (n : nat) (A : nat -> R) (beta : R) (anchor : nat -> R) (i : nat) : R :=
  anchor i * exp (A i / beta) / partition n A beta anchor.

(* A score of right and wrong: plus for a success, minus for a failure. *)
Definition score (r : nat -> bool) (plus minus : R) (i : nat) : R := if r i then plus else - minus.

(* GRPO's whitened advantage where the sampling policy succeeds with probability p. *)
Definition whitened (r : nat -> bool) (p eps : R) : nat -> R := score r (omega_plus p eps) (omega_minus p eps).

(* The policy pi is the one maximiser of J among those that the anchor supports. *)
Definition only_maximiser (n : nat) (J : (nat -> R) -> R) (anchor pi : nat -> R) : Prop :=
  policy n pi /\ supported n pi anchor /\
  forall other, policy n other -> supported n other anchor ->
    J other <= J pi /\ (J other = J pi -> forall i, (i < n)%nat -> other i = pi i).

Lemma ln_below x : 0 < x -> x <> 1 -> ln x < x - 1.
Proof.
  intros. assert (ln x <> 0) by (intro E; apply H0; rewrite <- (exp_ln x), E by assumption; apply exp_0).
  pose proof (exp_ineq1 (ln x) H1). rewrite exp_ln in H2 by assumption. lra.
Qed.

(* One summand of the divergence, beside the difference of the two probabilities. *)
Lemma KL_summand a b :
  0 <= a -> 0 <= b -> (0 < a -> 0 < b) -> a - b <= a * ln (a / b) /\ (a * ln (a / b) = a - b -> a = b).
Proof.
  intros [Ha|<-] Hb Hab; [|rewrite Rmult_0_l; lra].
  specialize (Hab Ha).
  destruct (Req_dec a b) as [->|Hne].
  - replace (b / b) with 1 by (field; lra). rewrite ln_1. lra.
  - assert (Hr : 0 < b / a) by (apply Rdiv_lt_0_compat; assumption).
    assert (b / a <> 1) by (intro E; apply Hne; apply (Rmult_eq_compat_r a) in E; field_simplify in E; lra).
    pose proof (ln_below _ Hr H).
    assert (ln (a / b) = - ln (b / a)).
    { rewrite <- ln_Rinv by assumption. f_equal. field. lra. }
    rewrite H1. apply (Rmult_lt_compat_l a) in H0; [|assumption].
    replace (a * (b / a - 1)) with (b - a) in H0 by (field; lra). split; [lra|]. intros. lra.
Qed.

Lemma KL_nonneg n pi q :
  policy n pi -> policy n q -> supported n pi q ->
  0 <= KL n pi q /\ (KL n pi q = 0 -> forall i, (i < n)%nat -> pi i = q i).
Proof.
  intros [Hp Sp] [Hq Sq] Hs.
  set (f := fun i => pi i * ln (pi i / q i) - (pi i - q i)).
  assert (Hf : forall i, (i < n)%nat -> 0 <= f i).
  { intros. destruct (KL_summand (pi i) (q i)) as [? _]; auto. unfold f. lra. }
  assert (T : total n f = KL n pi q).
  { unfold f. rewrite total_minus, total_minus, Sp, Sq. unfold KL. lra. }
  rewrite <- T. split; [apply total_nonneg; assumption|].
  intros E i Hi. pose proof (total_zero n f Hf E i Hi).
  destruct (KL_summand (pi i) (q i)) as [_ K]; auto. apply K. unfold f in H. lra.
Qed.

Lemma partition_pos n A beta q : policy n q -> 0 < partition n A beta q.
Proof.
  intros [Hq Sq]. destruct (total_has n q) as (i & Hi & Hqi); [lra|].
  apply (total_pos n _ i); try assumption.
  - intros. apply Rmult_le_pos; auto. left; apply exp_pos.
  - apply Rmult_lt_0_compat; [assumption|apply exp_pos].
Qed.

Lemma tilt_policy n A beta q : policy n q -> policy n (tilt n A beta q).
Proof.
  intros P. pose proof (partition_pos n A beta q P). destruct P as [Hq Sq]. split.
  - intros. unfold tilt. apply Rdiv_le_0_compat; [|assumption].
    apply Rmult_le_pos; auto. left; apply exp_pos.
  - unfold tilt. erewrite total_ext with (g := fun i => / partition n A beta q * (q i * exp (A i / beta))).
    + rewrite total_scale. fold (partition n A beta q). field. lra.
    + intros. field. lra.
Qed.

Lemma tilt_pos n A beta q i : policy n q -> 0 < q i -> 0 < tilt n A beta q i.
Proof.
  intros. unfold tilt. apply Rdiv_lt_0_compat; [|apply partition_pos; assumption].
  apply Rmult_lt_0_compat; [assumption|apply exp_pos].
Qed.

Lemma tilt_supported n A beta q : policy n q -> supported n (tilt n A beta q) q.
Proof.
  intros P i Hi Ht. destruct P as [Hq Sq]. destruct (Hq i Hi) as [|E]; [assumption|].
  unfold tilt in Ht. rewrite <- E in Ht. unfold Rdiv in Ht. rewrite !Rmult_0_l in Ht. lra.
Qed.

Lemma objective_as_divergence n A beta q pi :
  policy n q -> policy n pi -> supported n pi q -> 0 < beta ->
  objective n A beta q pi = beta * ln (partition n A beta q) - beta * KL n pi (tilt n A beta q).
Proof.
  intros P [Hpi Spi] Hs Hb. unfold objective, KL. set (Z := partition n A beta q).
  assert (HZ : 0 < Z) by (apply partition_pos; assumption).
  rewrite <- (Rmult_1_r (beta * ln Z)), <- Spi, <- !total_scale, <- !total_minus.
  apply total_ext. intros i Hi. destruct (Hpi i Hi) as [H|<-]; [|lra].
  pose proof (Hs i Hi H). pose proof (tilt_pos n A beta q i P H0).
  assert (E : ln (pi i / tilt n A beta q i) = ln (pi i / q i) - A i / beta + ln Z).
  { unfold tilt; fold Z.
    replace (pi i / (q i * exp (A i / beta) / Z)) with (pi i / q i * / exp (A i / beta) * Z)
      by (field; repeat split; try lra; pose proof (exp_pos (A i / beta)); lra).
    pose proof (exp_pos (A i / beta)).
    assert (0 < pi i / q i) by (apply Rdiv_lt_0_compat; assumption).
    assert (0 < / exp (A i / beta)) by (apply Rinv_0_lt_compat; assumption).
    rewrite !ln_mult, ln_Rinv, ln_exp; try assumption; try apply Rmult_lt_0_compat; try assumption. lra. }
  rewrite E. field. lra.
Qed.

Lemma success_range n r pi : policy n pi -> 0 <= success n r pi <= 1.
Proof.
  intros [Hp Sp]. split.
  - apply total_nonneg. intros. destruct (r i); [auto|lra].
  - rewrite <- Sp. apply total_le. intros. pose proof (Hp i H). destruct (r i); lra.
Qed.

Lemma partition_of_score n r plus minus beta q :
  policy n q ->
  partition n (score r plus minus) beta q =
    success n r q * exp (plus / beta) + (1 - success n r q) * exp (- minus / beta).
Proof.
  intros [Hq Sq]. rewrite <- Sq. unfold partition, success.
  rewrite (Rmult_comm (total n _)), (Rmult_comm (total n q - _)), <- total_minus, <- !total_scale, <- total_plus.
  apply total_ext. intros. unfold score. destruct (r i); lra.
Qed.

Lemma success_of_tilt n r plus minus beta q :
  policy n q ->
  success n r (tilt n (score r plus minus) beta q) =
    success n r q * exp (plus / beta)
      / (success n r q * exp (plus / beta) + (1 - success n r q) * exp (- minus / beta)).
Proof.
  intros P. rewrite <- partition_of_score by assumption.
  pose proof (partition_pos n (score r plus minus) beta q P).
  unfold success at 1. unfold tilt.
  erewrite total_ext with
    (g := fun i => exp (plus / beta) / partition n (score r plus minus) beta q * (if r i then q i else 0)).
  - rewrite total_scale. fold (success n r q). field. lra.
  - intros. unfold score at 1. destruct (r i); [field; lra|ring].
Qed.

Lemma logit_of_tilt n r plus minus beta q :
  policy n q -> 0 < success n r q < 1 -> 0 < beta ->
  0 < success n r (tilt n (score r plus minus) beta q) < 1 /\
  logit (success n r (tilt n (score r plus minus) beta q)) = logit (success n r q) + (plus + minus) / beta.
Proof.
  intros. rewrite success_of_tilt by assumption. set (p := success n r q) in *.
  pose proof (exp_pos (plus / beta)) as E1. pose proof (exp_pos (- minus / beta)) as E2.
  set (a := exp (plus / beta)) in *. set (b := exp (- minus / beta)) in *.
  assert (0 < p * a) by (apply Rmult_lt_0_compat; lra).
  assert (0 < (1 - p) * b) by (apply Rmult_lt_0_compat; lra). split.
  - split; [apply Rdiv_lt_0_compat; lra|].
    apply (Rmult_lt_reg_r (p * a + (1 - p) * b)); [lra|].
    replace (p * a / (p * a + (1 - p) * b) * (p * a + (1 - p) * b)) with (p * a) by (field; lra). lra.
  - unfold logit at 1.
    replace (p * a / (p * a + (1 - p) * b) / (1 - p * a / (p * a + (1 - p) * b)))
      with (p / (1 - p) * (a * / b)).
    2: { field. repeat split; try lra. }
    assert (0 < / b) by (apply Rinv_0_lt_compat; assumption).
    rewrite ln_mult, ln_mult, ln_Rinv; try assumption.
    + unfold a, b. rewrite !ln_exp. unfold logit. field. lra.
    + apply odds_pos; assumption.
    + apply Rmult_lt_0_compat; assumption.
Qed.
