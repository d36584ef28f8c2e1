(* Chapter "For practitioners": which way a setting moves a run. *)
Require Import Reals Lra Lia Psatz Arith Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic SuccessMap FixedPoints Zoo Certificates Groups.
Open Scope R_scope.

Lemma h_settings p_ref q_ref beta gamma eps p :
  0 < p_ref < 1 -> 0 < q_ref < 1 -> 0 < gamma -> 0 < eps -> 0 <= p <= 1 -> p_ref <= q_ref -> gamma <= beta ->
  p_ref < q_ref \/ gamma < beta -> h p_ref beta eps p < h q_ref gamma eps p.
Proof.
  intros Hp Hq Hg He H Hr Hb Ne. rewrite !h_log_odds by lra. apply sigmoid_increasing. pose proof (Omega_pos p eps H He) as O.
  assert (A : logit p_ref <= logit q_ref) by (destruct Hr as [N| ->]; [left; apply logit_lt; assumption|lra]).
  assert (B : Omega p eps / beta <= Omega p eps / gamma).
  { unfold Rdiv. apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; lra. }
  destruct Ne as [N|N].
  - apply logit_lt in N; try assumption. lra.
  - assert (Omega p eps / beta < Omega p eps / gamma); [|lra].
    unfold Rdiv. apply Rmult_lt_compat_l; [lra|]. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|lra].
Qed.

(* Between neighbours k and k + 1 a concave function lies above its chord; phi is that of the push, v Omega at v = x (1 - x). *)
Definition phi (eps x : R) : R := x * (1 - x) * Omega x eps.

Lemma phi_tangent eps x y : 0 < eps -> 0 <= x <= 1 -> 0 <= y <= 1 ->
  let d := (y * (1 - y) + 2 * eps) / (2 * sqrt (y * (1 - y) + eps) ^ 3) in
  0 < d /\ phi eps x + d * ((x - y) * (x - y)) <= phi eps y + d * (1 - 2 * y) * (x - y).
Proof.
  intros He Hx Hy d. pose proof (variance_range x Hx) as [Vx _]. pose proof (variance_range y Hy) as [Vy _].
  pose proof (tangent (x * (1 - x)) (y * (1 - y)) eps He Vx Vy) as T. fold d in T. split.
  { unfold d. apply Rdiv_lt_0_compat; [lra|]. pose proof (pow_lt _ 3 (root_pos y eps Hy He)). lra. }
  unfold phi, Omega.
  replace (x * (1 - x) * (1 / sqrt (x * (1 - x) + eps))) with (x * (1 - x) / sqrt (x * (1 - x) + eps)) by (unfold Rdiv; ring).
  replace (y * (1 - y) * (1 / sqrt (y * (1 - y) + eps))) with (y * (1 - y) / sqrt (y * (1 - y) + eps)) by (unfold Rdiv; ring).
  replace (d * (1 - 2 * y) * (x - y)) with (d * (x * (1 - x) - y * (1 - y)) + d * ((x - y) * (x - y))) by ring. lra.
Qed.

(* A group of G is one of G + 1 of which one output, any of them, is left out. *)
Lemma one_left_out p n f : mean p n f =
  mean p (S n) (fun k => INR k / INR (S n) * f (k - 1)%nat + (1 - INR k / INR (S n)) * f k).
