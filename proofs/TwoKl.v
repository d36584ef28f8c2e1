(* Chapter "Two penalties": Lemmas 2 and 3, Theorem 9. A power of 0 is 0 here, as on the page. *)
Require Import Reals Lra Lia Psatz Bool Primitives Paper Logistic Sums Policies PolicyDynamics.
Open Scope R_scope.

Definition power (x a : R) : R := if Rlt_dec 0 x then Rpower x a else 0.

(* The normalised geometric mean of two policies, and its total before that. *)
Definition overlap (n : nat) (a b : nat -> R) (alpha : R) : R :=
  total n (fun i => power (a i) alpha * power (b i) (1 - alpha)).
Definition geometric_mean (n : nat) (a b : nat -> R) (alpha : R) (i : nat) : R :=
  power (a i) alpha * power (b i) (1 - alpha) / overlap n a b alpha.

(* The probability of a side, successes (true) or failures (false), and a policy given that side. *)
Definition of_side (r : nat -> bool) (side : bool) (f : nat -> R) (i : nat) : R :=
  if eqb (r i) side then f i else 0.
Definition chance (n : nat) (r : nat -> bool) (side : bool) (pi : nat -> R) : R := total n (of_side r side pi).
Definition given (n : nat) (r : nat -> bool) (side : bool) (pi : nat -> R) (i : nat) : R :=
  of_side r side pi i / chance n r side pi.

(* The divergence of Rényi, of order alpha. *)
Definition renyi (n : nat) (alpha : R) (P Q : nat -> R) : R := ln (overlap n P Q alpha) / (alpha - 1).

Lemma power_pos x a : 0 < x -> power x a = Rpower x a.
Proof. intros. unfold power. destruct (Rlt_dec 0 x); [reflexivity|lra]. Qed.

Lemma power_nonneg x a : 0 <= power x a.
Proof. unfold power. destruct (Rlt_dec 0 x); [|lra]. left. apply exp_pos. Qed.

Lemma power_0 x a : ~ 0 < x -> power x a = 0.
Proof. intros. unfold power. destruct (Rlt_dec 0 x); [lra|reflexivity]. Qed.

Lemma power_scale x c a : 0 < c -> power (x * c) a = power x a * Rpower c a.
Proof.
  intros. unfold power. destruct (Rlt_dec 0 x).
  - destruct (Rlt_dec 0 (x * c)) as [|N]; [rewrite Rpower_mult_distr by assumption; reflexivity|].
    exfalso. apply N. apply Rmult_lt_0_compat; assumption.
  - destruct (Rlt_dec 0 (x * c)); [|ring]. exfalso. apply n. nra.
Qed.

Lemma weight_nonneg (a b : nat -> R) alpha i : 0 <= power (a i) alpha * power (b i) (1 - alpha).
Proof. apply Rmult_le_pos; apply power_nonneg. Qed.

Lemma weight_pos (a b : nat -> R) alpha i :
  0 < a i -> 0 < b i -> 0 < power (a i) alpha * power (b i) (1 - alpha).
Proof. intros. rewrite !power_pos by assumption. apply Rmult_lt_0_compat; apply exp_pos. Qed.

Lemma overlap_pos n a b alpha i : (i < n)%nat -> 0 < a i -> 0 < b i -> 0 < overlap n a b alpha.
Proof.
  intros. apply (total_pos n _ i); [intros; apply weight_nonneg|assumption|apply weight_pos; assumption].
Qed.

Lemma geometric_mean_policy n a b alpha : 0 < overlap n a b alpha -> policy n (geometric_mean n a b alpha).
Proof.
  intros. split.
  - intros. unfold geometric_mean, Rdiv. apply Rmult_le_pos; [apply weight_nonneg|]. left. apply Rinv_0_lt_compat, H.
  - unfold geometric_mean. erewrite total_ext with
      (g := fun i => / overlap n a b alpha * (power (a i) alpha * power (b i) (1 - alpha))).
    + rewrite total_scale. fold (overlap n a b alpha). field. lra.
    + intros. field. lra.
Qed.

Lemma geometric_mean_support n a b alpha i :
  0 < overlap n a b alpha -> (0 < geometric_mean n a b alpha i <-> 0 < a i /\ 0 < b i).
