(* Chapter "Mirror GRPO": Theorems 4 and 5, and E18 on the two ends. *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Sums Policies PolicyDynamics SuccessMap.
Open Scope R_scope.

(* The iterates that are tied to the one before, each with the weights at the success rate of the one before. *)
Fixpoint mirror (n : nat) (r : nat -> bool) (beta eps : R) (pi_ref : nat -> R) (k : nat) : nat -> R :=
  match k with
  | O => pi_ref
  | S m => let last := mirror n r beta eps pi_ref m in tilt n (whitened r (success n r last) eps) beta last
  end.

(* What it does to a success rate, written so that 0 and 1 are in its domain. *)
Definition mirror_map (beta eps p : R) : R :=
  p * exp (Omega p eps / beta) / (p * exp (Omega p eps / beta) + (1 - p)).

Lemma mirror_policy n r beta eps pi_ref k : policy n pi_ref -> policy n (mirror n r beta eps pi_ref k).
Proof. intros. induction k; simpl; [assumption|]. apply tilt_policy; assumption. Qed.

Lemma mirror_step n r beta eps pi_ref k :
  policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < beta ->
  let p k := success n r (mirror n r beta eps pi_ref k) in
  0 < p k < 1 /\ logit (p (S k)) = logit (p k) + Omega (p k) eps / beta.
Proof.
  intros P Hp Hb p.
  assert (I : forall k, 0 < p k < 1).
  { induction k0; [exact Hp|]. unfold p. simpl. apply logit_of_tilt; try assumption. apply mirror_policy, P. }
  split; [apply I|]. unfold p at 1. simpl. unfold whitened.
  destruct (logit_of_tilt n r (omega_plus (p k) eps) (omega_minus (p k) eps) beta (mirror n r beta eps pi_ref k)) as [_ E];
    try assumption.
  - apply mirror_policy, P.
  - apply I.
  - rewrite omegas_sum in E. exact E.
Qed.

(** Tied to the last policy alone, the one maximiser is that policy reweighted by exp (omega+ / beta) on a success and
    exp (- omega- / beta) on a failure, over Z as printed; its log-odds of success are the last plus Omega over beta. *)
Theorem theorem_4 : forall (n : nat) (r : nat -> bool) (beta eps : R) (last : nat -> R),
  policy n last -> 0 < beta -> 0 < eps ->
  let p := success n r last in
  let Z := p * exp (omega_plus p eps / beta) + (1 - p) * exp (- omega_minus p eps / beta) in
  let next i := last i * exp ((if r i then omega_plus p eps else - omega_minus p eps) / beta) / Z in
  only_maximiser n (objective n (whitened r p eps) beta last) last next /\
  (0 < p < 1 -> logit (success n r next) = logit p + Omega p eps / beta).
Proof.
  intros n r beta eps last P Hb He p Z next.
  assert (R : 0 <= p <= 1) by (apply success_range, P).
  split; [exact (theorem_1 n r beta eps p last P Hb He R)|]. intros Hp.
  pose proof (theorem_8_log_odds n r (omega_plus p eps) (omega_minus p eps) beta last P Hp Hb) as T.
  rewrite omegas_sum in T. fold p in T. rewrite <- T.
  f_equal. apply total_ext. intros i _. destruct (r i) eqn:E; [|reflexivity].
  unfold next, tilt, score, Z. rewrite E, <- (partition_of_score n r _ _ beta last P). reflexivity.
Qed.

Lemma log_odds_climb (L : nat -> R) c :
  0 < c -> (forall k, L k + c <= L (S k)) -> is_lim_seq L p_infty.
Proof.
  intros Hc Hs.
  assert (B : forall k, L 0%nat + INR k * c <= L k).
  { induction k; [simpl; lra|]. rewrite S_INR. specialize (Hs k). lra. }
  apply is_lim_seq_spec. intros M. pose proof (proj2 (is_lim_seq_spec INR p_infty) is_lim_seq_INR ((M - L 0%nat) / c)) as [N HN].
  exists N. intros k Hk. specialize (B k). specialize (HN k Hk). apply (Rmult_lt_compat_r c) in HN; [|assumption].
  replace ((M - L 0%nat) / c * c) with (M - L 0%nat) in HN by (field; lra). lra.
Qed.

Lemma sigmoid_limit (L : nat -> R) : is_lim_seq L p_infty -> is_lim_seq (fun k => sigmoid (L k)) 1.
Proof.
  intros H. apply is_lim_seq_spec. apply is_lim_seq_spec in H. intros e.
  destruct (H (- ln e)) as [N HN]. exists N. intros k Hk.
  pose proof (sigmoid_near_1 (L k) e (cond_pos e) (HN k Hk)). pose proof (sigmoid_lt_1 (L k)).
  apply Rabs_def1; lra.
Qed.

(** From a p_ref in (0, 1) the mirror's success rate rises strictly at every step and tends to 1; no p in (0, 1) is a
    fixed point; and from p_ref = 0 it stays 0. *)
Theorem theorem_5 : forall (n : nat) (r : nat -> bool) (beta eps : R) (pi_ref : nat -> R),
  policy n pi_ref -> 0 < beta -> 0 < eps ->
  let p k := success n r (mirror n r beta eps pi_ref k) in
  (0 < success n r pi_ref < 1 -> (forall k, p k < p (S k)) /\ is_lim_seq p 1) /\
  (forall q, 0 < q < 1 -> sigmoid (logit q + Omega q eps / beta) <> q) /\
  (success n r pi_ref = 0 -> forall k, p k = 0).
Proof.
  intros n r beta eps pi_ref P Hb He p. split; [|split].
  - intros Hp.
    assert (M : forall k, 0 < p k < 1 /\ logit (p (S k)) = logit (p k) + Omega (p k) eps / beta).
    { intros. apply mirror_step; assumption. }
    assert (G : forall k, 1 / sqrt (/ 4 + eps) / beta <= Omega (p k) eps / beta).
    { intros. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; assumption|].
      apply Omega_least; [destruct (M k); lra|assumption]. }
    assert (C : 0 < 1 / sqrt (/ 4 + eps) / beta).
    { apply Rdiv_lt_0_compat; [|assumption]. apply Rdiv_lt_0_compat; [lra|]. apply sqrt_lt_R0. lra. }
    split.
    + intros k. destruct (M k) as [I E]. destruct (M (S k)) as [I' _].
      rewrite <- (sigmoid_logit (p k)), <- (sigmoid_logit (p (S k))) by assumption.
      apply sigmoid_increasing. specialize (G k). lra.
    + apply is_lim_seq_ext with (u := fun k => sigmoid (logit (p k))).
      * intros k. apply sigmoid_logit, M.
      * apply sigmoid_limit, (log_odds_climb _ _ C). intros k. destruct (M k) as [_ E]. specialize (G k). lra.
  - intros q Hq E.
    assert (0 < Omega q eps / beta) by (apply Rdiv_lt_0_compat; [apply Omega_pos; lra|assumption]).
    rewrite <- (sigmoid_logit q) in E at 3 by assumption. apply sigmoid_inj in E. lra.
  - intros Z k. induction k; [exact Z|]. unfold p. simpl. unfold whitened.
    rewrite success_of_tilt by (apply mirror_policy, P). fold (p k). rewrite IHk. unfold Rdiv. ring.
Qed.

(** The mirror's map keeps 0 and 1. Its slope is exp (- 1 / (beta sqrt eps)) at 1, which attracts, and
    exp (1 / (beta sqrt eps)) at 0, which repels although it is fixed. *)
Theorem e18 : forall beta eps : R, 0 < beta -> 0 < eps ->
  (forall p, 0 < p < 1 -> mirror_map beta eps p = sigmoid (logit p + Omega p eps / beta)) /\
  mirror_map beta eps 0 = 0 /\ mirror_map beta eps 1 = 1 /\
  is_derive (mirror_map beta eps) 1 (exp (- (1 / (beta * sqrt eps)))) /\
  is_derive (mirror_map beta eps) 0 (exp (1 / (beta * sqrt eps))).
Proof.
  intros beta eps Hb He. assert (S : 0 < sqrt eps) by (apply sqrt_lt_R0; assumption).
  refine (conj _ (conj _ (conj _ (conj _ _)))).
  - intros p Hp. unfold mirror_map, sigmoid. set (w := Omega p eps / beta).
    rewrite Ropp_plus_distr, exp_plus, !exp_Ropp, exp_logit by assumption. pose proof (exp_pos w).
    assert (0 < p * exp w) by (apply Rmult_lt_0_compat; lra). field. repeat split; lra.
  - unfold mirror_map. unfold Rdiv. ring.
  - unfold mirror_map. pose proof (exp_pos (Omega 1 eps / beta)). field. lra.
  - unfold mirror_map, Omega. pose proof (exp_pos (1 * / sqrt (1 * (1 + - (1)) + eps) * / beta)) as E.
    auto_derive.
    + replace (1 * (1 + - (1)) + eps) with eps in * by ring. repeat split; try lra.
    + replace (1 * (1 + - (1)) + eps) with eps in * by ring.
      replace (- (1 / (beta * sqrt eps))) with (- (1 * / sqrt eps * / beta)) by (field; lra).
      rewrite exp_Ropp. field. repeat split; lra.
  - unfold mirror_map, Omega. auto_derive.
    + replace (0 * (1 + - 0) + eps) with eps by ring. repeat split; try lra.
    + replace (0 * (1 + - 0) + eps) with eps by ring.
      replace (1 / (beta * sqrt eps)) with (1 * / sqrt eps * / beta) by (field; lra).
      pose proof (exp_pos (1 * / sqrt eps * / beta)). field. repeat split; lra.
Qed.
