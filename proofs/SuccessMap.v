(* Chapter "The success map": Theorem 2, Proposition 1 and Remark 1. *)
Require Import Reals Ranalysis5 Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Sums Policies PolicyDynamics.
Open Scope R_scope.

(* The exact iterates of GRPO without a clip: each is the maximiser of Theorem 1 for the rewards as whitened by the
   success rate of the one before. *)
Fixpoint grpo (n : nat) (r : nat -> bool) (beta eps : R) (pi_ref : nat -> R) (k : nat) : nat -> R :=
  match k with
  | O => pi_ref
  | S m => tilt n (whitened r (success n r (grpo n r beta eps pi_ref m)) eps) beta pi_ref
  end.

Lemma grpo_policy n r beta eps pi_ref k : policy n pi_ref -> policy n (grpo n r beta eps pi_ref k).
Proof. intros. destruct k; simpl; [assumption|]. apply tilt_policy; assumption. Qed.

(** Along the exact iterates of GRPO the success rate starts at p_ref and each is h of the one before, with h as
    printed. *)
Theorem theorem_2 : forall (n : nat) (r : nat -> bool) (beta eps : R) (pi_ref : nat -> R),
  policy n pi_ref -> 0 < success n r pi_ref < 1 -> 0 < beta -> 0 < eps ->
  let p k := success n r (grpo n r beta eps pi_ref k) in
  let p_ref := success n r pi_ref in
  p 0%nat = p_ref /\ forall k, p (S k) = h p_ref beta eps (p k).
Proof.
  intros n r beta eps pi_ref P Hp Hb He p p_ref. split; [reflexivity|]. intros k.
  assert (R : 0 <= p k <= 1) by (apply success_range, grpo_policy; assumption).
  rewrite h_log_odds by assumption. unfold p at 1. simpl. fold (p k). unfold whitened.
  destruct (logit_of_tilt n r (omega_plus (p k) eps) (omega_minus (p k) eps) beta pi_ref P Hp Hb) as [H E].
  rewrite omegas_sum in E. unfold p_ref. rewrite <- E, sigmoid_logit by assumption. reflexivity.
Qed.

Lemma h_derive p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  is_derive (h p_ref beta eps) p (h_slope p_ref beta eps p).
Proof.
  intros. pose proof (root_pos p eps H2 H1). pose proof (variance_range p H2).
  unfold h_slope, h. set (c := (1 - p_ref) / p_ref).
  assert (0 < c) by (apply Rdiv_lt_0_compat; lra).
  auto_derive.
  - change (1 + - p) with (1 - p). repeat split; [lra| |].
    + apply Rgt_not_eq, Rmult_lt_0_compat; assumption.
    + apply Rgt_not_eq. pose proof (Rmult_lt_0_compat c _ H5 (exp_pos (- (1 * / (beta * sqrt (p * (1 - p) + eps)))))). lra.
  - replace (p * (1 + - p) + eps) with (p * (1 - p) + eps) by lra.
    set (s := sqrt (p * (1 - p) + eps)) in *.
    replace (- (1 * / (beta * s))) with (- (1 / (beta * s))) by (unfold Rdiv; lra).
    set (E := exp (- (1 / (beta * s)))). pose proof (exp_pos (- (1 / (beta * s)))). fold E in H6.
    assert (0 < c * E) by (apply Rmult_lt_0_compat; assumption).
    field. repeat split; lra.
Qed.

Lemma h_continuous p_ref beta eps p :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> continuous (h p_ref beta eps) p.
Proof. intros. apply (ex_derive_continuous (h p_ref beta eps)). eexists. apply h_derive; assumption. Qed.

(* A continuous function from [0, 1] to [0, 1] has a fixed point. *)
Lemma fixed_point_exists (f : R -> R) :
  (forall p, 0 <= p <= 1 -> continuous f p) -> (forall p, 0 <= p <= 1 -> 0 <= f p <= 1) ->
  exists p, 0 <= p <= 1 /\ f p = p.
Proof.
  intros Hc Hr.
  destruct (Req_dec (f 0) 0) as [E|N0]; [exists 0; split; [lra|assumption]|].
  destruct (Req_dec (f 1) 1) as [E|N1]; [exists 1; split; [lra|assumption]|].
  pose proof (Hr 0 ltac:(lra)). pose proof (Hr 1 ltac:(lra)).
  destruct (IVT_interv (fun x => x - f x) 0 1) as (z & Hz & Ez); try lra.
  - intros a Ha. apply continuity_pt_minus; [apply derivable_continuous_pt, derivable_pt_id|].
    apply continuity_pt_filterlim. apply Hc; lra.
  - exists z. split; [lra|lra].
