(* Chapter "What each method maximises": policies, the gain of an update, and where small steps end (B18). *)
Require Import Reals Lra Lia Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Sums Policies PolicyDynamics FixedPoints Fate Climbs.
Require Formulas.
Open Scope R_scope.

(* The reference with all successes scaled alike, and all failures, to a success rate p. *)
Definition at_rate (n : nat) (r : nat -> bool) (pi_ref : nat -> R) (p : R) (i : nat) : R :=
  pi_ref i * if r i then p / success n r pi_ref else (1 - p) / (1 - success n r pi_ref).

Lemma by_sides n (r : nat -> bool) pi (a b : R) : policy n pi ->
  total n (fun i => pi i * if r i then a else b) = success n r pi * a + (1 - success n r pi) * b.
Proof.
  intros [_ S]. unfold success. rewrite <- S, (Rmult_comm (total n _)), (Rmult_comm (total n pi - _)).
  rewrite <- total_minus, <- !total_scale, <- total_plus. apply total_ext. intros i _. destruct (r i); ring.
Qed.

(** Among all policies of success rate p that the reference supports, the divergence from the reference is at least that
    of the two coins, and only the reference with all successes scaled alike, and all failures, has it: so the gain less
    the penalty is at most J (p). *)
Theorem b18_policies : forall (n : nat) (r : nat -> bool) (pi_ref pi : nat -> R),
  policy n pi_ref -> 0 < success n r pi_ref < 1 -> policy n pi -> supported n pi pi_ref -> 0 < success n r pi < 1 ->
  let p := success n r pi in
  coin_kl p (success n r pi_ref) <= KL n pi pi_ref /\
  (KL n pi pi_ref = coin_kl p (success n r pi_ref) -> forall i, (i < n)%nat -> pi i = at_rate n r pi_ref p i) /\
  KL n (at_rate n r pi_ref p) pi_ref = coin_kl p (success n r pi_ref).
