(* Chapter "Weights": where the weights of Section 2 come from, and the objective without a clip. *)
Require Import Reals Lra Psatz Primitives Paper Logistic Sums Policies Contrastive ClipNoFence.
Open Scope R_scope.

(** The rewards of a policy with success rate p have mean p and variance p (1 - p), so that a reward less its mean, over the
    root of the variance plus eps, is omega+ for a success and - omega- for a failure. Where c is at least 1 and passes every
    ratio less 1 of a new policy that the old one supports, nothing is clipped, and the surrogate is omega+ times the new success rate less omega- times the new
    failure rate. *)
Theorem section_2_weights : forall (n : nat) (r : nat -> bool) (eps : R) (old : nat -> R),
  policy n old -> 0 < eps ->
  let p := success n r old in
  let reward i := if r i then 1 else 0 in
  let variance := total n (fun i => old i * (reward i - p) ^ 2) in
  total n (fun i => old i * reward i) = p /\ variance = p * (1 - p) /\
  (forall i, (reward i - p) / sqrt (variance + eps) = whitened r p eps i) /\
  (forall (pi : nat -> R) (c : R), policy n pi -> supported n pi old -> 1 <= c ->
    (forall i, (i < n)%nat -> pi i / old i - 1 <= c) ->
    total n (fun i => old i * surrogate (pi i / old i) (whitened r p eps i) c)
      = omega_plus p eps * success n r pi - omega_minus p eps * (1 - success n r pi)).
Proof.
  intros n r eps old P He p reward variance.
  assert (V : variance = p * (1 - p)).
  { unfold variance. rewrite (total_ext n _ (fun i => (1 - p) ^ 2 * (if r i then old i else 0) + p ^ 2 * (if r i then 0 else old i))).
    - rewrite total_plus, !total_scale, failures by assumption. fold (success n r old). fold p. ring.
    - intros i Hi. unfold reward. destruct (r i); ring. }
  refine (conj _ (conj V (conj _ _))).
  - unfold p, success. apply total_ext. intros i Hi. unfold reward. destruct (r i); ring.
  - intros i. rewrite V. unfold reward, whitened, score, omega_plus, omega_minus, Rdiv. destruct (r i); ring.
  - intros pi c Pp Sup Hc Hr.
    rewrite (total_ext n _ (fun i => omega_plus p eps * (if r i then pi i else 0) - omega_minus p eps * (if r i then 0 else pi i))).
    + rewrite total_minus, !total_scale, failures by assumption. reflexivity.
    + intros i Hi. assert (Nn : 0 <= pi i / old i).
      { destruct P as [Po _]. destruct Pp as [Pp _]. destruct (Po i Hi) as [O|O].
        - apply Rmult_le_pos; [auto|left; apply Rinv_0_lt_compat, O].
        - destruct (Pp i Hi) as [Q|Q]; [pose proof (Sup i Hi Q); lra|]. rewrite <- Q. unfold Rdiv. rewrite Rmult_0_l. lra. }
      destruct (e25 (pi i / old i) (whitened r p eps i) c) as [E _]. rewrite E; [|exact Nn|apply Hr, Hi|exact Hc].
      rewrite <- Rmult_assoc, (old_times_ratio n pi old i) by assumption. unfold whitened, score. destruct (r i); ring.
Qed.