Proof.
  intros. split; intros.
  - destruct (Rlt_dec 0 (a i)) as [A|A]; destruct (Rlt_dec 0 (b i)) as [B|B]; [split; assumption| | |];
      exfalso; unfold geometric_mean in H0; first [rewrite (power_0 (a i)) in H0 by assumption | rewrite (power_0 (b i)) in H0 by assumption];
      unfold Rdiv in H0; rewrite ?Rmult_0_l, ?Rmult_0_r, ?Rmult_0_l in H0; lra.
  - destruct H0. unfold geometric_mean. apply Rmult_lt_0_compat; [apply weight_pos; assumption|].
    apply Rinv_0_lt_compat, H.
Qed.

(** The two penalties together are one, to the geometric mean, and a constant: for every policy that both policies
    support, which are those that the mean supports. *)
Theorem lemma_2 : forall (n : nat) (alpha : R) (pi_ref last : nat -> R),
  policy n pi_ref -> policy n last -> 0 < alpha < 1 ->
  (exists i, (i < n)%nat /\ 0 < pi_ref i /\ 0 < last i) ->
  policy n (geometric_mean n pi_ref last alpha) /\
  (forall pi, supported n pi (geometric_mean n pi_ref last alpha) <-> supported n pi pi_ref /\ supported n pi last) /\
  exists constant, forall pi, policy n pi -> supported n pi pi_ref -> supported n pi last ->
    alpha * KL n pi pi_ref + (1 - alpha) * KL n pi last = KL n pi (geometric_mean n pi_ref last alpha) + constant.
Proof.
  intros n alpha a b Pa Pb Ha (i0 & Hi0 & Ai & Bi). pose proof (overlap_pos n a b alpha i0 Hi0 Ai Bi) as C.
  split; [apply geometric_mean_policy, C|]. split.
  - intros pi. unfold supported. setoid_rewrite (fun i => geometric_mean_support n a b alpha i C).
    split; [intros H; split; intros i Hi Hp; apply H; assumption|].
    intros [H1 H2] i Hi Hp. split; auto.
  - exists (- ln (overlap n a b alpha)). intros pi [Hp Sp] Sa Sb.
    replace (- ln (overlap n a b alpha)) with (- ln (overlap n a b alpha) * total n pi) by (rewrite Sp; ring).
    unfold KL. rewrite <- !total_scale, <- !total_plus.
    apply total_ext. intros i Hi. destruct (Hp i Hi) as [H|<-]; [|lra].
    pose proof (Sa i Hi H) as A. pose proof (Sb i Hi H) as B.
    assert (E : ln (geometric_mean n a b alpha i) = alpha * ln (a i) + (1 - alpha) * ln (b i) - ln (overlap n a b alpha)).
    { unfold geometric_mean, Rdiv. rewrite !power_pos by assumption.
      rewrite !ln_mult, ln_Rinv; try assumption; try apply exp_pos; try (apply Rinv_0_lt_compat; assumption).
      - unfold Rpower. rewrite !ln_exp. lra.
      - apply Rmult_lt_0_compat; apply exp_pos. }
    assert (G : 0 < geometric_mean n a b alpha i) by (apply geometric_mean_support; auto).
    unfold Rdiv. rewrite !ln_mult, !ln_Rinv by (try assumption; apply Rinv_0_lt_compat; assumption).
    rewrite E. ring.
Qed.

Lemma chance_sides n r pi :
  policy n pi -> chance n r true pi = success n r pi /\ chance n r false pi = 1 - success n r pi.
Proof.
  intros [_ Sp]. split.
  - apply total_ext. intros. unfold of_side. destruct (r i); reflexivity.
  - rewrite <- Sp. unfold success. rewrite <- total_minus. apply total_ext. intros. unfold of_side.
    destruct (r i); simpl; lra.
Qed.

