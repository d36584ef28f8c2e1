(* Chapter "The clip": a clip bounds no ratio (B10, E21). *)
Require Import Reals Lra Lia Psatz.
From Interval Require Import Specific_ops Specific_stdz Tactic.
Require Import Primitives Paper Logistic Sums Policies TwoKlOrbits Contrastive Certificates Clipped.
Require Formulas.
Open Scope R_scope.
Import Certified.

(** With a penalty, from the reference. Where p_ref is below 1/2 and beta (logit (p + c (1 - p)) - logit p) is at most
    omega- (p), the one maximiser of the clipped objective multiplies each success by 1 + c (1 - p) / p, and each failure by
    1 - c. The rarer a success, the larger its ratio. *)
Theorem b10_penalty : forall (n : nat) (r : nat -> bool) (beta eps c : R) (pi_ref : nat -> R),
  let p := success n r pi_ref in
  policy n pi_ref -> 0 < p < / 2 -> 0 < beta -> 0 < eps -> 0 < c < 1 ->
  beta * (logit (p + c * (1 - p)) - logit p) <= omega_minus p eps ->
  exists best, only_maximiser n (clipped_objective n r p eps c beta pi_ref pi_ref) pi_ref best /\
    forall i, best i = pi_ref i * if r i then 1 + c * (1 - p) / p else 1 - c.
Proof.
  intros n r beta eps c ref p P Hp Hb He Hc H.
  assert (Rw : reweighted n r ref ref) by (exists 1, 1; repeat split; try lra; intros; destruct (r i); ring).
  destruct (b7 n r beta eps c ref ref P P Rw ltac:(fold p; lra) Hb He Hc) as [M _]. fold p in M.
  set (q := p + c * (1 - p)) in *. assert (Q : 0 < q < 1) by (unfold q; split; nra).
  assert (Lq : sigmoid (clipped_log_odds p (logit p) beta eps c) = q).
  { rewrite <- (sigmoid_logit q Q). f_equal. unfold clipped_log_odds.
    pose proof (root_pos p eps ltac:(lra) He) as R0.
    assert (Om : omega_minus p eps <= omega_plus p eps).
    { unfold omega_plus, omega_minus. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, R0|lra]. }
    rewrite (Rmin_left p) by lra. rewrite (Rmax_right p) by lra. rewrite (Rmin_right (omega_plus p eps)) by exact Om.
    fold q. assert (A : logit (p + c * p) <= logit q).
    { left. apply logit_lt; [split; nra|exact Q|unfold q; nra]. }
    assert (B : logit p < logit q) by (apply logit_lt; [lra|exact Q|unfold q; nra]).
    assert (C : logit q <= logit p + omega_minus p eps / beta).
    { apply (Rmult_le_reg_l beta); [exact Hb|]. replace (beta * (logit p + omega_minus p eps / beta)) with
        (beta * logit p + omega_minus p eps) by (field; lra). lra. }
    unfold at_most_logit. destruct (Rlt_dec q 1); [|lra]. destruct (Rlt_dec (p + c * p) 1) as [|N]; [|exfalso; apply N; nra].
    rewrite (Rmin_right _ (logit q)) by exact C.
    rewrite (Rmax_right _ (logit q)) by (eapply Rle_trans; [apply Rmin_r|exact A]). apply Rmax_left. lra. }
  rewrite Lq in M. eexists. split; [exact M|]. intros i. cbv beta. destruct (r i); unfold q; field; lra.
Qed.

(** The likelihood ratio is not maintained within [1 - c, 1 + c] by the maximiser: at p_ref = 0.05, beta = 0.1, c = 0.2 and
    eps = 0.00001 it is 4.8 for every success. *)
Theorem e21 : forall (n : nat) (r : nat -> bool) (pi_ref : nat -> R),
  policy n pi_ref -> success n r pi_ref = 5 / 100 ->
  exists best, only_maximiser n (clipped_objective n r (5 / 100) (1 / 100000) (2 / 10) (1 / 10) pi_ref pi_ref) pi_ref best /\
    forall i, r i = true -> best i = 48 / 10 * pi_ref i.