Proof.
  assert (K : forall n f, INR (S n) * mean p n f = mean p (S n) (fun k => INR k * f (k - 1)%nat + (INR (S n) - INR k) * f k)).
  { clear n f. induction n; intros f; [simpl; ring|].
    set (u := fun k => INR k * f (k - 1)%nat + (INR (S (S n)) - INR k) * f k).
    change (mean p (S (S n)) u) with ((1 - p) * mean p (S n) u + p * mean p (S n) (fun k => u (S k))). unfold u.
    rewrite (mean_ext p (S n) (fun k => INR k * f (k - 1)%nat + (INR (S (S n)) - INR k) * f k)
      (fun k => (INR k * f (k - 1)%nat + (INR (S n) - INR k) * f k) + f k)) by (intros; rewrite (S_INR (S n)); ring).
    rewrite (mean_ext p (S n) (fun k => INR (S k) * f (S k - 1)%nat + (INR (S (S n)) - INR (S k)) * f (S k))
      (fun k => (INR k * f (S (k - 1)) + (INR (S n) - INR k) * f (S k)) + f k)).
    - rewrite (mean_plus p (S n) (fun k => INR k * f (k - 1)%nat + (INR (S n) - INR k) * f k) f),
        (mean_plus p (S n) (fun k => INR k * f (S (k - 1)) + (INR (S n) - INR k) * f (S k)) f),
        <- (IHn f), <- (IHn (fun k => f (S k))), (S_INR (S n)).
      change (mean p (S n) f) with ((1 - p) * mean p n f + p * mean p n (fun k => f (S k))). ring.
    - intros k Hk. replace (S k - 1)%nat with k by lia. rewrite (S_INR (S n)), (S_INR k).
      destruct k as [|k]; [simpl; ring|]. replace (S (S k - 1)) with (S k) by lia. ring. }
  assert (0 < INR (S n)) by (apply lt_0_INR; lia).
  apply (Rmult_eq_reg_l (INR (S n))); [|lra]. rewrite K, <- mean_scale. apply mean_ext. intros k _.
  clear K. set (N := INR (S n)) in *. clearbody N. field. lra.
Qed.

Lemma push_phi G p eps k : 0 < p < 1 -> group_push G p eps k = / (p * (1 - p)) * phi eps (INR k / INR G).
Proof. intros. unfold group_push, phi. set (x := INR k / INR G). unfold Rdiv. ring. Qed.

Lemma mean_lt p n k0 f g :
  0 < p < 1 -> (k0 <= n)%nat -> (forall k, (k <= n)%nat -> f k <= g k) -> f k0 < g k0 -> mean p n f < mean p n g.
Proof.
  intros Hp. revert k0 f g. induction n; intros k0 f g Hk Le Lt; [replace k0 with 0%nat in Lt by lia; exact Lt|].
  simpl. destruct (Nat.eq_dec k0 (S n)) as [->|N].
  - assert (mean p n f <= mean p n g) by (apply mean_le; [lra|intros; apply Le; lia]).
    assert (mean p n (fun k => f (S k)) < mean p n (fun k => g (S k))) by (apply (IHn n); [lia|intros; apply Le; lia|exact Lt]).
    nra.
  - assert (mean p n f < mean p n g) by (apply (IHn k0); [lia|intros; apply Le; lia|exact Lt]).
    assert (mean p n (fun k => f (S k)) <= mean p n (fun k => g (S k))) by (apply mean_le; [lra|intros; apply Le; lia]).
    nra.
Qed.

(** A lower penalty, or a better reference, raises the lowest fixed point, for every continuous and positive Omega: any fixed
    point with beta at most as large and L_ref at least as large, and one of the two different, is above it. *)
Theorem decisions_any : forall (Om : R -> R) (L_ref M_ref beta gamma lowest M : R),
  (forall L, continuity_pt Om L) -> (forall L, 0 < Om L) -> L_ref <= M_ref -> 0 < gamma <= beta ->
  L_ref < M_ref \/ gamma < beta ->
  update Om L_ref beta lowest = lowest -> (forall L, update Om L_ref beta L = L -> lowest <= L) ->
  update Om M_ref gamma M = M -> lowest < M.