(* The total of the geometric mean's weights on one side, by way of the divergence there. *)
Lemma side_weight n r side a b alpha :
  0 < chance n r side a -> 0 < chance n r side b ->
  total n (of_side r side (fun i => power (a i) alpha * power (b i) (1 - alpha))) =
    Rpower (chance n r side a) alpha * Rpower (chance n r side b) (1 - alpha)
    * overlap n (given n r side a) (given n r side b) alpha.
Proof.
  intros Ha Hb. unfold overlap. rewrite <- total_scale. apply total_ext. intros i _.
  unfold given, of_side. set (ca := chance n r side a) in *. set (cb := chance n r side b) in *.
  destruct (eqb (r i) side).
  - assert (Ia : 0 < / ca) by (apply Rinv_0_lt_compat; assumption).
    assert (Ib : 0 < / cb) by (apply Rinv_0_lt_compat; assumption).
    unfold Rdiv. rewrite !power_scale by assumption.
    assert (K : forall c x, 0 < c -> Rpower c x * Rpower (/ c) x = 1).
    { intros. rewrite Rpower_mult_distr, Rinv_r by (try apply Rinv_0_lt_compat; lra). unfold Rpower.
      rewrite ln_1, Rmult_0_r. apply exp_0. }
    transitivity (power (a i) alpha * power (b i) (1 - alpha) * (Rpower ca alpha * Rpower (/ ca) alpha)
      * (Rpower cb (1 - alpha) * Rpower (/ cb) (1 - alpha))).
    + rewrite !K by assumption. ring.
    + ring.
  - unfold Rdiv. rewrite Rmult_0_l, (power_0 0) by lra. ring.
Qed.

(** The log-odds of success of the geometric mean: the two policies' in shares alpha and 1 - alpha, plus (alpha - 1)
    times the divergence of Rényi on successes less that on failures. Where both policies succeed and fail, and share a
    success and a failure. *)
Theorem lemma_3 : forall (n : nat) (r : nat -> bool) (alpha : R) (pi_ref last : nat -> R),
  policy n pi_ref -> policy n last -> 0 < alpha < 1 ->
  0 < success n r pi_ref < 1 -> 0 < success n r last < 1 ->
  (forall side, exists i, (i < n)%nat /\ r i = side /\ 0 < pi_ref i /\ 0 < last i) ->
  let D side := renyi n alpha (given n r side pi_ref) (given n r side last) in
  0 < success n r (geometric_mean n pi_ref last alpha) < 1 /\
  logit (success n r (geometric_mean n pi_ref last alpha)) =
    alpha * logit (success n r pi_ref) + (1 - alpha) * logit (success n r last) + (alpha - 1) * (D true - D false).
Proof.
  intros n r alpha a b Pa Pb Hal Sa Sb Sh D.
  destruct (chance_sides n r a Pa) as [Ta Fa]. destruct (chance_sides n r b Pb) as [Tb Fb].
  assert (Ca : forall side, 0 < chance n r side a) by (intros []; lra).
  assert (Cb : forall side, 0 < chance n r side b) by (intros []; lra).
  set (w := fun i => power (a i) alpha * power (b i) (1 - alpha)).
  set (W := fun side => total n (of_side r side w)).
  assert (Wp : forall side, 0 < W side).
  { intros side. destruct (Sh side) as (i & Hi & Hr & Ai & Bi). apply (total_pos n _ i); [|assumption|].
    - intros j _. unfold of_side. destruct (eqb (r j) side); [apply weight_nonneg|lra].
    - unfold of_side. rewrite Hr, eqb_reflx. apply weight_pos; assumption. }
  assert (Wsum : overlap n a b alpha = W true + W false).
  { unfold W, overlap. rewrite <- total_plus. apply total_ext. intros. unfold of_side, w. destruct (r i); simpl; ring. }
  pose proof (Wp true). pose proof (Wp false).
  assert (Gs : success n r (geometric_mean n a b alpha) = W true / (W true + W false)).
  { rewrite <- Wsum. unfold success, geometric_mean, W.
    unfold Rdiv. rewrite Rmult_comm, <- total_scale. apply total_ext. intros. unfold of_side, w. destruct (r i); simpl; ring. }
  assert (Lw : forall side, ln (W side) = alpha * ln (chance n r side a) + (1 - alpha) * ln (chance n r side b)
    + (alpha - 1) * D side).
  { intros side.
    assert (E : W side = Rpower (chance n r side a) alpha * Rpower (chance n r side b) (1 - alpha)
      * overlap n (given n r side a) (given n r side b) alpha) by (apply side_weight; auto).
    assert (Ov : 0 < overlap n (given n r side a) (given n r side b) alpha).
    { destruct (Sh side) as (i & Hi & Hr & Ai & Bi).
      apply (overlap_pos n _ _ alpha i Hi); unfold given, of_side; rewrite Hr, eqb_reflx;
        apply Rmult_lt_0_compat; try assumption; apply Rinv_0_lt_compat; auto. }
    rewrite E, !ln_mult; try assumption; try apply exp_pos; [|apply Rmult_lt_0_compat; apply exp_pos].
    unfold Rpower. rewrite !ln_exp. unfold D, renyi. field. lra. }
  rewrite Gs. split.
  - split; [apply Rmult_lt_0_compat; [assumption|apply Rinv_0_lt_compat; lra]|].
    apply (Rmult_lt_reg_r (W true + W false)); [lra|].
    replace (W true / (W true + W false) * (W true + W false)) with (W true) by (field; lra). lra.
  - unfold logit at 1.
    replace (W true / (W true + W false) / (1 - W true / (W true + W false))) with (W true * / W false) by (field; lra).
    rewrite ln_mult, ln_Rinv, !Lw, Ta, Tb, Fa, Fb by (try assumption; apply Rinv_0_lt_compat; assumption).
    unfold logit, Rdiv. rewrite !ln_mult, !ln_Rinv by (try lra; apply Rinv_0_lt_compat; lra). ring.
Qed.

(* The objective with two penalties. *)
Definition two_kl_objective (n : nat) (A : nat -> R) (alpha beta : R) (pi_ref last pi : nat -> R) : R :=
  total n (fun i => pi i * A i) - beta * (alpha * KL n pi pi_ref + (1 - alpha) * KL n pi last).

(** With both penalties the one maximiser is the geometric mean reweighted by the whitened reward, and its log-odds are
    alpha logit p_ref + (1 - alpha) logit p + Delta_R + Omega (p) / beta, with p the last success rate and Delta_R the
    correction of Lemma 3. *)
Theorem theorem_9 : forall (n : nat) (r : nat -> bool) (alpha beta eps : R) (pi_ref last : nat -> R),
  policy n pi_ref -> policy n last -> 0 < alpha < 1 -> 0 < beta -> 0 < eps ->
  0 < success n r pi_ref < 1 -> 0 < success n r last < 1 ->
  (forall side, exists i, (i < n)%nat /\ r i = side /\ 0 < pi_ref i /\ 0 < last i) ->
  let p := success n r last in
  let next := tilt n (whitened r p eps) beta (geometric_mean n pi_ref last alpha) in
  let D side := renyi n alpha (given n r side pi_ref) (given n r side last) in
  let Delta_R := (1 - alpha) * (D false - D true) in
  (policy n next /\ supported n next pi_ref /\ supported n next last /\
   forall other, policy n other -> supported n other pi_ref -> supported n other last ->
     two_kl_objective n (whitened r p eps) alpha beta pi_ref last other
       <= two_kl_objective n (whitened r p eps) alpha beta pi_ref last next /\
     (two_kl_objective n (whitened r p eps) alpha beta pi_ref last other
       = two_kl_objective n (whitened r p eps) alpha beta pi_ref last next -> forall i, (i < n)%nat -> other i = next i)) /\
  logit (success n r next)
    = alpha * logit (success n r pi_ref) + (1 - alpha) * logit p + Delta_R + Omega p eps / beta.
Proof.
  intros n r alpha beta eps a b Pa Pb Hal Hb He Sa Sb Sh p next D Delta.
  destruct (Sh true) as (i0 & Hi0 & _ & Ai & Bi).
  destruct (lemma_2 n alpha a b Pa Pb Hal (ex_intro _ i0 (conj Hi0 (conj Ai Bi)))) as (Pg & Sg & c & Ec).
  assert (J : forall pi, policy n pi -> supported n pi a -> supported n pi b ->
    two_kl_objective n (whitened r p eps) alpha beta a b pi
      = objective n (whitened r p eps) beta (geometric_mean n a b alpha) pi - beta * c).
  { intros. unfold two_kl_objective, objective. rewrite Ec by assumption. ring. }
  destruct (theorem_8 n (whitened r p eps) beta _ Pg Hb) as (Pn & Sn & Mx).
  destruct (proj1 (Sg _) Sn) as [Sna Snb]. fold next in Pn, Sn, Sna, Snb, Mx.
  split.
  - refine (conj Pn (conj Sna (conj Snb _))). intros other Po Soa Sob.
    rewrite !J by assumption. destruct (Mx other Po (proj2 (Sg _) (conj Soa Sob))) as [M1 M2].
    split; [lra|]. intros. apply M2; [lra|assumption].
  - destruct (lemma_3 n r alpha a b Pa Pb Hal Sa Sb Sh) as [Sg' Eg].
    unfold next, whitened. rewrite theorem_8_log_odds by assumption. rewrite Eg, omegas_sum.
    unfold Delta, D, p. ring.
Qed.