Qed.

(** The map is continuous from [0, 1] to [0, 1], and so it has a fixed point. *)
Theorem proposition_1_existence : forall p_ref beta eps : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  (forall p, 0 <= p <= 1 -> continuous (h p_ref beta eps) p) /\
  (forall p, 0 <= p <= 1 -> 0 <= h p_ref beta eps p <= 1) /\
  (exists p, 0 <= p <= 1 /\ h p_ref beta eps p = p).
Proof.
  intros.
  assert (C : forall p, 0 <= p <= 1 -> continuous (h p_ref beta eps) p) by (intros; apply h_continuous; assumption).
  assert (R : forall p, 0 <= p <= 1 -> 0 <= h p_ref beta eps p <= 1).
  { intros. pose proof (h_range p_ref beta eps p H H0 H1 H2). lra. }
  repeat split; try apply R; try assumption. apply fixed_point_exists; assumption.
Qed.

Lemma Omega_lt p q eps :
  0 <= p <= 1 -> 0 <= q <= 1 -> 0 < eps -> p * (1 - p) < q * (1 - q) -> Omega q eps < Omega p eps.
Proof.
  intros. pose proof (variance_range p H). pose proof (root_pos p eps H H1). pose proof (root_pos q eps H0 H1).
  unfold Omega, Rdiv. apply Rmult_lt_compat_l; [lra|]. apply Rinv_lt_contravar; [nra|].
  apply sqrt_lt_1; lra.
Qed.

Lemma h_lt p_ref beta eps p q :
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 -> 0 <= q <= 1 ->
  p * (1 - p) < q * (1 - q) -> h p_ref beta eps q < h p_ref beta eps p.
Proof.
  intros. rewrite !h_log_odds by assumption. apply sigmoid_increasing.
  pose proof (Omega_lt p q eps H2 H3 H1 H4).
  assert (Omega q eps / beta < Omega p eps / beta); [|lra].
  apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat|]; assumption.
Qed.

(** The map has the printed slope; it falls on [0, 1/2], rises on [1/2, 1], and is least at 1/2. *)
Theorem proposition_1_monotonicity : forall p_ref beta eps : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  (forall p, 0 <= p <= 1 -> is_derive (h p_ref beta eps) p (h_slope p_ref beta eps p)) /\
  (forall p q, 0 <= p -> p < q -> q <= / 2 -> h p_ref beta eps q < h p_ref beta eps p) /\
  (forall p q, / 2 <= p -> p < q -> q <= 1 -> h p_ref beta eps p < h p_ref beta eps q) /\
  (forall p, 0 <= p <= 1 -> h p_ref beta eps (/ 2) <= h p_ref beta eps p).
Proof.
  intros. refine (conj _ (conj _ (conj _ _))); intros.
  - apply h_derive; assumption.
  - apply h_lt; try assumption; try lra. nra.
  - apply h_lt; try assumption; try lra. nra.
  - destruct (Req_dec p (/ 2)) as [->|N]; [lra|]. left. apply h_lt; try assumption; try lra.
    assert (0 < (p - / 2) * (p - / 2)) by (apply Rsqr_pos_lt; lra). nra.
Qed.