Proof.
  intros Om L_ref M_ref beta gamma lowest M Hc Pos Hr Hg Ne _ Least EM. unfold update in *.
  assert (A : 0 < Om M / beta) by (apply Rdiv_lt_0_compat; [apply Pos|lra]).
  assert (B : Om M / beta <= Om M / gamma).
  { apply Rmult_le_compat_l; [left; apply Pos|]. apply Rinv_le_contravar; lra. }
  assert (C : gamma < beta -> Om M / beta < Om M / gamma).
  { intros H. apply Rmult_lt_compat_l; [apply Pos|]. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|exact H]. }
  destruct (zero_between (fun L => L_ref + Om L / beta - L) L_ref M) as (z & Hz & Ez).
  - intros L. apply continuity_pt_minus; [|apply derivable_continuous_pt, derivable_pt_id].
    apply continuity_pt_plus; [apply continuity_pt_const; intros x y; reflexivity|].
    apply (continuity_pt_mult Om (fun _ => / beta)); [apply Hc|apply continuity_pt_const; intros x y; reflexivity].
  - lra.
  - assert (0 < Om L_ref / beta) by (apply Rdiv_lt_0_compat; [apply Pos|lra]).
    assert (L_ref + Om M / beta - M < 0) by (destruct Ne as [N|N]; [|specialize (C N)]; lra).
    assert (0 < L_ref + Om L_ref / beta - L_ref) by lra. nra.
  - pose proof (Least z ltac:(lra)). lra.
Qed.

(** The same for GRPO, in success rates: any fixed point with beta at most as large and
    p_ref at least as large, and one of the two different, is above it. A larger group pushes harder on average, below
    Omega at any size, and is silent less often. *)
Theorem decisions :
  (forall p_ref q_ref beta gamma eps lowest q, 0 < p_ref <= q_ref -> q_ref < 1 -> 0 < gamma <= beta -> 0 < eps ->
    p_ref < q_ref \/ gamma < beta ->
    0 <= lowest <= 1 -> lowest = h p_ref beta eps lowest ->
    (forall p, 0 <= p <= 1 -> p = h p_ref beta eps p -> lowest <= p) ->
    0 <= q <= 1 -> q = h q_ref gamma eps q -> lowest < q) /\
  (forall (G : nat) (p eps : R), (1 <= G)%nat -> 0 < p < 1 -> 0 < eps ->
    mean p G (group_push G p eps) < mean p (S G) (group_push (S G) p eps) /\
    mean p (S G) (group_push (S G) p eps) < Omega p eps /\ p ^ S G + (1 - p) ^ S G < p ^ G + (1 - p) ^ G).