Proof.
  intros n r ref P E. destruct (b10_penalty n r (1 / 10) (1 / 100000) (2 / 10) ref) as (best & M & B); rewrite ?E; try lra; try assumption.
  - unfold logit, omega_minus. interval with (i_prec 40).
  - rewrite E in M. exists best. split; [exact M|]. intros i Hi. rewrite B, Hi, E. field.
Qed.

(* What the clipped objective is without a penalty: the sum over successes less the sum over failures. *)
Lemma clipped_sums n r p eps c old pi :
  0 < p < 1 -> 0 < eps -> 0 < c < 1 -> policy n old -> policy n pi -> supported n pi old ->
  clipped_objective n r p eps c 0 old old pi =
    omega_plus p eps * total n (fun i => if r i then old i * Rmin (pi i / old i) (1 + c) else 0)
    - omega_minus p eps * total n (fun i => if r i then 0 else old i * Rmax (pi i / old i) (1 - c)).
Proof.
  intros Hp He Hc [Po _] [Pp _] Sup. unfold clipped_objective. rewrite Rmult_0_l, Rminus_0_r.
  rewrite section_2 with (c := c); try assumption; try lra.
  - f_equal; f_equal; apply total_ext; intros i Hi; destruct (r i); ring.
  - intros i Hi. destruct (Po i Hi) as [O|O]; [apply Rmult_le_pos; [auto|left; apply Rinv_0_lt_compat, O]|].
    destruct (Pp i Hi) as [Q|Q]; [pose proof (Sup i Hi Q); lra|]. rewrite <- Q. unfold Rdiv. rewrite Rmult_0_l. lra.
Qed.

Lemma old_times_ratio n pi old i : policy n old -> policy n pi -> supported n pi old -> (i < n)%nat -> old i * (pi i / old i) = pi i.
Proof.
  intros [Po _] [Pp _] Sup Hi. destruct (Po i Hi) as [O|O]; [field; lra|]. rewrite <- O, Rmult_0_l.
  destruct (Pp i Hi) as [Q|Q]; [pose proof (Sup i Hi Q); lra|exact Q].
Qed.

Lemma failures n (r : nat -> bool) (pi : nat -> R) : policy n pi -> total n (fun i => if r i then 0 else pi i) = 1 - success n r pi.
Proof.
  intros [_ S]. rewrite <- S. unfold success. rewrite <- total_minus. apply total_ext. intros. destruct (r i); ring.
Qed.

(** Without a penalty the largest value of the clipped objective has the success rates from
    min (1, max ((1 + c) p, p + c (1 - p))) to 1 and no other: no policy that the old one supports has more, one that has
    as much succeeds at such a rate, and at each such rate there is one. From any p > 0 even the least of them reaches 1 in 7
    updates at c = 0.2. *)
Theorem b10_free : forall (n : nat) (r : nat -> bool) (eps c : R) (old : nat -> R),
  let p := success n r old in
  policy n old -> 0 < p < 1 -> 0 < eps -> 0 < c < 1 ->
  let J pi := clipped_objective n r p eps c 0 old old pi in
  let most := omega_plus p eps * Rmin 1 ((1 + c) * p) - omega_minus p eps * ((1 - c) * (1 - p)) in
  (forall pi, policy n pi -> supported n pi old -> J pi <= most /\
    (J pi = most -> Formulas.least_maximiser p c c <= success n r pi)) /\
  (forall q : R, Formulas.least_maximiser p c c <= q <= 1 -> exists pi,
    policy n pi /\ supported n pi old /\ success n r pi = q /\ J pi = most) /\
  (forall x : R, 0 < x <= 1 -> orbit (fun x => Formulas.least_maximiser x (2 / 10) (2 / 10)) x 7 = 1).
