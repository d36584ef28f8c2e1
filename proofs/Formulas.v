(* Made by `make proofs` from the functions of grpo_paper.theory, and held to them by a test: do not edit.
   Each definition is what a function did, sign for sign, when it was called on letters. *)
Require Import Reals Primitives.
Open Scope R_scope.

Definition Omega (p eps : R) : R := 1 / sqrt (p * (1 - p) + eps).

Definition omega_plus (p eps : R) : R := (1 - p) * (1 / sqrt (p * (1 - p) + eps)).

Definition omega_minus (p eps : R) : R := p * (1 / sqrt (p * (1 - p) + eps)).

Definition advantage (r p eps : R) : R := (r - p) * (1 / sqrt (p * (1 - p) + eps)).

Definition Omega_mean_only (p eps : R) : R := 1 + 0 * p.

Definition omega_plus_mean_only (p eps : R) : R := (1 - p) * (1 + 0 * p).

Definition omega_minus_mean_only (p eps : R) : R := p * (1 + 0 * p).

Definition whitening (v eps : R) : R := 1 / sqrt (v + eps).

Definition whitening_slope (v m eps : R) : R := v * (1 / sqrt (v + eps)) * (1 / sqrt (v + eps)) * (1 / sqrt (v + eps)) * m / 2.

Definition h (p p_ref beta eps : R) : R := sigmoid (logit p_ref + 1 / sqrt (p * (1 - p) + eps) / beta).

Definition h_prime (p p_ref beta eps : R) : R := sigmoid (logit p_ref + 1 / sqrt (p * (1 - p) + eps) / beta) * sigmoid (- (logit p_ref + 1 / sqrt (p * (1 - p) + eps) / beta)) * (1 / sqrt (p * (1 - p) + eps)) * (1 / sqrt (p * (1 - p) + eps)) * (1 / sqrt (p * (1 - p) + eps)) * (2 * p - 1) / (2 * beta).

Definition success_variance (L : R) : R := sigmoid L * sigmoid (- L).

Definition effective_beta (p beta eps : R) : R := beta / (1 / sqrt (p * (1 - p) + eps)).

Definition force (L beta eps : R) : R := 1 / sqrt (sigmoid L * sigmoid (- L) + eps) / beta.

Definition force_slope (L beta eps : R) : R := sigmoid L * sigmoid (- L) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (sigmoid L - sigmoid (- L)) / 2 / beta.

Definition log_partition (p p_ref beta eps : R) : R := ln p_ref + (1 - p) * (1 / sqrt (p * (1 - p) + eps)) / beta - ln (sigmoid (logit p_ref + 1 / sqrt (p * (1 - p) + eps) / beta)).

Definition critical_beta (p eps : R) : R := p * (1 - p) * (1 / sqrt (p * (1 - p) + eps)) * (1 / sqrt (p * (1 - p) + eps)) * (1 / sqrt (p * (1 - p) + eps)) * Rabs (2 * p - 1) / 2.

Definition largest_critical_beta (eps : R) : R := 1 / (3 * sqrt (0 * eps + 3) * sqrt eps * (1 + 4 * eps)).

Definition bifurcation_beta (L eps : R) : R := Rabs (sigmoid L * sigmoid (- L) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (sigmoid L - sigmoid (- L)) / 2 / 1).

Definition bifurcation_reference (L eps : R) : R := L - 1 / sqrt (sigmoid L * sigmoid (- L) + eps) / Rabs (sigmoid L * sigmoid (- L) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) * (sigmoid L - sigmoid (- L)) / 2 / 1).

Definition step_grpo (L L_ref beta eps : R) : R := L_ref + 1 / sqrt (sigmoid L * sigmoid (- L) + eps) / beta.

Definition step_dr_grpo (L L_ref beta eps : R) : R := L_ref + (1 + 0 * sigmoid L) / beta.

Definition step_mirror (L L_ref beta eps : R) : R := L + 1 / sqrt (sigmoid L * sigmoid (- L) + eps) / beta.