(** The map is the logistic function of the reference's log-odds plus Omega over beta. *)
Theorem proposition_1_log_odds : forall p_ref beta eps p : R,
  0 < p_ref < 1 -> 0 < beta -> 0 < eps -> 0 <= p <= 1 ->
  h p_ref beta eps p = sigmoid (logit p_ref + Omega p eps / beta).
Proof. apply h_log_odds. Qed.

(* Without smoothing the map is extended to the ends by 1. *)
Definition h_extended (p_ref beta p : R) : R :=
  if Rlt_dec 0 (p * (1 - p)) then h p_ref beta 0 p else 1.

Lemma h0_log_odds p_ref beta p :
  0 < p_ref < 1 -> 0 < beta -> 0 < p < 1 -> h p_ref beta 0 p = sigmoid (logit p_ref + Omega p 0 / beta).
Proof.
  intros. unfold h, sigmoid, Omega. pose proof (variance_pos p H1).
  assert (0 < sqrt (p * (1 - p) + 0)) by (apply sqrt_lt_R0; lra).
  rewrite Ropp_plus_distr, exp_plus, (exp_Ropp (logit p_ref)), exp_logit by assumption.
  replace (- (1 / sqrt (p * (1 - p) + 0) / beta)) with (- (1 / (beta * sqrt (p * (1 - p) + 0)))) by (field; lra).
  replace (/ (p_ref / (1 - p_ref))) with ((1 - p_ref) / p_ref) by (field; lra). reflexivity.
Qed.

Lemma Omega0_large M p : 0 < p * (1 - p) < / (M * M + 1) -> M < Omega p 0.
Proof.
  intros [H0 H]. unfold Omega. rewrite Rplus_0_r. set (v := p * (1 - p)) in *.
  assert (Hs : 0 < sqrt v) by (apply sqrt_lt_R0; assumption).
  assert (Q : sqrt v * sqrt v = v) by (apply sqrt_sqrt; lra).
  apply (Rmult_lt_compat_l (M * M + 1)) in H; [|nra]. rewrite Rinv_r in H by nra.
  destruct (Rle_or_lt M 0); [assert (0 < 1 / sqrt v) by (apply Rdiv_lt_0_compat; lra); lra|].
  apply (Rmult_lt_reg_r (sqrt v)); [assumption|].
  replace (1 / sqrt v * sqrt v) with 1 by (field; lra).
  assert ((M * sqrt v) * (M * sqrt v) < 1 * 1) by nra. nra.
Qed.

Lemma sigmoid_near_1 x d : 0 < d -> - ln d < x -> 1 - d < sigmoid x.
Proof.
  intros. assert (E : exp (- x) < d).
  { rewrite <- (exp_ln d) by assumption. apply exp_increasing. lra. }
  pose proof (exp_pos (- x)). unfold sigmoid.
  apply (Rmult_lt_reg_r (1 + exp (- x))); [lra|].
  replace (1 / (1 + exp (- x)) * (1 + exp (- x))) with 1 by (field; lra). nra.
Qed.

(* Where the variance is small enough, the map without smoothing is as near to 1 as one likes. *)
Lemma h0_near_1 p_ref beta d :
  0 < p_ref < 1 -> 0 < beta -> 0 < d ->
  exists e, 0 < e /\ forall p, 0 < p < 1 -> p * (1 - p) < e -> 1 - d < h p_ref beta 0 p < 1.
Proof.
  intros. set (M := beta * (- ln d - logit p_ref)). exists (/ (M * M + 1)).
  split; [apply Rinv_0_lt_compat; nra|]. intros p Hp Hv.
  rewrite h0_log_odds by assumption. split; [|apply sigmoid_lt_1].
  apply sigmoid_near_1; [assumption|].
  pose proof (Omega0_large M p (conj (variance_pos p Hp) Hv)).
  assert (M / beta < Omega p 0 / beta) by (apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat|]; assumption).
  replace (M / beta) with (- ln d - logit p_ref) in H3 by (unfold M; field; lra). lra.
Qed.

Lemma h_extended_continuous p_ref beta p :
  0 < p_ref < 1 -> 0 < beta -> continuous (h_extended p_ref beta) p.
Proof.
  intros Hr Hb. destruct (Rlt_or_le 0 (p * (1 - p))) as [V|V].
  - assert (Hp : 0 < p < 1) by nra.
    apply (continuous_ext_loc _ (fun q => sigmoid (logit p_ref + Omega q 0 / beta))).
    + assert (D : 0 < Rmin p (1 - p)) by (apply Rmin_glb_lt; lra).
      exists (mkposreal _ D). intros q Hq. simpl in Hq. unfold ball in Hq; simpl in Hq.
      unfold AbsRing_ball, abs, minus, plus, opp in Hq; simpl in Hq.
      pose proof (Rmin_l p (1 - p)). pose proof (Rmin_r p (1 - p)). apply Rabs_def2 in Hq.
      assert (0 < q < 1) by lra. unfold h_extended. destruct (Rlt_dec 0 (q * (1 - q))); [|pose proof (variance_pos q H1); lra].
      symmetry. apply h0_log_odds; assumption.
    + apply (ex_derive_continuous (fun q => sigmoid (logit p_ref + Omega q 0 / beta))).
      unfold Omega, sigmoid. assert (0 < sqrt (p * (1 - p) + 0)) by (apply sqrt_lt_R0; lra).
      auto_derive. repeat split; try lra; try nra.
      * unfold Rminus in *. lra.
      * apply Rgt_not_eq. pose proof (exp_pos (- (logit p_ref + 1 * / sqrt (p * (1 + - p) + 0) * / beta))). lra.
  - (* Beyond the ends, and at them: 1, and near 1 beside them. *)
    assert (E : h_extended p_ref beta p = 1) by (unfold h_extended; destruct (Rlt_dec 0 (p * (1 - p))); lra).
    unfold continuous. rewrite E. apply filterlim_locally. intros d.
    destruct (h0_near_1 p_ref beta d Hr Hb (cond_pos d)) as (e & He & Hn).
    assert (D : locally p (fun q => q * (1 - q) < e)).
    { assert (C : continuous (fun q => q * (1 - q)) p)
        by (apply (ex_derive_continuous (fun q => q * (1 - q))); auto_derive; exact I).
      apply (C (fun y => y < e)). apply (open_lt e). lra. }
    revert D. apply filter_imp. intros q Hq.
    unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    unfold h_extended. destruct (Rlt_dec 0 (q * (1 - q))).
    + destruct (Hn q) as [? ?]; [nra|assumption|]. apply Rabs_def1; lra.
    + change (Rabs (1 + - 1) < d). replace (1 + - 1) with 0 by lra. rewrite Rabs_R0. apply cond_pos.
