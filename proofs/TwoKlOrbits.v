(* Chapters "Two penalties" and "Variants": what two penalties do along the paper's own iteration (E15, E16, E22, B4),
   and the rows of Table 1. *)
Require Import Reals Lra Lia Psatz Bool Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force Sums Policies PolicyDynamics SuccessMap Contraction TwoKl.
Open Scope R_scope.

(* The iterates with both penalties, from the reference, for any advantage of the output at the last success rate. *)
Fixpoint two_kl (n : nat) (r : nat -> bool) (A : R -> nat -> R) (alpha beta : R) (pi_ref : nat -> R) (k : nat) : nat -> R :=
  match k with
  | O => pi_ref
  | S m => let last := two_kl n r A alpha beta pi_ref m in
           tilt n (A (success n r last)) beta (geometric_mean n pi_ref last alpha)
  end.

(* One update of any variant in log-odds, with the weighting's Omega as a function of them. *)
Definition step (force : R -> R) (alpha beta L_ref L : R) : R := alpha * L_ref + (1 - alpha) * L + force L / beta.

(* A policy that is the reference with all successes scaled alike, and all failures. *)
Definition reweighted (n : nat) (r : nat -> bool) (pi_ref pi : nat -> R) : Prop :=
  exists right wrong, 0 < right /\ 0 < wrong /\ forall i, (i < n)%nat -> pi i = pi_ref i * if r i then right else wrong.

Lemma reweighted_tilt n r alpha beta plus minus pi_ref last :
  policy n pi_ref -> 0 < alpha < 1 -> reweighted n r pi_ref last ->
  reweighted n r pi_ref (tilt n (score r plus minus) beta (geometric_mean n pi_ref last alpha)).
Proof.
  intros P Ha (a & b & Hap & Hbp & E).
  assert (V : forall i, (i < n)%nat -> power (pi_ref i) alpha * power (last i) (1 - alpha)
    = pi_ref i * Rpower (if r i then a else b) (1 - alpha)).
  { intros i Hi. rewrite E by assumption. set (c := if r i then a else b).
    assert (0 < c) by (unfold c; destruct (r i); assumption). rewrite power_scale by assumption.
    destruct P as [Hp _]. destruct (Hp i Hi) as [H0|H0].
    - rewrite !power_pos by assumption. rewrite <- Rmult_assoc, <- Rpower_plus.
      replace (alpha + (1 - alpha)) with 1 by ring. rewrite Rpower_1 by assumption. reflexivity.
    - rewrite <- H0, power_0 by lra. ring. }
  assert (Ov : 0 < overlap n pi_ref last alpha).
  { destruct (total_has n pi_ref) as (i & Hi & Hpi); [destruct P; lra|]. apply (overlap_pos n _ _ alpha i Hi Hpi).
    rewrite E by assumption. apply Rmult_lt_0_compat; [assumption|]. destruct (r i); assumption. }
  set (Z := partition n (score r plus minus) beta (geometric_mean n pi_ref last alpha)).
  assert (0 < Z) by (apply partition_pos, geometric_mean_policy, Ov).
  exists (Rpower a (1 - alpha) * exp (plus / beta) / (overlap n pi_ref last alpha * Z)),
         (Rpower b (1 - alpha) * exp (- minus / beta) / (overlap n pi_ref last alpha * Z)).
  split; [|split].
  1,2: apply Rdiv_lt_0_compat; apply Rmult_lt_0_compat; try assumption; apply exp_pos.
  intros i Hi. unfold tilt, geometric_mean at 1. fold Z. rewrite V by assumption. unfold score.
  destruct (r i); field; lra.
Qed.

Lemma two_kl_reweighted n r (plus minus : R -> R) alpha beta pi_ref k :
  policy n pi_ref -> 0 < alpha < 1 ->
  reweighted n r pi_ref (two_kl n r (fun p => score r (plus p) (minus p)) alpha beta pi_ref k).
Proof.
  intros. induction k; simpl.
  - exists 1, 1. repeat split; try lra. intros. destruct (r i); ring.
  - apply reweighted_tilt; assumption.
Qed.

Lemma renyi_same n alpha P : policy n P -> 0 < alpha < 1 -> renyi n alpha P P = 0.
Proof.
  intros [Hp Sp] Ha. unfold renyi, overlap. erewrite total_ext with (g := P).
  - rewrite Sp, ln_1. unfold Rdiv. ring.
  - intros i Hi. destruct (Hp i Hi) as [H|<-]; [|rewrite power_0 by lra; ring].
    rewrite !power_pos, <- Rpower_plus by assumption. replace (alpha + (1 - alpha)) with 1 by ring.
    apply Rpower_1, H.
Qed.

Lemma reweighted_given n r side pi_ref pi :
  reweighted n r pi_ref pi -> 0 < chance n r side pi_ref ->
  forall i, (i < n)%nat -> given n r side pi i = given n r side pi_ref i.
Proof.
  intros (a & b & Ha & Hb & E) Hc i Hi. set (c := if side then a else b).
  assert (Hcp : 0 < c) by (unfold c; destruct side; assumption).
  assert (Cs : chance n r side pi = c * chance n r side pi_ref).
  { unfold chance. rewrite <- total_scale. apply total_ext. intros j Hj. unfold of_side, c. rewrite E by assumption.
    destruct (r j), side; simpl; ring. }
  unfold given. rewrite Cs. unfold of_side, c. rewrite E by assumption. unfold c in *.
  destruct (r i), side; simpl; field; lra.
Qed.

Lemma given_policy n r side pi : policy n pi -> 0 < chance n r side pi -> policy n (given n r side pi).
Proof.
  intros [Hp Sp] Hc. split.
  - intros. unfold given, of_side. apply Rmult_le_pos; [destruct (eqb (r i) side); [auto|lra]|].
    left. apply Rinv_0_lt_compat, Hc.
  - unfold given. erewrite total_ext with (g := fun i => / chance n r side pi * of_side r side pi i).
    + rewrite total_scale. fold (chance n r side pi). field. lra.
    + intros. field. lra.
Qed.

Lemma along n r (plus minus : R -> R) alpha beta pi_ref :
  policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < alpha < 1 -> 0 < beta ->
  let pi k := two_kl n r (fun p => score r (plus p) (minus p)) alpha beta pi_ref k in
  let p k := success n r (pi k) in
  forall k,
    (forall side, (forall i, (i < n)%nat -> given n r side (pi k) i = given n r side pi_ref i) /\
      renyi n alpha (given n r side pi_ref) (given n r side (pi k)) = 0) /\
    0 < p k < 1 /\
    logit (p (S k)) = alpha * logit (p 0%nat) + (1 - alpha) * logit (p k) + (plus (p k) + minus (p k)) / beta.
Proof.
  intros P Hs Ha Hb pi p k.
  assert (Rw : forall k, reweighted n r pi_ref (pi k)) by (intros; apply two_kl_reweighted; assumption).
  destruct (chance_sides n r pi_ref P) as [Tr Fa].
  assert (Ch : forall side, 0 < chance n r side pi_ref) by (intros []; lra).
  assert (Share : forall j side, exists i, (i < n)%nat /\ r i = side /\ 0 < pi_ref i /\ 0 < pi j i).
  { intros j side. destruct (total_has n _ (Ch side)) as (i & Hi & Hpi). unfold of_side in Hpi.
    destruct (eqb (r i) side) eqn:Q; [|lra]. apply eqb_prop in Q. exists i. repeat split; try assumption.
    destruct (Rw j) as (a & b & A & B & E). rewrite E by assumption. apply Rmult_lt_0_compat; [assumption|].
    destruct (r i); assumption. }
  assert (Ren : forall j side, renyi n alpha (given n r side pi_ref) (given n r side (pi j)) = 0).
  { intros. rewrite <- (renyi_same n alpha (given n r side pi_ref)).
    - unfold renyi, overlap. do 2 f_equal. apply total_ext. intros i Hi.
      rewrite (reweighted_given n r side pi_ref (pi j)); auto.
    - apply given_policy; auto.
    - assumption. }
  assert (Pk : forall j, policy n (pi j)).
  { intros [|j]; [exact P|]. apply tilt_policy, geometric_mean_policy.
    destruct (Share j true) as (i & Hi & _ & A & B). apply (overlap_pos n _ _ alpha i Hi A B). }
  assert (In : forall j, 0 < p j < 1).
  { intros j. destruct (chance_sides n r (pi j) (Pk j)) as [T' F'].
    assert (C' : forall side, 0 < chance n r side (pi j)).
    { intros side. destruct (Share j side) as (i & Hi & Q & _ & B). apply (total_pos n _ i).
      - intros l Hl. unfold of_side. destruct (eqb (r l) side); [apply Pk, Hl|lra].
      - assumption.
      - unfold of_side. rewrite Q, eqb_reflx. assumption. }
    pose proof (C' true). pose proof (C' false). unfold p. lra. }
  split; [intros side; split; [apply reweighted_given; [apply Rw|apply Ch]|apply Ren]|]. split; [apply In|].
  destruct (lemma_3 n r alpha pi_ref (pi k) P (Pk k) Ha Hs (In k) (Share k)) as [Sg E].
  change (p (S k)) with (success n r (tilt n (score r (plus (p k)) (minus (p k))) beta (geometric_mean n pi_ref (pi k) alpha))).
  destruct (Share k true) as (i & Hi & _ & A & B).
  rewrite theorem_8_log_odds; [|apply geometric_mean_policy, (overlap_pos n _ _ alpha i Hi A B)|exact Sg|exact Hb].
  rewrite E, !Ren. change (p 0%nat) with (success n r pi_ref). fold (p k). ring.
Qed.

(** Along the paper's own iteration, from the reference and by exact maximisers, both divergences are 0 at every step:
    given a success every iterate is the reference given a success, and so with failures. So Delta_R vanishes, and the
    log-odds obey alpha logit p_ref + (1 - alpha) logit p + Omega (p) / beta. *)
Theorem e15 : forall (n : nat) (r : nat -> bool) (alpha beta eps : R) (pi_ref : nat -> R),
  policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < alpha < 1 -> 0 < beta -> 0 < eps ->
  let pi k := two_kl n r (fun p => whitened r p eps) alpha beta pi_ref k in
  let p k := success n r (pi k) in
  forall k,
    (forall side, (forall i, (i < n)%nat -> given n r side (pi k) i = given n r side pi_ref i) /\
      renyi n alpha (given n r side pi_ref) (given n r side (pi k)) = 0) /\
    0 < p k < 1 /\
    logit (p (S k)) = alpha * logit (p 0%nat) + (1 - alpha) * logit (p k) + Omega (p k) eps / beta.
Proof.
  intros n r alpha beta eps pi_ref P Hs Ha Hb He pi p k.
  destruct (along n r (fun p => omega_plus p eps) (fun p => omega_minus p eps) alpha beta pi_ref P Hs Ha Hb k) as (G & I & E).
  cbv beta in E. refine (conj G (conj I _)). rewrite <- omegas_sum by (try exact He; lra). exact E.
Qed.

(** In log-odds two penalties are GRPO at strength alpha beta, damped: with T its step, theirs is (1 - alpha) L +
    alpha T (L). The fixed points are the same; where T has slope s, theirs has (1 - alpha) + alpha s; and a fixed point
    of slope s < -1 becomes one of slope above -1 exactly for alpha < 2 / (1 - s), and below 1 always. *)
Theorem b4 : forall eps alpha beta L_ref : R, 0 < eps -> 0 < alpha < 1 -> 0 < beta ->
  let T L := L_ref + push eps L / (alpha * beta) in
  let two := step (push eps) alpha beta L_ref in
  (forall L, two L = (1 - alpha) * L + alpha * T L) /\
  (forall L, two L = L <-> T L = L) /\
  (forall L s, is_derive T L s -> is_derive two L ((1 - alpha) + alpha * s)) /\
  (forall s, s < - (1) -> ((1 - alpha) + alpha * s > - (1) <-> alpha < 2 / (1 - s)) /\ (1 - alpha) + alpha * s < 1).
Proof.
  intros eps alpha beta L_ref He Ha Hb T two.
  assert (E : forall L, two L = (1 - alpha) * L + alpha * T L) by (intros; unfold two, step, T; field; lra).
  split; [exact E|]. split; [|split].
  - intros L. rewrite E. split; intros; nra.
  - intros L s H. apply (is_derive_ext (fun x => (1 - alpha) * x + alpha * T x)); [intros; symmetry; apply E|].
    apply (is_derive_plus (fun x => (1 - alpha) * x) (fun x => alpha * T x)).
    + auto_derive; [exact I|ring].
    + apply is_derive_scal, H.
  - intros s Hs. split; [|nra]. split; intros.
    + apply (Rmult_lt_reg_r (1 - s)); [lra|]. replace (2 / (1 - s) * (1 - s)) with 2 by (field; lra). lra.
    + apply (Rmult_lt_compat_r (1 - s)) in H; [|lra]. replace (2 / (1 - s) * (1 - s)) with 2 in H by (field; lra). lra.
Qed.

(** Mean-only with two penalties, from the reference, is monotone: after n updates it has gained
    (1 - (1 - alpha)^n) / (alpha beta). *)
Theorem e16 : forall alpha beta L_ref : R, 0 < alpha < 1 -> 0 < beta ->
  (forall n, orbit (step (fun _ => 1) alpha beta L_ref) L_ref n - L_ref = (1 - (1 - alpha) ^ n) / (alpha * beta)) /\
  (forall n, orbit (step (fun _ => 1) alpha beta L_ref) L_ref n < orbit (step (fun _ => 1) alpha beta L_ref) L_ref (S n)).
Proof.
  intros alpha beta L_ref Ha Hb.
  assert (E : forall n, orbit (step (fun _ => 1) alpha beta L_ref) L_ref n - L_ref = (1 - (1 - alpha) ^ n) / (alpha * beta)).
  { induction n; simpl; [unfold Rdiv; ring|]. unfold step at 1.
    replace (orbit (step (fun _ => 1) alpha beta L_ref) L_ref n) with (L_ref + (1 - (1 - alpha) ^ n) / (alpha * beta)) by lra.
    field. lra. }
  split; [exact E|]. intros n. pose proof (E n). pose proof (E (S n)).
  assert ((1 - (1 - alpha) ^ n) / (alpha * beta) < (1 - (1 - alpha) ^ S n) / (alpha * beta)); [|lra].
  apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra|].
  pose proof (pow_lt (1 - alpha) n ltac:(lra)). simpl. nra.
Qed.

(** Table 1, fixed points inside (0, 1), in log-odds and with Delta_R = 0, as along the paper's iteration. Mean +
    variance: GRPO rests where L = L_ref + Omega / beta, the mirror nowhere, two penalties where L = L_ref +
    Omega / (alpha beta). Mean-only: L_ref + 1 / beta alone, reached in one step; the mirror nowhere, and it has gained
    n / beta after n updates; two penalties L_ref + 1 / (alpha beta) alone, from any two starts nearer by the factor
    1 - alpha at each step. *)
Theorem table_1 : forall eps beta L_ref : R, 0 < eps -> 0 < beta ->
  (forall L, step (push eps) 1 beta L_ref L = L <-> L = L_ref + push eps L / beta) /\
  (forall L, step (push eps) 0 beta L_ref L <> L) /\
  (forall alpha L, 0 < alpha < 1 -> (step (push eps) alpha beta L_ref L = L <-> L = L_ref + push eps L / (alpha * beta))) /\
  (forall L, step (fun _ => 1) 1 beta L_ref L = L_ref + 1 / beta) /\
  (forall L, step (fun _ => 1) 0 beta L_ref L <> L) /\
  (forall n, orbit (step (fun _ => 1) 0 beta L_ref) L_ref n = L_ref + INR n / beta) /\
  (forall alpha L, 0 < alpha < 1 -> (step (fun _ => 1) alpha beta L_ref L = L <-> L = L_ref + 1 / (alpha * beta))) /\
  (forall alpha L M, 0 < alpha < 1 ->
    Rabs (step (fun _ => 1) alpha beta L_ref L - step (fun _ => 1) alpha beta L_ref M) = (1 - alpha) * Rabs (L - M)).
Proof.
  intros eps beta L_ref He Hb. unfold step.
  assert (Pp : forall L, 0 < push eps L / beta).
  { intros. apply Rdiv_lt_0_compat; [apply push_pos; lra|assumption]. }
  assert (Op : 0 < 1 / beta) by (apply Rdiv_lt_0_compat; lra).
  assert (Two : forall alpha L x, 0 < alpha < 1 ->
    (alpha * L_ref + (1 - alpha) * L + x / beta = L <-> L = L_ref + x / (alpha * beta))).
  { intros. replace (x / (alpha * beta)) with (x / beta / alpha) by (field; lra). split; intros.
    - apply (Rmult_eq_reg_l alpha); [|lra]. replace (alpha * (L_ref + x / beta / alpha)) with (alpha * L_ref + x / beta) by (field; lra). lra.
    - apply (Rmult_eq_compat_l alpha) in H0.
      replace (alpha * (L_ref + x / beta / alpha)) with (alpha * L_ref + x / beta) in H0 by (field; lra). lra. }
  repeat split; intros.
  - lra.
  - lra.
  - specialize (Pp L). lra.
  - apply Two; assumption.
  - apply Two; assumption.
  - ring.
  - lra.
  - induction n; [simpl; field; lra|]. simpl orbit. rewrite IHn, S_INR. field. lra.
  - apply Two; assumption.
  - apply Two; assumption.
  - replace (alpha * L_ref + (1 - alpha) * L + 1 / beta - (alpha * L_ref + (1 - alpha) * M + 1 / beta))
      with ((1 - alpha) * (L - M)) by ring. rewrite Rabs_mult, (Rabs_right (1 - alpha)) by lra. reflexivity.
Qed.

(** A fixed point of mean-only with two penalties is above the reference exactly if Delta_R + 1 / beta > 0; and along the
    paper's iteration, mean-only, both divergences are 0 again, so that Delta_R vanishes and the condition holds. *)
Theorem c6 :
  (forall alpha beta L_ref Delta L, 0 < alpha -> 0 < beta ->
    L = step (fun _ => 1) alpha beta L_ref L + Delta -> (L_ref < L <-> 0 < Delta + 1 / beta)) /\
  (forall (n : nat) (r : nat -> bool) (alpha beta : R) (pi_ref : nat -> R),
    policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < alpha < 1 -> 0 < beta ->
    let pi k := two_kl n r (fun p => score r (1 - p) p) alpha beta pi_ref k in
    let p k := success n r (pi k) in
    forall k,
      (forall side, (forall i, (i < n)%nat -> given n r side (pi k) i = given n r side pi_ref i) /\
        renyi n alpha (given n r side pi_ref) (given n r side (pi k)) = 0) /\
      logit (p (S k)) = step (fun _ => 1) alpha beta (logit (p 0%nat)) (logit (p k))).
Proof.
  split.
  - intros alpha beta L_ref Delta L Ha Hb E. unfold step in E.
    assert (alpha * (L - L_ref) = Delta + 1 / beta) by lra. split; intros; nra.
  - intros n r alpha beta pi_ref P Hs Ha Hb pi p k.
    destruct (along n r (fun p => 1 - p) (fun p => p) alpha beta pi_ref P Hs Ha Hb k) as (G & _ & E).
    split; [exact G|]. unfold step. replace 1 with (1 - p k + p k) at 2 by ring. exact E.
Qed.

(** Table 1, GRPO's stability: if h has slopes of at most k < 1 in size on [0, 1], every orbit converges to its fixed
    point. *)
Theorem table_1_contraction : forall p_ref beta eps k fixed : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= k < 1 ->
  (forall p, 0 <= p <= 1 -> Rabs (h_slope p_ref beta eps p) <= k) ->
  0 <= fixed <= 1 -> fixed = h p_ref beta eps fixed ->
  forall p_0, 0 <= p_0 <= 1 -> is_lim_seq (orbit (h p_ref beta eps) p_0) fixed.
Proof.
  intros p_ref beta eps k z Hr Hb He Hk Hs Hz Ez p_0 Hp.
  assert (Step : forall x, 0 <= x <= 1 -> Rabs (h p_ref beta eps x - z) <= k * Rabs (x - z)).
  { intros x Hx. rewrite Ez at 1.
    destruct (MVT_gen (h p_ref beta eps) z x (h_slope p_ref beta eps)) as (c & Hc & E).
    - intros c Hc. apply h_derive; try assumption. unfold Rmin, Rmax in Hc. destruct (Rle_dec z x); lra.
    - intros c Hc. apply continuity_pt_filterlim. apply h_continuous; try assumption.
      unfold Rmin, Rmax in Hc. destruct (Rle_dec z x); lra.
    - rewrite E, Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|]. apply Hs.
      unfold Rmin, Rmax in Hc. destruct (Rle_dec z x); lra. }
  apply contracts_to with (k := k) (c := Rabs (p_0 - z)); [assumption|]. intros n. induction n; simpl; [lra|].
  eapply Rle_trans; [apply Step, orbit_h_range; assumption|]. rewrite Rmult_assoc. apply Rmult_le_compat_l; lra.
Qed.
