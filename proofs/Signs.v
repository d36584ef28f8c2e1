(* Chapter "Stability": the number of fixed points (B2), and the sign of an update between them. *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Force SuccessMap Stability Schwarzian FixedPoints.
Open Scope R_scope.

(* Between zeros the defect keeps its sign; below all it is positive, above all negative. *)
Lemma sign_kept L_ref beta eps x y :
  0 <= eps -> x < y -> (forall z, x < z < y -> defect L_ref beta eps z <> 0) ->
  defect L_ref beta eps x <> 0 -> defect L_ref beta eps y <> 0 ->
  0 < defect L_ref beta eps x * defect L_ref beta eps y.
Proof.
  intros He Hxy Hz Nx Ny.
  destruct (Rlt_or_le 0 (defect L_ref beta eps x * defect L_ref beta eps y)) as [|[N|N]]; [assumption| |].
  - destruct (zero_between (defect L_ref beta eps) x y) as (c & Hc & E); try assumption.
    + intros. apply defect_continuous, He.
    + exfalso. apply (Hz c); assumption.
  - exfalso. apply Rmult_integral in N. destruct N; auto.
Qed.

Lemma sign_below L_ref beta eps a :
  0 <= eps -> 0 < beta -> (forall x, x < a -> defect L_ref beta eps x <> 0) ->
  forall x, x < a -> 0 < defect L_ref beta eps x.
Proof.
  intros He Hb N x Hx. set (y := Rmin (x - 1) L_ref). pose proof (Rmin_l (x - 1) L_ref). pose proof (Rmin_r (x - 1) L_ref).
  fold y in H, H0. pose proof (defect_low L_ref beta eps y He Hb H0).
  assert (0 < defect L_ref beta eps y * defect L_ref beta eps x); [|nra].
  apply sign_kept; try assumption; try lra.
  - intros. apply N. lra.
  - apply N. lra.
Qed.

Lemma sign_above L_ref beta eps b :
  0 < eps -> 0 < beta -> (forall x, b < x -> defect L_ref beta eps x <> 0) ->
  forall x, b < x -> defect L_ref beta eps x < 0.
Proof.
  intros He Hb N x Hx. set (y := Rmax (x + 1) (L_ref + 1 / sqrt eps / beta + 1)).
  pose proof (Rmax_l (x + 1) (L_ref + 1 / sqrt eps / beta + 1)).
  pose proof (Rmax_r (x + 1) (L_ref + 1 / sqrt eps / beta + 1)). fold y in H, H0.
  pose proof (defect_high L_ref beta eps y He Hb ltac:(lra)).
  assert (0 < defect L_ref beta eps x * defect L_ref beta eps y); [|nra].
  apply sign_kept; try assumption; try lra.
  - intros. apply N. lra.
  - apply N. lra.
Qed.

(* Beside a zero with a slope, as near as one likes: the signs on both sides. *)
Lemma crossing L_ref beta eps z r :
  0 <= eps -> defect L_ref beta eps z = 0 -> defect1 beta eps z <> 0 -> 0 < r ->
  exists x y, z - r < x < z /\ z < y < z + r /\
    0 < - defect L_ref beta eps x * defect1 beta eps z /\ 0 < defect L_ref beta eps y * defect1 beta eps z.
Proof.
  intros He Ez Ns Hr.
  destruct (beside_zero (defect L_ref beta eps) z (defect1 beta eps z) (defect_derive L_ref beta eps z He) Ez Ns) as (d & Hd & S).
  set (e := Rmin d r / 2). pose proof (Rmin_l d r). pose proof (Rmin_r d r). pose proof (Rmin_glb_lt d r 0 Hd Hr).
  assert (0 < e) by (unfold e; lra). assert (e < d) by (unfold e; lra). assert (e < r) by (unfold e; lra).
  exists (z - e), (z + e). repeat split; try lra.
  - specialize (S (z - e) ltac:(lra)). replace (z - e - z) with (- e) in S by ring.
    rewrite Rabs_Ropp, Rabs_right in S by lra. specialize (S ltac:(lra)).
    apply (Rmult_lt_reg_r e); [assumption|]. lra.
  - specialize (S (z + e) ltac:(lra)). replace (z + e - z) with e in S by ring.
    rewrite Rabs_right in S by lra. specialize (S ltac:(lra)).
    apply (Rmult_lt_reg_r e); [assumption|]. lra.
Qed.

Lemma two_on_a_fold L_ref beta eps a b :
  0 < eps -> 0 < beta -> a < b -> defect L_ref beta eps a = 0 -> defect L_ref beta eps b = 0 ->
  (forall x, defect L_ref beta eps x = 0 -> x = a \/ x = b) -> defect1 beta eps a = 0 \/ defect1 beta eps b = 0.
Proof.
  intros He Hb Hab Ea Eb Only.
  destruct (Req_dec (defect1 beta eps a) 0) as [|Na]; [left; assumption|].
  destruct (Req_dec (defect1 beta eps b) 0) as [|Nb]; [right; assumption|]. exfalso.
  assert (No : forall x, x <> a -> x <> b -> defect L_ref beta eps x <> 0) by (intros x ? ? E; destruct (Only x E); contradiction).
  assert (R : 0 < (b - a) / 2) by lra.
  destruct (crossing L_ref beta eps a _ ltac:(lra) Ea Na R) as (x1 & y1 & X1 & Y1 & P1 & Q1).
  destruct (crossing L_ref beta eps b _ ltac:(lra) Eb Nb R) as (x2 & y2 & X2 & Y2 & P2 & Q2).
  assert (0 < defect L_ref beta eps x1) by (apply (sign_below L_ref beta eps a); try lra; intros; apply No; lra).
  assert (defect L_ref beta eps y2 < 0) by (apply (sign_above L_ref beta eps b); try lra; intros; apply No; lra).
  assert (0 < defect L_ref beta eps y1 * defect L_ref beta eps x2).
  { apply sign_kept; try lra; [intros; apply No; lra| |]; apply No; lra. }
  assert (defect1 beta eps a < 0) by nra. assert (defect1 beta eps b < 0) by nra.
  assert (defect L_ref beta eps y1 < 0) by nra. assert (0 < defect L_ref beta eps x2) by nra. nra.
Qed.

Lemma three_cross L_ref beta eps a b c x :
  0 < eps -> 0 < beta -> a < b -> b < c ->
  defect L_ref beta eps a = 0 -> defect L_ref beta eps b = 0 -> defect L_ref beta eps c = 0 ->
  (a < x < b -> defect L_ref beta eps x < 0) /\ (b < x < c -> 0 < defect L_ref beta eps x) /\
  (c < x -> defect L_ref beta eps x < 0) /\ (x < a -> 0 < defect L_ref beta eps x) /\
  (defect L_ref beta eps x = 0 -> x = a \/ x = b \/ x = c).
Proof.
  intros He Hb Hab Hbc Ea Eb Ec.
  assert (Only : forall z, defect L_ref beta eps z = 0 -> z = a \/ z = b \/ z = c).
  { intros z Ez. destruct (Rtotal_order z a) as [|[|]]; [exfalso|left; assumption|];
      [apply (at_most_three L_ref beta eps z a b c); assumption|].
    destruct (Rtotal_order z b) as [|[|]]; [exfalso|right; left; assumption|];
      [apply (at_most_three L_ref beta eps a z b c); assumption|].
    destruct (Rtotal_order z c) as [|[|]]; [exfalso|right; right; assumption|exfalso];
      [apply (at_most_three L_ref beta eps a b z c); assumption|apply (at_most_three L_ref beta eps a b c z); assumption]. }
  assert (No : forall z, z <> a -> z <> b -> z <> c -> defect L_ref beta eps z <> 0)
    by (intros z ? ? ? E; destruct (Only z E) as [|[|]]; contradiction).
  assert (D : forall y, is_derive (defect L_ref beta eps) y (defect1 beta eps y)) by (intros; apply defect_derive; lra).
  destruct (rolle _ _ a b D Hab ltac:(lra)) as (m & Hm & Em). destruct (rolle _ _ b c D Hbc ltac:(lra)) as (q & Hq & Eq).
  assert (Na : defect1 beta eps a <> 0) by (intro; apply (turns_at_most_twice beta eps a m q); try assumption; lra).
  assert (Nb : defect1 beta eps b <> 0) by (intro; apply (turns_at_most_twice beta eps m b q); try assumption; lra).
  assert (Nc : defect1 beta eps c <> 0) by (intro; apply (turns_at_most_twice beta eps m q c); try assumption; lra).
  assert (R : 0 < Rmin (b - a) (c - b) / 2) by (pose proof (Rmin_glb_lt (b - a) (c - b) 0 ltac:(lra) ltac:(lra)); lra).
  pose proof (Rmin_l (b - a) (c - b)). pose proof (Rmin_r (b - a) (c - b)). set (r := Rmin (b - a) (c - b) / 2) in *.
  destruct (crossing L_ref beta eps a r ltac:(lra) Ea Na R) as (x1 & y1 & X1 & Y1 & P1 & Q1).
  destruct (crossing L_ref beta eps b r ltac:(lra) Eb Nb R) as (x2 & y2 & X2 & Y2 & P2 & Q2).
  destruct (crossing L_ref beta eps c r ltac:(lra) Ec Nc R) as (x3 & y3 & X3 & Y3 & P3 & Q3).
  assert (S1 : 0 < defect L_ref beta eps x1) by (apply (sign_below L_ref beta eps a); try lra; intros; apply No; lra).
  assert (S1' : defect1 beta eps a < 0) by nra. assert (T1 : defect L_ref beta eps y1 < 0) by nra.
  assert (K : forall u v, u < v -> (forall z, u <= z <= v -> z <> a /\ z <> b /\ z <> c) ->
    0 < defect L_ref beta eps u * defect L_ref beta eps v).
  { intros u v Huv Hn. apply sign_kept; try lra.
    - intros z Hz. destruct (Hn z) as (? & ? & ?); [lra|]. apply No; assumption.
    - destruct (Hn u) as (? & ? & ?); [lra|]. apply No; assumption.
    - destruct (Hn v) as (? & ? & ?); [lra|]. apply No; assumption. }
  assert (S2 : defect L_ref beta eps x2 < 0).
  { assert (0 < defect L_ref beta eps y1 * defect L_ref beta eps x2); [|nra]. apply K; unfold r in *; [lra|]. intros; lra. }
  assert (S2' : 0 < defect1 beta eps b) by nra. assert (T2 : 0 < defect L_ref beta eps y2) by nra.
  assert (KK : forall w u v, w = u \/ (u <> w /\ (forall z, Rmin w u <= z <= Rmax w u -> z <> a /\ z <> b /\ z <> c)) ->
    v = defect L_ref beta eps w -> v <> 0 -> 0 < v * defect L_ref beta eps u).
  { intros w u v [->|[Ne Hn]] -> Nv; [nra|]. destruct (Rtotal_order w u) as [H1|[H1|H1]]; [|lra|].
    - apply K; [assumption|]. intros. apply Hn. rewrite Rmin_left, Rmax_right by lra. assumption.
    - rewrite Rmult_comm. apply K; [assumption|]. intros. apply Hn. rewrite Rmin_right, Rmax_left by lra. lra. }
  refine (conj _ (conj _ (conj _ (conj _ (Only x))))); intros Hx.
  - assert (0 < defect L_ref beta eps y1 * defect L_ref beta eps x); [|nra].
    apply (KK y1 x _); [|reflexivity|lra]. destruct (Req_dec y1 x); [left; assumption|right]. split; [lra|].
    intros z. unfold Rmin, Rmax. destruct (Rle_dec y1 x); unfold r in *; lra.
  - assert (0 < defect L_ref beta eps y2 * defect L_ref beta eps x); [|nra].
    apply (KK y2 x _); [|reflexivity|lra]. destruct (Req_dec y2 x); [left; assumption|right]. split; [lra|].
    intros z. unfold Rmin, Rmax. destruct (Rle_dec y2 x); unfold r in *; lra.
  - apply (sign_above L_ref beta eps c); try lra. intros; apply No; lra.
  - apply (sign_below L_ref beta eps a); try lra. intros; apply No; lra.
Qed.

(** The map has a fixed point and at most three, at most one of them at or below even odds; and if there are exactly two,
    one of them is a fold, of slope 1. *)
Theorem b2 : forall p_ref beta eps : R, 0 < p_ref < 1 -> 0 < beta -> 0 < eps ->
  let fixed p := 0 <= p <= 1 /\ p = h p_ref beta eps p in
  (exists p, fixed p) /\
  (forall p q, fixed p -> fixed q -> p < q -> q <= / 2 -> False) /\
  (forall p q s t, fixed p -> fixed q -> fixed s -> fixed t -> p < q -> q < s -> s < t -> False) /\
  (forall p q, fixed p -> fixed q -> p < q -> (forall x, fixed x -> x = p \/ x = q) ->
    h_slope p_ref beta eps p = 1 \/ h_slope p_ref beta eps q = 1).
Proof.
  intros p_ref beta eps Hr Hb He fixed.
  assert (T : forall p, fixed p -> 0 < p < 1 /\ defect (logit p_ref) beta eps (logit p) = 0).
  { intros p [Hp E]. apply defect_of_fixed; assumption. }
  refine (conj _ (conj _ (conj _ _))).
  - destruct (proposition_1_existence p_ref beta eps Hr Hb He) as (_ & _ & p & Hp & E).
    exists p. split; [assumption|symmetry; assumption].
  - intros p q Fp Fq Hpq Hq. destruct (T p Fp). destruct (T q Fq).
    apply (one_below_even (logit p_ref) beta eps (logit p) (logit q)); try assumption.
    + apply logit_lt; assumption.
    + destruct Hq as [Hq|Hq].
      * left. replace 0 with (logit (/ 2)); [apply logit_lt; lra|]. rewrite <- sigmoid_0. apply logit_sigmoid.
      * right. rewrite Hq, <- sigmoid_0. apply logit_sigmoid.
  - intros p q s t Fp Fq Fs Ft Hpq Hqs Hst. destruct (T p Fp), (T q Fq), (T s Fs), (T t Ft).
    apply (at_most_three (logit p_ref) beta eps (logit p) (logit q) (logit s) (logit t)); try assumption;
      apply logit_lt; assumption.
  - intros p q Fp Fq Hpq Only. destruct (T p Fp) as [Ip Zp], (T q Fq) as [Iq Zq].
    assert (S : forall x, fixed x -> 0 < x < 1 -> defect1 beta eps (logit x) = 0 -> h_slope p_ref beta eps x = 1).
    { intros x [_ Fx] Ix E. rewrite <- (sigmoid_logit x) by assumption.
      rewrite slope_in_log_odds; try assumption; [unfold defect1 in E; lra|]. rewrite sigmoid_logit; assumption. }
    destruct (two_on_a_fold (logit p_ref) beta eps (logit p) (logit q)) as [E|E]; try assumption.
    + apply logit_lt; assumption.
    + intros L E. destruct (Only (sigmoid L)) as [<-|<-].
      * split; [apply sigmoid_unit|apply fixed_of_defect; assumption].
      * left. symmetry. apply logit_sigmoid.
      * right. symmetry. apply logit_sigmoid.
    + left. apply S; assumption.
    + right. apply S; assumption.
Qed.