Qed.

(** At eps = 0 a success weighs more and more without a bound towards 0, and a failure towards 1: one weight is
    infinite at each end. *)
Theorem remark_1_weights :
  filterlim (fun p => omega_plus p 0) (at_right 0) (Rbar_locally p_infty) /\
  filterlim (fun p => omega_minus p 0) (at_left 1) (Rbar_locally p_infty).
Proof.
  assert (K : forall M q p, 0 < p < 1 -> 1 / 2 < q -> p * (1 - p) < / (2 * M * (2 * M) + 1) ->
    M < q / sqrt (p * (1 - p) + 0)).
  { intros M q p Hp Hq Hv. pose proof (variance_pos p Hp).
    pose proof (Omega0_large (2 * M) p (conj H Hv)). unfold Omega in H0.
    assert (0 < 1 / sqrt (p * (1 - p) + 0)) by (apply Rdiv_lt_0_compat; [lra|apply sqrt_lt_R0; lra]).
    replace (q / sqrt (p * (1 - p) + 0)) with (q * (1 / sqrt (p * (1 - p) + 0))) by (unfold Rdiv; ring). nra. }
  assert (P : forall M, 0 < Rmin (1 / 2) (/ (2 * M * (2 * M) + 1))).
  { intros. apply Rmin_glb_lt; [lra|]. apply Rinv_0_lt_compat. nra. }
  split; intros S [M HM]; unfold filtermap, at_right, at_left, within; exists (mkposreal _ (P M)); intros p Hb Hs;
    apply HM; unfold ball in Hb; simpl in Hb; unfold AbsRing_ball, abs, minus, plus, opp in Hb; simpl in Hb;
    apply Rabs_def2 in Hb; pose proof (Rmin_l (1 / 2) (/ (2 * M * (2 * M) + 1)));
    pose proof (Rmin_r (1 / 2) (/ (2 * M * (2 * M) + 1))); apply K; try lra; nra.
Qed.

(** Remark 1 corrected (E3). At eps = 0 the map tends to 1 at both ends; extended by 1 it is continuous everywhere, it
    has a fixed point on [0, 1] as before, and p = 1 is one. *)
Theorem e3 : forall p_ref beta : R,
  0 < p_ref < 1 -> 0 < beta ->
  filterlim (h p_ref beta 0) (at_right 0) (locally 1) /\
  filterlim (h p_ref beta 0) (at_left 1) (locally 1) /\
  (forall p, continuous (h_extended p_ref beta) p) /\
  h_extended p_ref beta 1 = 1.
Proof.
  intros p_ref beta Hr Hb.
  assert (P : forall e, 0 < e -> 0 < Rmin 1 e) by (intros; apply Rmin_glb_lt; lra).
  repeat split.
  - apply filterlim_locally. intros d. destruct (h0_near_1 p_ref beta d Hr Hb (cond_pos d)) as (e & He & Hn).
    exists (mkposreal _ (P e He)). intros p B Hs.
    unfold ball in *; simpl in *; unfold AbsRing_ball, abs, minus, plus, opp in *; simpl in *.
    apply Rabs_def2 in B. pose proof (Rmin_l 1 e). pose proof (Rmin_r 1 e).
    destruct (Hn p) as [? ?]; [lra|nra|]. apply Rabs_def1; lra.
  - apply filterlim_locally. intros d. destruct (h0_near_1 p_ref beta d Hr Hb (cond_pos d)) as (e & He & Hn).
    exists (mkposreal _ (P e He)). intros p B Hs.
    unfold ball in *; simpl in *; unfold AbsRing_ball, abs, minus, plus, opp in *; simpl in *.
    apply Rabs_def2 in B. pose proof (Rmin_l 1 e). pose proof (Rmin_r 1 e).
    destruct (Hn p) as [? ?]; [lra|nra|]. apply Rabs_def1; lra.
  - intros. apply h_extended_continuous; assumption.
  - unfold h_extended. destruct (Rlt_dec 0 (1 * (1 - 1))); lra.
Qed.