Proof.
  split.
  - intros p_ref q_ref beta gamma eps lowest q Hr Hq1 Hg He Ne Hl Fl Low Hq Fq.
    assert (A : h p_ref beta eps q < q) by (rewrite Fq at 2; apply h_settings; try assumption; lra).
    assert (Z : 0 < h p_ref beta eps 0) by (apply h_range; lra).
    assert (0 < q) by (rewrite Fq; apply h_range; lra).
    destruct (crossing_point p_ref beta eps 0 q) as (p & Hp & E); try lra.
    + assert (0 < (h p_ref beta eps 0 - 0) * (q - h p_ref beta eps q)) by (apply Rmult_lt_0_compat; lra). lra.
    + pose proof (Low p ltac:(lra) E). lra.
  - intros G p eps HG Hp He. assert (IG : 0 < INR G) by (apply lt_0_INR; lia). pose proof (variance_pos p Hp) as V.
    assert (IS : INR (S G) = INR G + 1) by apply S_INR.
    refine (conj _ (conj _ _)).
    + rewrite one_left_out.
      assert (K : forall k, (k <= S G)%nat -> let y := INR k / INR (S G) in
        y * group_push G p eps (k - 1) + (1 - y) * group_push G p eps k <= group_push (S G) p eps k /\
        (k = 1%nat -> y * group_push G p eps (k - 1) + (1 - y) * group_push G p eps k < group_push (S G) p eps k)).
      { intros k Hk y. pose proof (pos_INR k) as K0. apply le_INR in Hk as K1.
        assert (Hy : 0 <= y <= 1).
        { unfold y. split; [apply Rmult_le_pos; [exact K0|left; apply Rinv_0_lt_compat; lra]|].
          apply (Rmult_le_reg_r (INR (S G))); [lra|]. replace (INR k / INR (S G) * INR (S G)) with (INR k) by (field; lra). lra. }
        rewrite !push_phi by assumption. fold y.
        destruct (phi_tangent eps y y He Hy Hy) as [D _].
        set (d := (y * (1 - y) + 2 * eps) / (2 * sqrt (y * (1 - y) + eps) ^ 3)) in *.
        assert (Iv : 0 < / (p * (1 - p))) by (apply Rinv_0_lt_compat, V).
        assert (Unit : forall j, (j <= G)%nat -> 0 <= INR j / INR G <= 1).
        { intros j Hj. apply le_INR in Hj. pose proof (pos_INR j). split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat, IG]|].
          apply (Rmult_le_reg_r (INR G)); [exact IG|]. replace (INR j / INR G * INR G) with (INR j) by (field; lra). lra. }
        set (x := INR (k - 1) / INR G) in *. set (z := INR k / INR G) in *.
        assert (Low : y * (phi eps x + d * ((x - y) * (x - y))) <= y * (phi eps y + d * (1 - 2 * y) * (x - y))).
        { apply Rmult_le_compat_l; [lra|]. apply phi_tangent; try assumption. apply Unit. lia. }
        assert (Up : (1 - y) * phi eps z <= (1 - y) * (phi eps y + d * (1 - 2 * y) * (z - y))).
        { destruct (Nat.eq_dec k (S G)) as [->|N].
          - replace y with 1 by (unfold y; field; lra). lra.
          - apply Rmult_le_compat_l; [lra|]. destruct (phi_tangent eps z y He) as [_ T]; [apply Unit; lia|exact Hy|]. fold d in T.
            assert (0 <= d * ((z - y) * (z - y))) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]). lra. }
        assert (Zero : y * (x - y) + (1 - y) * (z - y) = 0).
        { unfold x, z. destruct k as [|k]; [unfold y; simpl INR; unfold Rdiv; ring|]. replace (S k - 1)%nat with k by lia.
          unfold y. rewrite IS, (S_INR k). field. lra. }
        assert (Sum : y * phi eps x + (1 - y) * phi eps z + y * (d * ((x - y) * (x - y))) <= phi eps y).
        { replace (phi eps y) with (y * (phi eps y + d * (1 - 2 * y) * (x - y)) + (1 - y) * (phi eps y + d * (1 - 2 * y) * (z - y))
            - d * (1 - 2 * y) * (y * (x - y) + (1 - y) * (z - y))) by ring. rewrite Zero. lra. }
        assert (Sq : 0 <= d * ((x - y) * (x - y))) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]).
        assert (Le : y * phi eps x + (1 - y) * phi eps z <= phi eps y).
        { assert (0 <= y * (d * ((x - y) * (x - y)))) by (apply Rmult_le_pos; lra). lra. }
        split.
        - apply (Rmult_le_compat_l (/ (p * (1 - p)))) in Le; lra.
        - intros ->. assert (X : x = 0) by (unfold x; simpl; unfold Rdiv; ring).
          assert (Y : 0 < y) by (unfold y; apply Rdiv_lt_0_compat; [simpl; lra|lra]).
          assert (0 < y * (d * ((x - y) * (x - y)))) by
            (rewrite X; replace ((0 - y) * (0 - y)) with (y * y) by ring;
             apply Rmult_lt_0_compat; [exact Y|apply Rmult_lt_0_compat; [exact D|apply Rmult_lt_0_compat; exact Y]]).
          assert (Lt : y * phi eps x + (1 - y) * phi eps z < phi eps y) by lra.
          apply (Rmult_lt_compat_l (/ (p * (1 - p)))) in Lt; lra. }
      apply (mean_lt p (S G) 1); [exact Hp|lia|intros k Hk; apply (K k Hk)|apply (K 1%nat); [lia|reflexivity]].
    + apply b6; [lia|assumption|assumption].
    + simpl. assert (0 < p ^ G) by (apply pow_lt; lra). assert (0 < (1 - p) ^ G) by (apply pow_lt; lra). nra.
Qed.