Proof.
  intros n r ref pi Pr Hx Pp So Hp p. set (x := success n r ref) in *. fold p in Hp.
  set (q := at_rate n r ref p). assert (A : 0 < p / x) by (apply Rdiv_lt_0_compat; lra).
  assert (B : 0 < (1 - p) / (1 - x)) by (apply Rdiv_lt_0_compat; lra).
  assert (Side : forall i, 0 < (if r i then p / x else (1 - p) / (1 - x))) by (intros i; destruct (r i); assumption).
  assert (Pq : policy n q).
  { split.
    - intros i Hi. unfold q, at_rate. fold x. apply Rmult_le_pos; [apply Pr, Hi|left; apply Side].
    - unfold q, at_rate. fold x. rewrite by_sides by assumption. fold x. field. lra. }
  assert (Sq : success n r q = p).
  { unfold success, q, at_rate. fold x. rewrite (total_ext n _ (fun i => p / x * (if r i then ref i else 0))).
    - rewrite total_scale. fold (success n r ref). fold x. field. lra.
    - intros i _. destruct (r i); ring. }
  assert (Split : forall pi', policy n pi' -> supported n pi' ref -> success n r pi' = p ->
    KL n pi' ref = KL n pi' q + coin_kl p x).
  { intros pi' P' S' E'. replace (coin_kl p x) with (total n (fun i => pi' i * if r i then ln (p / x) else ln ((1 - p) / (1 - x))))
      by (rewrite by_sides, E' by assumption; reflexivity).
    unfold KL. rewrite <- total_plus. apply total_ext. intros i Hi. destruct (proj1 P' i Hi) as [H|<-]; [|ring].
    pose proof (S' i Hi H) as R0. unfold q, at_rate. fold x. specialize (Side i).
    assert (Q : 0 < ref i * (if r i then p / x else (1 - p) / (1 - x))) by (apply Rmult_lt_0_compat; assumption).
    rewrite !(ln_div (pi' i)), ln_mult by assumption. destruct (r i); ring. }
  assert (Supp : supported n pi q) by (intros i Hi H; apply Rmult_lt_0_compat; [apply (So i Hi H)|apply Side]).
  destruct (KL_nonneg n pi q Pp Pq Supp) as [K0 K1].
  split; [|split].
  - rewrite (Split pi Pp So eq_refl). lra.
  - intros E. rewrite (Split pi Pp So eq_refl) in E. apply K1. lra.
  - assert (Sr : supported n q ref).
    { intros i Hi H. destruct (proj1 Pr i Hi) as [|Z]; [assumption|]. unfold q, at_rate in H. rewrite <- Z, Rmult_0_l in H. lra. }
    rewrite (Split q Pq Sr Sq). assert (Z : KL n q q = 0); [|lra].
    rewrite <- (total_0 n). apply total_ext. intros i Hi. destruct (proj1 Pq i Hi) as [H|<-]; [|lra].
    replace (q i / q i) with 1 by (field; lra). rewrite ln_1. ring.
Qed.

(** What an exact update gains: with logit p1 = logit p_ref + Omega (p) / beta, J (p1) - J (p) is beta times the divergence
    of p from p1, and F (p1) - F (p) - Omega (p) (p1 - p). *)
Theorem b18_gain : forall (F Om : R -> R) (beta p_ref p p1 : R),
  0 < beta -> 0 < p_ref < 1 -> 0 < p < 1 -> 0 < p1 < 1 -> logit p1 = logit p_ref + Om p / beta ->
  let J x := F x - beta * coin_kl x p_ref in
  J p1 - J p = beta * coin_kl p p1 + (F p1 - F p - Om p * (p1 - p)).
Proof.
  intros F Om beta p_ref p p1 Hb Hr Hp H1 E J.
  assert (O : Om p = beta * (logit p1 - logit p_ref)) by (rewrite E; field; lra). rewrite O.
  unfold J, coin_kl, logit. rewrite !ln_div by lra. ring.
Qed.

Section Steps.
Context (G G1 : R -> R) (a b : R) (Hab : a < b).
Context (D : forall x, a <= x <= b -> is_derive G x (G1 x)) (C1 : forall x, a <= x <= b -> continuity_pt G1 x).
Context (Up : forall x, a <= x < b -> 0 < G x) (Zero : G b = 0).

Lemma small_enough : exists top, 0 < top /\ forall eta, 0 < eta <= top -> forall x, a <= x < b -> eta * G x <= b - x.
Proof.
  destruct (continuity_ab_maj (fun x => Rabs (G1 x)) a b) as (m & Hm & Im); [lra| |].
  { intros c Hc. apply (continuity_pt_comp G1 Rabs); [apply C1, Hc|apply Rcontinuity_abs]. }
  set (k := Rabs (G1 m) + 1). assert (K : 0 < k) by (unfold k; pose proof (Rabs_pos (G1 m)); lra).
  exists (/ k). split; [apply Rinv_0_lt_compat, K|]. intros eta He x Hx.
  destruct (MVT_cor2 G G1 x b) as (c & E & I); [lra|intros; apply is_derive_Reals, D; lra|].
  assert (S : Rabs (G1 c) <= k) by (specialize (Hm c ltac:(lra)); unfold k; lra). apply Rabs_le_between in S.
  assert (G x <= k * (b - x)) by (rewrite Zero in E; nra).
  assert (eta * G x <= / k * (k * (b - x))).
  { pose proof (Up x Hx). apply Rle_trans with (/ k * G x); [apply Rmult_le_compat_r; lra|].
    apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, K|assumption]. }
  replace (/ k * (k * (b - x))) with (b - x) in H0 by (field; lra). exact H0.
Qed.

Lemma steps_end eta : 0 < eta -> (forall x, a <= x < b -> eta * G x <= b - x) ->
  let u := orbit (fun x => x + eta * G x) a in
  (forall n, a <= u n <= b /\ u n <= u (S n)) /\ is_lim_seq u b.
Proof.
  intros He Small u.
  assert (In : forall n, a <= u n <= b /\ u n <= u (S n)).
  { assert (One : forall x, a <= x <= b -> x <= x + eta * G x <= b).
    { intros x [Hx [Hb| ->]]; [|rewrite Zero; lra]. pose proof (Up x ltac:(lra)). specialize (Small x ltac:(lra)).
      assert (0 < eta * G x) by (apply Rmult_lt_0_compat; assumption). lra. }
    assert (I : forall n, a <= u n <= b).
    { induction n; [unfold u; simpl; lra|]. pose proof (One _ IHn). change (u (S n)) with (u n + eta * G (u n)). lra. }
    intros n. split; [apply I|]. change (u (S n)) with (u n + eta * G (u n)). apply One, I. }
  split; [exact In|]. destruct (rising_limit u b) as (l & Hl & Lb & Ab); [apply In|apply In|].
  assert (La : a <= l) by apply (Ab 0%nat).
  assert (Fl : l + eta * G l = l).
  { apply (limit_is_fixed (fun x => x + eta * G x) a l); [|exact Hl].
    apply (ex_derive_continuous (fun x => x + eta * G x)). auto_derive. eexists. apply D. lra. }
  destruct Lb as [Lb| ->]; [|exact Hl]. exfalso. pose proof (Up l ltac:(lra)) as P.
  assert (0 < eta * G l) by (apply Rmult_lt_0_compat; assumption). lra.
Qed.
End Steps.

(** Small steps, L + size J' in log-odds as along the natural gradient, from the reference, with Omega positive: they rise,
    never pass the lowest rate q at which J is level, and tend to it, for every size up to some positive one; J rises all
    the way, so that beta kl (q || p_ref) is below F (q) - F (p_ref). For GRPO this difference is below pi. *)
Theorem b18_small_steps : forall (F Om Om1 : R -> R) (beta p_ref q : R),
  0 < beta -> 0 < p_ref < 1 -> 0 < q < 1 ->
  (forall x, 0 < x < 1 -> is_derive F x (Om x) /\ is_derive Om x (Om1 x) /\ continuity_pt Om1 x /\ 0 < Om x) ->
  let J x := F x - beta * coin_kl x p_ref in
  let J1 x := Om x - beta * (logit x - logit p_ref) in
  J1 q = 0 -> (forall x, 0 < x < 1 -> J1 x = 0 -> q <= x) ->
  (exists top, 0 < top /\ forall size, 0 < size <= top ->
    let p n := sigmoid (orbit (fun L => L + size * J1 (sigmoid L)) (logit p_ref) n) in
    (forall n, p n <= p (S n) <= q /\ J (p n) <= J (p (S n))) /\ is_lim_seq p q) /\
  beta * coin_kl q p_ref < F q - F p_ref /\
  (forall L M eps, Formulas.climbed L eps - Formulas.climbed M eps < PI).
Proof.
  intros F Om Om1 beta p_ref q Hb Hr Hs H J J1 Z Least.
  assert (D1 : forall x, 0 < x < 1 -> is_derive J1 x (Om1 x - beta * / (x * (1 - x)))).
  { intros x Hx. apply balance_derive, H; assumption. }
  assert (DJ : forall x, 0 < x < 1 -> is_derive J x (J1 x)).
  { intros x Hx. apply objective_derive, H; assumption. }
  set (a := logit p_ref). set (b := logit q).
  assert (Sa : sigmoid a = p_ref) by (apply sigmoid_logit, Hr). assert (Sb : sigmoid b = q) by (apply sigmoid_logit, Hs).
  assert (Hab : a < b).
  { destruct (H q Hs) as (_ & _ & _ & P). unfold J1 in Z. fold a b in Z.
    destruct (Rlt_or_le a b) as [|N]; [assumption|exfalso]. nra. }
  set (G := fun L => J1 (sigmoid L)).
  set (G1 := fun L => (sigmoid L * (1 - sigmoid L)) * (Om1 (sigmoid L) - beta * / (sigmoid L * (1 - sigmoid L)))).
  assert (Un : forall L, 0 < sigmoid L < 1) by (intros; split; [apply sigmoid_pos|apply sigmoid_lt_1]).
  assert (DG : forall L, is_derive G L (G1 L)).
  { intros L. apply (is_derive_comp J1 sigmoid L); [apply D1, Un|apply sigmoid_derive]. }
  assert (CG : forall L, continuity_pt G1 L).
  { intros L. unfold G1. assert (Cs : continuity_pt sigmoid L) by (apply continuity_pt_filterlim, sigmoid_continuous).
    assert (Cv : continuity_pt (fun x => sigmoid x * (1 - sigmoid x)) L).
    { apply continuity_pt_mult; [exact Cs|]. apply continuity_pt_minus; [|exact Cs].
      apply continuity_pt_const; intros u v; reflexivity. }
    apply continuity_pt_mult; [exact Cv|]. apply continuity_pt_minus.
    - apply (continuity_pt_comp sigmoid Om1); [exact Cs|]. apply H, Un.
    - apply (continuity_pt_mult (fun _ => beta)); [apply continuity_pt_const; intros u v; reflexivity|].
      apply continuity_pt_inv; [exact Cv|]. pose proof (variance_pos _ (Un L)). lra. }
  assert (Up : forall L, a <= L < b -> 0 < G L).
  { intros L HL. assert (Ga : 0 < G a).
    { unfold G, J1. rewrite Sa. fold a. destruct (H p_ref Hr) as (_ & _ & _ & P). lra. }
    destruct (Rlt_or_le 0 (G L)) as [|N]; [assumption|exfalso].
    assert (Root : exists c, a < c < b /\ G c = 0).
    { destruct N as [N|N]; [|exists L; split; [split; [|lra]|exact N]; destruct HL as [[|<-] _]; lra].
      destruct (zero_between G a L) as (c & Ic & Ec); [|destruct HL as [[|<-] _]; lra|nra|exists c; split; [lra|exact Ec]].
      intros x. apply continuity_pt_filterlim, (ex_derive_continuous G). eexists. apply DG. }
    destruct Root as (c & Ic & Ec). pose proof (Least (sigmoid c) (Un c) Ec). pose proof (sigmoid_increasing c b ltac:(lra)). lra. }
  assert (Zb : G b = 0) by (unfold G; rewrite Sb; exact Z).
  assert (Rise : forall x y, a <= x -> x <= y -> y <= b -> J (sigmoid x) <= J (sigmoid y)).
  { intros x y Hx [Hxy| ->] Hy; [|lra].
    destruct (MVT_cor2 (fun L => J (sigmoid L)) (fun L => sigmoid L * (1 - sigmoid L) * G L) x y Hxy) as (c & E & I).
    { intros c _. apply is_derive_Reals, (is_derive_comp J sigmoid c); [apply DJ, Un|apply sigmoid_derive]. }
    pose proof (Up c ltac:(lra)). pose proof (variance_pos _ (Un c)).
    assert (0 < sigmoid c * (1 - sigmoid c) * G c * (y - x)) by (apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat; assumption|lra]). lra. }
  split; [|split].
  - destruct (small_enough G G1 a b Hab) as (top & Ht & Small); [intros; apply DG|intros; apply CG|exact Up|exact Zb|].
    exists top. split; [exact Ht|]. intros size He p.
    destruct (steps_end G G1 a b Hab) with (eta := size) as [In Lim]; [intros; apply DG|exact Up|exact Zb|lra|apply Small, He|].
    set (u := orbit (fun x => x + size * G x) a) in *. split.
    + intros n. destruct (In n) as [[A B] M]. destruct (In (S n)) as [[A' B'] _]. split.
      * split; [apply (sigmoid_le (u n) (u (S n))), M|rewrite <- Sb; apply (sigmoid_le (u (S n))), B'].
      * apply (Rise (u n) (u (S n))); assumption.
    + rewrite <- Sb. apply (is_lim_seq_continuous sigmoid u); [apply continuity_pt_filterlim, sigmoid_continuous|exact Lim].
  - assert (Rest : coin_kl p_ref p_ref = 0).
    { unfold coin_kl. replace (p_ref / p_ref) with 1 by (field; lra). replace ((1 - p_ref) / (1 - p_ref)) with 1 by (field; lra).
      rewrite ln_1. ring. }
    set (m := (a + b) / 2).
    assert (J p_ref < J (sigmoid m)).
    { rewrite <- Sa. destruct (MVT_cor2 (fun L => J (sigmoid L)) (fun L => sigmoid L * (1 - sigmoid L) * G L) a m) as (c & E & I).
      - unfold m; lra.
      - intros c _. apply is_derive_Reals, (is_derive_comp J sigmoid c); [apply DJ, Un|apply sigmoid_derive].
      - unfold m in *. pose proof (Up c ltac:(lra)). pose proof (variance_pos _ (Un c)).
        assert (0 < sigmoid c * (1 - sigmoid c) * G c * ((a + b) / 2 - a)) by (apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat; assumption|lra]). lra. }
    pose proof (Rise m b ltac:(unfold m; lra) ltac:(unfold m; lra) ltac:(lra)) as K. rewrite Sb in K.
    unfold J in *. rewrite Rest in *. lra.
  - intros L M eps. unfold Formulas.climbed. pose proof (atan_bound ((sigmoid L - sigmoid (- L)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) / 2)).
    pose proof (atan_bound ((sigmoid M - sigmoid (- M)) * (1 / sqrt (sigmoid M * sigmoid (- M) + eps)) / 2)). lra.
Qed.
