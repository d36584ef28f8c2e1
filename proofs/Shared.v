(* Chapter "Dr. GRPO": prompts that share a parameter (E27). *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot.
Require Import Primitives Paper Logistic Climbs.
Open Scope R_scope.

(* What one prompt gains where a shared parameter s moves its log-odds from L to L + s: its weight times its success rate,
   less a strength times the divergence. *)
Definition gain (weight strength L s : R) : R := weight * sigmoid (L + s) - strength * coin_kl (sigmoid (L + s)) (sigmoid L).

Lemma gain_derive weight strength L s :
  is_derive (gain weight strength L) s (sigmoid (L + s) * (1 - sigmoid (L + s)) * (weight - strength * s)).
Proof.
  assert (I : forall x, 0 < sigmoid x < 1) by (intros; split; [apply sigmoid_pos|apply sigmoid_lt_1]).
  assert (D : is_derive (fun t => sigmoid (L + t)) s (sigmoid (L + s) * (1 - sigmoid (L + s)))).
  { pose proof (is_derive_comp sigmoid (fun t => L + t) s _ 1 (sigmoid_derive (L + s))) as C.
    unfold scal in C; simpl in C; unfold mult in C; simpl in C. rewrite Rmult_1_l in C. apply C.
    replace 1 with (0 + 1) by ring. apply (is_derive_plus (fun _ => L) (fun t => t)); [apply (is_derive_const L)|apply (is_derive_id s)]. }
  pose proof (is_derive_comp (fun p => coin_kl p (sigmoid L)) (fun t => sigmoid (L + t)) s _ _
    (coin_kl_derive (sigmoid (L + s)) (sigmoid L) (I _) (I _)) D) as K.
  unfold scal in K; simpl in K; unfold mult in K; simpl in K. rewrite !logit_sigmoid in K.
  replace (sigmoid (L + s) * (1 - sigmoid (L + s)) * (weight - strength * s)) with
    (weight * (sigmoid (L + s) * (1 - sigmoid (L + s)))
     - strength * (sigmoid (L + s) * (1 - sigmoid (L + s)) * (L + s - L))) by ring.
  apply (is_derive_minus (fun t => weight * sigmoid (L + t)) (fun t => strength * coin_kl (sigmoid (L + t)) (sigmoid L))).
  - apply (is_derive_scal (fun t => sigmoid (L + t))), D.
  - apply (is_derive_scal (fun t => coin_kl (sigmoid (L + t)) (sigmoid L))), K.
Qed.

(** With a shared parameter the equivalence breaks. Two prompts of log-odds a and b are moved together, by s. If their Omega
    differ, no s is stationary both for mean + variance at beta, where each weighs Omega, and for mean-only at the
    effective strength beta sqrt (p (1 - p) + eps) of each prompt. *)
Theorem e27_shared : forall beta eps a b s : R, 0 < beta -> 0 < eps ->
  let p := sigmoid a in let q := sigmoid b in
  Omega p eps <> Omega q eps ->
  ~ (is_derive (fun t => gain (Omega p eps) beta a t + gain (Omega q eps) beta b t) s 0 /\
     is_derive (fun t => gain 1 (beta * sqrt (p * (1 - p) + eps)) a t + gain 1 (beta * sqrt (q * (1 - q) + eps)) b t) s 0).
Proof.
  intros beta eps a b s Hb He p q N [W M].
  assert (I : forall x, 0 <= sigmoid x <= 1) by (intros; pose proof (sigmoid_pos x); pose proof (sigmoid_lt_1 x); lra).
  pose proof (root_pos p eps (I a) He) as Rp. pose proof (root_pos q eps (I b) He) as Rq. unfold Omega in *.
  set (u := sqrt (p * (1 - p) + eps)) in *. set (v := sqrt (q * (1 - q) + eps)) in *.
  assert (Sum : forall k1 k2 w1 w2, is_derive (fun t => gain w1 k1 a t + gain w2 k2 b t) s 0 ->
    sigmoid (a + s) * (1 - sigmoid (a + s)) * (w1 - k1 * s) + sigmoid (b + s) * (1 - sigmoid (b + s)) * (w2 - k2 * s) = 0).
  { intros k1 k2 w1 w2 H. apply is_derive_unique in H. rewrite <- H. symmetry. apply is_derive_unique.
    apply (is_derive_plus (gain w1 k1 a) (gain w2 k2 b)); apply gain_derive. }
  apply Sum in W. apply Sum in M.
  assert (V : forall x, 0 < sigmoid x * (1 - sigmoid x)).
  { intros. apply variance_pos. split; [apply sigmoid_pos|apply sigmoid_lt_1]. }
  pose proof (V (a + s)) as Va. pose proof (V (b + s)) as Vb.
  set (x := sigmoid (a + s) * (1 - sigmoid (a + s))) in *. set (y := sigmoid (b + s) * (1 - sigmoid (b + s))) in *.
  replace (1 - beta * u * s) with (u * (1 / u - beta * s)) in M by (field; lra).
  replace (1 - beta * v * s) with (v * (1 / v - beta * s)) in M by (field; lra).
  assert (Z : x * (1 / u - beta * s) * (u - v) = 0) by nra.
  apply Rmult_integral in Z. destruct Z as [Z|Z].
  - assert (A : 1 / u - beta * s = 0) by (apply Rmult_integral in Z; destruct Z; lra). rewrite A, Rmult_0_r, Rplus_0_l in W.
    apply Rmult_integral in W. apply N. destruct W; lra.
  - apply N. assert (u = v) by lra. rewrite H. reflexivity.
Qed.