Definition step_mirror_dr (L L_ref beta eps : R) : R := L + (1 + 0 * sigmoid L) / beta.

Definition step_two_kl (L L_ref beta eps alpha : R) : R := alpha * L_ref + (1 - alpha) * L + 1 / sqrt (sigmoid L * sigmoid (- L) + eps) / beta.

Definition step_two_kl_dr (L L_ref beta eps alpha : R) : R := alpha * L_ref + (1 - alpha) * L + (1 + 0 * sigmoid L) / beta.

Definition clipped_surrogate (rho A clip : R) : R := Rmin (rho * A) (Rmin (Rmax rho (1 - clip)) (1 + clip) * A).

Definition contrastive_surrogate (rho r p clip eps : R) : R := r * ((1 - p) * (1 / sqrt (p * (1 - p) + eps)) * Rmin rho (1 + clip)) - (1 - r) * (p * (1 / sqrt (p * (1 - p) + eps)) * Rmax rho (1 - clip)).

Definition clipped_step (L L_ref beta clip eps : R) : R := Rmax (Rmax (Rmin (L_ref + 1 / sqrt (sigmoid L * sigmoid (- L) + eps) / 1 / beta) (Rmin (logit (Rmin ((1 + clip) * sigmoid L) 1)) (Rmax L (ln clip) - ln (sigmoid (Rabs (L - ln clip))) - ln (1 - clip)))) (Rmin (L_ref + Rmin (sigmoid L) (sigmoid (- L)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps) / 1) / beta) (Rmax (logit (Rmin ((1 + clip) * sigmoid L) 1)) (Rmax L (ln clip) - ln (sigmoid (Rabs (L - ln clip))) - ln (1 - clip))))) L_ref.

Definition schwarzian (L eps : R) : R := (- ((3 * ((sigmoid L - sigmoid (- L)) * (sigmoid L - sigmoid (- L))) * ((sigmoid L - sigmoid (- L)) * (sigmoid L - sigmoid (- L))) - 2 * ((sigmoid L - sigmoid (- L)) * (sigmoid L - sigmoid (- L))) + 3) * eps * (eps + 2 * (sigmoid L * sigmoid (- L))) + (3 - 2 * ((sigmoid L - sigmoid (- L)) * (sigmoid L - sigmoid (- L)))) * (sigmoid L * sigmoid (- L)) * (sigmoid L * sigmoid (- L)))) / (8 * ((sigmoid L - sigmoid (- L)) * (sigmoid L - sigmoid (- L))) * (sigmoid L * sigmoid (- L) + eps) * (sigmoid L * sigmoid (- L) + eps)).

Definition jump_beta (p_ref eps : R) : R := 1 / sqrt (sigmoid (logit p_ref) * sigmoid (- logit p_ref) + eps) / 1 / (2 * Rabs (logit p_ref)).

Definition clock (L eps : R) : R := atan ((sigmoid L - sigmoid (- L)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) / 2) + 2 * sqrt eps * arcsinh ((sigmoid L - sigmoid (- L)) * sqrt eps / sqrt ((1 + 4 * eps) * (sigmoid L * sigmoid (- L)))).

Definition mirror_bound (L_ref L beta eps : R) : R := beta * (atan ((sigmoid L - sigmoid (- L)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) / 2) + 2 * sqrt eps * arcsinh ((sigmoid L - sigmoid (- L)) * sqrt eps / sqrt ((1 + 4 * eps) * (sigmoid L * sigmoid (- L)))) - (atan ((sigmoid L_ref - sigmoid (- L_ref)) * (1 / sqrt (sigmoid L_ref * sigmoid (- L_ref) + eps)) / 2) + 2 * sqrt eps * arcsinh ((sigmoid L_ref - sigmoid (- L_ref)) * sqrt eps / sqrt ((1 + 4 * eps) * (sigmoid L_ref * sigmoid (- L_ref)))))) + 1 * ln (1 / sqrt (sigmoid L * sigmoid (- L) + eps) / 1 / (1 / sqrt (sigmoid (Rmax L_ref (0 * L_ref)) * sigmoid (- Rmax L_ref (0 * L_ref)) + eps) / 1)) + 1.