Proof.
  intros n r eps c old p Po Hp He Hc J most. pose proof (root_pos p eps ltac:(lra) He) as R0.
  assert (Wp : 0 < omega_plus p eps) by (apply Rdiv_lt_0_compat; lra).
  assert (Wm : 0 < omega_minus p eps) by (apply Rdiv_lt_0_compat; lra).
  assert (Least : Formulas.least_maximiser p c c = Rmax (Rmin 1 ((1 + c) * p)) (p + c * (1 - p))).
  { unfold Formulas.least_maximiser. assert (p + c * (1 - p) <= 1) by nra. by_cases. }
  refine (conj _ (conj _ _)).
  - intros pi Pp Sup. unfold J. rewrite clipped_sums by assumption.
    set (up := total n (fun i => if r i then old i * Rmin (pi i / old i) (1 + c) else 0)). set (down := total n (fun i => if r i then 0 else old i * Rmax (pi i / old i) (1 - c))).
    assert (Po' : forall i, (i < n)%nat -> 0 <= old i) by apply Po.
    assert (U1 : up <= success n r pi).
    { unfold up, success. apply total_le. intros i Hi. destruct (r i); [|lra].
      apply Rle_trans with (old i * (pi i / old i)); [apply Rmult_le_compat_l; [auto|apply Rmin_l]|].
      rewrite (old_times_ratio n pi old i) by assumption. lra. }
    assert (U2 : up <= (1 + c) * p).
    { unfold up, p, success. rewrite <- total_scale. apply total_le. intros i Hi. destruct (r i); [|lra].
      rewrite (Rmult_comm (1 + c)). apply Rmult_le_compat_l; [auto|apply Rmin_r]. }
    assert (D1 : 1 - success n r pi <= down).
    { unfold down. rewrite <- failures by assumption. apply total_le. intros i Hi. destruct (r i); [lra|].
      apply Rle_trans with (old i * (pi i / old i)); [rewrite (old_times_ratio n pi old i) by assumption; lra|].
      apply Rmult_le_compat_l; [auto|apply Rmax_l]. }
    assert (D2 : (1 - c) * (1 - p) <= down).
    { unfold down, p. rewrite <- failures by assumption. rewrite <- total_scale. apply total_le. intros i Hi. destruct (r i); [lra|].
      rewrite (Rmult_comm (1 - c)). apply Rmult_le_compat_l; [auto|apply Rmax_r]. }
    pose proof (success_range n r pi Pp). assert (U3 : up <= Rmin 1 ((1 + c) * p)) by (apply Rmin_glb; lra).
    unfold most. set (m := Rmin 1 ((1 + c) * p)) in *.
    assert (A : omega_plus p eps * up <= omega_plus p eps * m) by (apply Rmult_le_compat_l; lra).
    assert (B : omega_minus p eps * ((1 - c) * (1 - p)) <= omega_minus p eps * down) by (apply Rmult_le_compat_l; lra).
    split; [lra|]. intros E. rewrite Least. fold m.
    assert (Eu : up = m) by (apply (Rmult_eq_reg_l (omega_plus p eps)); lra).
    assert (Ed : down = (1 - c) * (1 - p)) by (apply (Rmult_eq_reg_l (omega_minus p eps)); lra).
    apply Rmax_lub; [lra|]. replace (p + c * (1 - p)) with (1 - (1 - c) * (1 - p)) by ring. lra.
  - intros q Hq. rewrite Least in Hq. set (m := Rmin 1 ((1 + c) * p)) in *.
    assert (Q1 : m <= q) by (eapply Rle_trans; [apply Rmax_l|apply Hq]).
    assert (Q2 : p + c * (1 - p) <= q) by (eapply Rle_trans; [apply Rmax_r|apply Hq]).
    assert (Q0 : 0 < q) by nra.
    set (pi := fun i => old i * if r i then q / p else (1 - q) / (1 - p)).
    assert (Fac : 0 < q / p /\ 0 <= (1 - q) / (1 - p)).
    { split; [apply Rdiv_lt_0_compat; lra|apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; lra]]. }
    assert (Ss : success n r pi = q).
    { unfold success, pi. rewrite (total_ext n _ (fun i => q / p * (if r i then old i else 0))).
      - rewrite total_scale. fold (success n r old). fold p. field. lra.
      - intros i Hi. destruct (r i); ring. }
    assert (Pp : policy n pi).
    { split.
      - intros i Hi. unfold pi. apply Rmult_le_pos; [apply Po, Hi|]. destruct (r i); lra.
      - rewrite (total_ext n _ (fun i => q / p * (if r i then old i else 0) + (1 - q) / (1 - p) * (if r i then 0 else old i))).
        + rewrite total_plus, !total_scale, failures by assumption. fold (success n r old). fold p. field. lra.
        + intros i Hi. unfold pi. destruct (r i); ring. }
    assert (Sup : supported n pi old).
    { intros i Hi H. destruct Po as [Po _]. destruct (Po i Hi) as [O|O]; [exact O|]. unfold pi in H. rewrite <- O, Rmult_0_l in H. lra. }
    exists pi. refine (conj Pp (conj Sup (conj Ss _))). unfold J. rewrite clipped_sums by assumption. unfold most.
    assert (Ratio : forall i, (i < n)%nat -> 0 < old i -> pi i / old i = if r i then q / p else (1 - q) / (1 - p)).
    { intros i Hi O. unfold pi. destruct (r i); field; lra. }
    f_equal; f_equal.
    + rewrite (total_ext n _ (fun i => Rmin (q / p) (1 + c) * (if r i then old i else 0))).
      * rewrite total_scale. fold (success n r old). fold p. fold m.
        assert (Rm : Rmin (q / p) (1 + c) * p = Rmin q ((1 + c) * p)).
        { assert (K : q / p * p = q) by (field; lra). destruct (Rle_or_lt (q / p) (1 + c)) as [A|A].
          - rewrite Rmin_left by exact A. apply (Rmult_le_compat_r p) in A; [|lra]. rewrite K in *. rewrite Rmin_left; lra.
          - rewrite Rmin_right by lra. apply (Rmult_lt_compat_r p) in A; [|lra]. rewrite K in A. rewrite Rmin_right; lra. }
        rewrite Rm. clear - Q1 Hq. destruct Hq as [_ Hq]. unfold m in *. destruct (Rle_or_lt ((1 + c) * p) 1) as [A|A].
        -- rewrite (Rmin_right 1) in * by exact A. apply Rmin_right. exact Q1.
        -- rewrite (Rmin_left 1) in * by lra. rewrite Rmin_left; lra.
      * intros i Hi. destruct (r i) eqn:Ri; [|ring]. destruct Po as [Po _]. destruct (Po i Hi) as [O|O]; [|rewrite <- O; ring].
        rewrite (Ratio i Hi O), Ri. ring.
    + rewrite (total_ext n _ (fun i => Rmax ((1 - q) / (1 - p)) (1 - c) * (if r i then 0 else old i))).
      * rewrite total_scale, failures by assumption. fold p. rewrite Rmax_right; [reflexivity|].
        apply (Rmult_le_reg_r (1 - p)); [lra|]. replace ((1 - q) / (1 - p) * (1 - p)) with (1 - q) by (field; lra). nra.
      * intros i Hi. destruct (r i) eqn:Ri; [ring|]. destruct Po as [Po _]. destruct (Po i Hi) as [O|O]; [|rewrite <- O; ring].
        rewrite (Ratio i Hi O), Ri. ring.
  - intros x Hx. set (f := fun x => Formulas.least_maximiser x (2 / 10) (2 / 10)).
    assert (F : forall a y : R, a <= y <= 1 -> a <= 1 -> Rmin (Rmax (12 / 10 * a) (2 / 10 + 8 / 10 * a)) 1 <= f y <= 1).
    { intros a y Hy Ha. unfold f, Formulas.least_maximiser. by_cases. }
    assert (S : forall a b y : R, a <= y <= 1 -> b <= 1 -> b <= Rmax (12 / 10 * a) (2 / 10 + 8 / 10 * a) -> b <= f y <= 1).
    { intros a b y Hy Hb HB. destruct (F a y Hy ltac:(lra)) as [K K1]. split; [|exact K1].
      eapply Rle_trans; [|exact K]. apply Rmin_glb; assumption. }
    simpl. fold f. assert (X1 := S 0 (2 / 10) x ltac:(lra) ltac:(lra) ltac:(by_cases)).
    assert (X2 := S _ (36 / 100) _ X1 ltac:(lra) ltac:(by_cases)). assert (X3 := S _ (488 / 1000) _ X2 ltac:(lra) ltac:(by_cases)).
    assert (X4 := S _ (5904 / 10000) _ X3 ltac:(lra) ltac:(by_cases)). assert (X5 := S _ (708 / 1000) _ X4 ltac:(lra) ltac:(by_cases)).
    assert (X6 := S _ (849 / 1000) _ X5 ltac:(lra) ltac:(by_cases)). assert (X7 := S _ 1 _ X6 ltac:(lra) ltac:(by_cases)). lra.
