(* Chapter "What each method maximises" (B18). *)
Require Import Reals Lra Psatz Coquelicot.Coquelicot Primitives Paper Logistic Bridge.
Require Formulas.
Open Scope R_scope.

(* The divergence of two coins. *)
Definition coin_kl (p p_ref : R) : R := p * ln (p / p_ref) + (1 - p) * ln ((1 - p) / (1 - p_ref)).

Lemma bridge_coin_kl' L L_ref : Formulas.coin_kl L L_ref = coin_kl (sigmoid L) (sigmoid L_ref).
Proof. apply bridge_coin_kl. Qed.

Lemma ln_div a b : 0 < a -> 0 < b -> ln (a / b) = ln a - ln b.
Proof. intros. unfold Rdiv. rewrite ln_mult, ln_Rinv; try assumption; [ring|]. apply Rinv_0_lt_compat; assumption. Qed.

Lemma coin_kl_derive p p_ref : 0 < p < 1 -> 0 < p_ref < 1 -> is_derive (fun x => coin_kl x p_ref) p (logit p - logit p_ref).
Proof.
  intros Hp Hr. unfold coin_kl, logit. rewrite !ln_div by lra. auto_derive.
  - repeat split; try lra; apply Rmult_lt_0_compat; try lra; apply Rinv_0_lt_compat; lra.
  - change (p * / p_ref) with (p / p_ref). change ((1 + - p) * / (1 - p_ref)) with ((1 - p) / (1 - p_ref)).
    rewrite !ln_div by lra. field. lra.
Qed.

Lemma logit_derive p : 0 < p < 1 -> is_derive logit p (/ (p * (1 - p))).
Proof.
  intros Hp. unfold logit. auto_derive.
  - pose proof (odds_pos p Hp). unfold Rdiv, Rminus in *. repeat split; lra.
  - field. repeat split; lra.
Qed.

(* What is climbed with a penalty, and what holds where it is stationary. *)
Lemma objective_derive F f beta p_ref p : 0 < p_ref < 1 -> 0 < p < 1 -> is_derive F p f ->
  is_derive (fun x => F x - beta * coin_kl x p_ref) p (f - beta * (logit p - logit p_ref)).
Proof.
  intros Hr Hp HF. apply (is_derive_minus F (fun x => beta * coin_kl x p_ref)); [exact HF|].
  apply (is_derive_scal (fun x => coin_kl x p_ref)), coin_kl_derive; assumption.
Qed.

Lemma balance_derive Om w beta p_ref p : 0 < p < 1 -> is_derive Om p w ->
  is_derive (fun x => Om x - beta * (logit x - logit p_ref)) p (w - beta * / (p * (1 - p))).
Proof.
  intros Hp HO. apply (is_derive_minus Om (fun x => beta * (logit x - logit p_ref))); [exact HO|].
  apply (is_derive_scal (fun x => logit x - logit p_ref)). replace (/ (p * (1 - p))) with (/ (p * (1 - p)) - 0) by ring.
  apply (is_derive_minus logit (fun _ => logit p_ref)); [apply logit_derive, Hp|apply (is_derive_const (logit p_ref))].
Qed.

(** A method whose Omega is the slope of F, tied to the reference, climbs J (p) = F (p) - beta kl (p || p_ref). Its slope
    is Omega (p) - beta (logit p - logit p_ref): 0 exactly at the fixed points; an exact update adds J' / beta to the
    log-odds. At a fixed point the curvature of J is beta / (p (1 - p)) times s - 1, with s the slope of the recursion
    there: negative, a maximum, for s < 1. *)
Theorem b18 : forall (F Om Om1 : R -> R) (beta p_ref p : R),
  0 < beta -> 0 < p_ref < 1 -> 0 < p < 1 ->
  (forall x, 0 < x < 1 -> is_derive F x (Om x) /\ is_derive Om x (Om1 x)) ->
  let J x := F x - beta * coin_kl x p_ref in
  let J1 x := Om x - beta * (logit x - logit p_ref) in
  let s := p * (1 - p) * Om1 p / beta in
  is_derive J p (J1 p) /\
  (J1 p = 0 <-> logit p = logit p_ref + Om p / beta) /\
  logit p_ref + Om p / beta = logit p + J1 p / beta /\
  is_derive J1 p (beta / (p * (1 - p)) * (s - 1)) /\
  is_derive (fun L => logit p_ref + Om (sigmoid L) / beta) (logit p) s /\
  (s < 1 -> beta / (p * (1 - p)) * (s - 1) < 0).
Proof.
  intros F Om Om1 beta p_ref p Hb Hr Hp H J J1 s. destruct (H p Hp) as [HF HO].
  pose proof (variance_pos p Hp) as V.
  refine (conj _ (conj _ (conj _ (conj _ (conj _ _))))).
  - apply objective_derive; assumption.
  - unfold J1. split; intros E.
    + apply (Rmult_eq_reg_l beta); [|lra]. replace (beta * (logit p_ref + Om p / beta)) with (beta * logit p_ref + Om p) by (field; lra). lra.
    + rewrite E. field. lra.
  - unfold J1. field. lra.
  - replace (beta / (p * (1 - p)) * (s - 1)) with (Om1 p - beta * / (p * (1 - p))) by (unfold s; field; lra).
    apply balance_derive; assumption.
  - pose proof (is_derive_comp Om sigmoid (logit p) (Om1 p) (p * (1 - p))) as C. rewrite sigmoid_logit in C by assumption.
    assert (D : is_derive sigmoid (logit p) (p * (1 - p))).
    { pose proof (sigmoid_derive (logit p)) as D. rewrite sigmoid_logit in D by assumption. exact D. }
    specialize (C HO D). apply (is_derive_scal _ _ (/ beta)) in C.
    apply (is_derive_ext (fun L => logit p_ref + scal (/ beta) (Om (sigmoid L)))).
    { intros. unfold scal; simpl; unfold mult; simpl. unfold Rdiv. ring. }
    replace s with (0 + scal (/ beta) (scal (p * (1 - p)) (Om1 p)))
      by (unfold s, scal; simpl; unfold mult; simpl; unfold Rdiv; ring).
    apply (is_derive_plus (fun _ => logit p_ref)); [apply (is_derive_const (logit p_ref))|exact C].
  - intros. assert (0 < beta / (p * (1 - p))) by (apply Rdiv_lt_0_compat; assumption). nra.
Qed.