Definition arc_speed (L eps : R) : R := sqrt (sigmoid L * sigmoid (- L)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)).

Definition coin_kl (L L_ref : R) : R := sigmoid L * (ln (sigmoid L) - ln (sigmoid L_ref)) + sigmoid (- L) * (ln (sigmoid (- L)) - ln (sigmoid (- L_ref))).

Definition climbed (L eps : R) : R := atan ((sigmoid L - sigmoid (- L)) * (1 / sqrt (sigmoid L * sigmoid (- L) + eps)) / 2).

Definition silent_share_4 (p : R) : R := p ^ 4 + (1 - p) ^ 4.

Definition group_Omega_3 (p eps : R) : R := (1 - p) * ((1 - p) * ((2 + 0 * (eps + 0 * p)) / 3 * (1 / sqrt ((1 + 0 * (eps + 0 * p)) / 3 * ((2 + 0 * (eps + 0 * p)) / 3) + (eps + 0 * p))) - 0 * (eps + 0 * p)) + p * ((1 + 0 * (eps + 0 * p)) / 3 * (1 / sqrt ((2 + 0 * (eps + 0 * p)) / 3 * ((1 + 0 * (eps + 0 * p)) / 3) + (eps + 0 * p))) - (- ((1 + 0 * (eps + 0 * p)) / 3)) * (1 / sqrt ((1 + 0 * (eps + 0 * p)) / 3 * ((2 + 0 * (eps + 0 * p)) / 3) + (eps + 0 * p))))) + p * ((1 - p) * ((1 + 0 * (eps + 0 * p)) / 3 * (1 / sqrt ((2 + 0 * (eps + 0 * p)) / 3 * ((1 + 0 * (eps + 0 * p)) / 3) + (eps + 0 * p))) - (- ((1 + 0 * (eps + 0 * p)) / 3)) * (1 / sqrt ((1 + 0 * (eps + 0 * p)) / 3 * ((2 + 0 * (eps + 0 * p)) / 3) + (eps + 0 * p)))) + p * (0 * (eps + 0 * p) - (- ((2 + 0 * (eps + 0 * p)) / 3)) * (1 / sqrt ((2 + 0 * (eps + 0 * p)) / 3 * ((1 + 0 * (eps + 0 * p)) / 3) + (eps + 0 * p))))).

Definition group_variance_3 (p a0 a1 a2 a3 b0 b1 b2 b3 : R) : R := (1 - p) * ((1 - p) * (a1 * ((1 * a1 / p - 2 * b1 / (1 - p)) / 3) - b0 * ((0 * a0 / p - 3 * b0 / (1 - p)) / 3)) + p * (a2 * ((2 * a2 / p - 1 * b2 / (1 - p)) / 3) - b1 * ((1 * a1 / p - 2 * b1 / (1 - p)) / 3))) + p * ((1 - p) * (a2 * ((2 * a2 / p - 1 * b2 / (1 - p)) / 3) - b1 * ((1 * a1 / p - 2 * b1 / (1 - p)) / 3)) + p * (a3 * ((3 * a3 / p - 0 * b3 / (1 - p)) / 3) - b2 * ((2 * a2 / p - 1 * b2 / (1 - p)) / 3))) - ((1 - p) * ((1 - p) * (a1 - b0) + p * (a2 - b1)) + p * ((1 - p) * (a2 - b1) + p * (a3 - b2))) ^ 2.

Definition maxrl (p q eps : R) : R := 1 / p.

Definition maxrl_slope (p q eps : R) : R := (- q) / p.

Definition disco (p q eps : R) : R := 1 / (p * q).

Definition disco_slope (p q eps : R) : R := (p - q) / (p * q).

Definition pass_at_4 (p q eps : R) : R := 4 * q ^ 3.

Definition pass_at_4_slope (p q eps : R) : R := (- 12) * p * q ^ 3.