Qed.

(** Which policies are the best without a penalty, among those that the old one supports. Where (1 + c) p <= 1, exactly those
    that make every success at least 1 + c times as likely, and every failure at most 1 - c times; else exactly those that
    always succeed and make no success more than 1 + c times as likely. *)
Theorem b10_ratios : forall (n : nat) (r : nat -> bool) (eps c : R) (old pi : nat -> R),
  let p := success n r old in
  policy n old -> 0 < p < 1 -> 0 < eps -> 0 < c < 1 -> policy n pi -> supported n pi old ->
  let J pi := clipped_objective n r p eps c 0 old old pi in
  let most := omega_plus p eps * Rmin 1 ((1 + c) * p) - omega_minus p eps * ((1 - c) * (1 - p)) in
  ((1 + c) * p <= 1 -> (J pi = most <->
    forall i, (i < n)%nat -> 0 < old i -> if r i then 1 + c <= pi i / old i else pi i / old i <= 1 - c)) /\
  (1 < (1 + c) * p -> (J pi = most <->
    success n r pi = 1 /\ forall i, (i < n)%nat -> 0 < old i -> r i = true -> pi i / old i <= 1 + c)).
Proof.
  intros n r eps c old pi p Po Hp He Hc Pp Sup J most. pose proof (root_pos p eps ltac:(lra) He) as R0.
  assert (Wp : 0 < omega_plus p eps) by (apply Rdiv_lt_0_compat; lra).
  assert (Wm : 0 < omega_minus p eps) by (apply Rdiv_lt_0_compat; lra).
  unfold J. rewrite clipped_sums by assumption.
  set (up := total n (fun i => if r i then old i * Rmin (pi i / old i) (1 + c) else 0)).
  set (down := total n (fun i => if r i then 0 else old i * Rmax (pi i / old i) (1 - c))).
  assert (Old : forall i, (i < n)%nat -> 0 <= old i) by apply Po.
  (* What is missing to the two bounds, and to the success rate, output by output. *)
  assert (Gu : total n (fun i => if r i then old i * (1 + c - Rmin (pi i / old i) (1 + c)) else 0) = (1 + c) * p - up).
  { unfold up, p, success. rewrite <- total_scale, <- total_minus. apply total_ext. intros i _. destruct (r i); ring. }
  assert (Gd : total n (fun i => if r i then 0 else old i * (Rmax (pi i / old i) (1 - c) - (1 - c))) = down - (1 - c) * (1 - p)).
  { unfold down, p. rewrite <- failures by assumption. rewrite <- total_scale, <- total_minus. apply total_ext. intros i _. destruct (r i); ring. }
  assert (Gs : total n (fun i => if r i then old i * (pi i / old i - Rmin (pi i / old i) (1 + c)) else 0) = success n r pi - up).
  { unfold up, success. rewrite <- total_minus. apply total_ext. intros i Hi. destruct (r i); [|ring].
    rewrite <- (old_times_ratio n pi old i) at 3 by assumption. ring. }
  assert (Nu : forall i, (i < n)%nat -> 0 <= if r i then old i * (1 + c - Rmin (pi i / old i) (1 + c)) else 0).
  { intros i Hi. destruct (r i); [|lra]. apply Rmult_le_pos; [auto|]. pose proof (Rmin_r (pi i / old i) (1 + c)). lra. }
  assert (Nd : forall i, (i < n)%nat -> 0 <= if r i then 0 else old i * (Rmax (pi i / old i) (1 - c) - (1 - c))).
  { intros i Hi. destruct (r i); [lra|]. apply Rmult_le_pos; [auto|]. pose proof (Rmax_r (pi i / old i) (1 - c)). lra. }
  assert (Ns : forall i, (i < n)%nat -> 0 <= if r i then old i * (pi i / old i - Rmin (pi i / old i) (1 + c)) else 0).
  { intros i Hi. destruct (r i); [|lra]. apply Rmult_le_pos; [auto|]. pose proof (Rmin_l (pi i / old i) (1 + c)). lra. }
  pose proof (total_nonneg n _ Nu) as U. pose proof (total_nonneg n _ Nd) as D. pose proof (total_nonneg n _ Ns) as S.
  rewrite Gu in U. rewrite Gd in D. rewrite Gs in S. pose proof (success_range n r pi Pp) as Range.
  assert (Same : forall m, up <= m -> omega_plus p eps * up - omega_minus p eps * down
      = omega_plus p eps * m - omega_minus p eps * ((1 - c) * (1 - p)) -> up = m /\ down = (1 - c) * (1 - p)).
  { intros m Hm E. assert (A : omega_plus p eps * up <= omega_plus p eps * m) by (apply Rmult_le_compat_l; lra).
    assert (B : omega_minus p eps * ((1 - c) * (1 - p)) <= omega_minus p eps * down) by (apply Rmult_le_compat_l; lra).
    split; [apply (Rmult_eq_reg_l (omega_plus p eps))|apply (Rmult_eq_reg_l (omega_minus p eps))]; lra. }
  assert (Away : forall a b, 0 < a -> a * b = 0 -> b = 0) by (intros a b Ha E; apply Rmult_integral in E; destruct E; lra).
  unfold most. split; intros K.
  - rewrite (Rmin_right 1) by exact K. split.
    + intros E. destruct (Same ((1 + c) * p) ltac:(lra) E) as [Eu Ed]. intros i Hi O.
      rewrite Eu, Rminus_eq_0 in Gu. rewrite Ed, Rminus_eq_0 in Gd.
      pose proof (total_zero n _ Nu Gu i Hi) as Zu.
      pose proof (total_zero n _ Nd Gd i Hi) as Zd. cbv beta in Zu, Zd.
      destruct (r i); [apply Away in Zu|apply Away in Zd]; try exact O.
      * replace (1 + c) with (Rmin (pi i / old i) (1 + c)) by lra. apply Rmin_l.
      * replace (1 - c) with (Rmax (pi i / old i) (1 - c)) by lra. apply Rmax_l.
    + intros H. assert (Eu : (1 + c) * p - up = 0).
      { rewrite <- Gu. transitivity (total n (fun _ => 0)); [|apply total_0]. apply total_ext. intros i Hi. specialize (H i Hi). destruct (r i); [|reflexivity].
        destruct (Old i Hi) as [O|O]; [rewrite Rmin_right by auto; ring|rewrite <- O; ring]. }
      assert (Ed : down - (1 - c) * (1 - p) = 0).
      { rewrite <- Gd. transitivity (total n (fun _ => 0)); [|apply total_0]. apply total_ext. intros i Hi. specialize (H i Hi). destruct (r i); [reflexivity|].
        destruct (Old i Hi) as [O|O]; [rewrite Rmax_right by auto; ring|rewrite <- O; ring]. }
      f_equal; f_equal; lra.
  - rewrite (Rmin_left 1) by lra. split.
    + intros E. destruct (Same 1 ltac:(lra) E) as [Eu Ed]. assert (Es : success n r pi = 1) by lra. split; [exact Es|].
      intros i Hi O Ri. rewrite Eu, Es, Rminus_eq_0 in Gs.
      pose proof (total_zero n _ Ns Gs i Hi) as Zs. cbv beta in Zs. rewrite Ri in Zs. apply Away in Zs; [|exact O].
      replace (pi i / old i) with (Rmin (pi i / old i) (1 + c)) by lra. apply Rmin_r.
    + intros [Es H]. assert (Eu : success n r pi - up = 0).
      { rewrite <- Gs. transitivity (total n (fun _ => 0)); [|apply total_0]. apply total_ext. intros i Hi. specialize (H i Hi). destruct (r i); [|reflexivity].
        destruct (Old i Hi) as [O|O]; [rewrite Rmin_left by auto; ring|rewrite <- O; ring]. }
      assert (Ed : down - (1 - c) * (1 - p) = 0).
      { rewrite <- Gd. transitivity (total n (fun _ => 0)); [|apply total_0]. apply total_ext. intros i Hi. destruct (r i) eqn:Ri; [reflexivity|].
        assert (Z : pi i = 0).
        { pose proof (failures n r pi Pp) as F. rewrite Es in F.
          pose proof (total_zero n (fun i => if r i then 0 else pi i)) as T. cbv beta in T.
          specialize (T ltac:(intros j Hj; destruct (r j); [lra|apply Pp, Hj]) ltac:(lra) i Hi). rewrite Ri in T. exact T. }
        rewrite Z. unfold Rdiv. rewrite Rmult_0_l, Rmax_right by lra. ring. }
      f_equal; f_equal; lra.
Qed.
