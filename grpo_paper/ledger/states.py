"""What each item says, in one sentence of MyST, in this book's own words; the chapters derive it.

Without a bar in a formula, which would end a cell of the book's table: absolute values are ``\\lvert`` and ``\\rvert``.
"""

STATES = {
    "Theorem 1": r"The one maximiser of the regularised objective is $π_n(o) \propto π_{\mathrm{ref}}(o)\, "
    r"e^{(ω^+(p_{n-1}) 1_{r=1} - ω^-(p_{n-1}) 1_{r=0})/β}$, with the weights at the last policy's success rate.",
    "Theorem 2": r"The probability of success obeys $p_n = h(p_{n-1})$ from $p_0 = p_{\mathrm{ref}}$, with "
    r"$\operatorname{logit} h(p) = \operatorname{logit} p_{\mathrm{ref}} + \frac{1}{β \sqrt{p(1-p) + ε}}$.",
    "Theorem 3": r"Every fixed point of $h$ lies above the reference: $p^* > p_{\mathrm{ref}}$.",
    "Theorem 4": r"Tied to the last policy, the maximiser is $π_n(o) \propto π_{n-1}(o)\, "
    r"e^{(ω^+ 1_{r=1} - ω^- 1_{r=0})/β}$, and $\operatorname{logit} p_n = \operatorname{logit} p_{n-1} + "
    r"Ω(p_{n-1})/β$.",
    "Theorem 5": r"The mirror's $p_n$ rises strictly, no $p$ in $(0, 1)$ is a fixed point, and $p_n \to 1$.",
    "Theorem 6": r"From every start near enough to such a fixed point the recursion $p_n = h(p_{n-1})$ converges to "
    r"$p^*$.",
    "Theorem 7": r"Near $p^*$ the map contracts: $\lvert h^n(p) - p^* \rvert \le k^n \lvert p - p^* \rvert$ for some "
    r"$k < 1$.",
    "Theorem 8": r"The maximiser is $π^* \propto π_∘ e^{A_ν/β}$, and its success rate has "
    r"$\operatorname{logit} p^* = \operatorname{logit} p_∘ + Ω/β$.",
    "Theorem 9": r"$\operatorname{logit} p_n = α \operatorname{logit} p_{\mathrm{ref}} + (1-α) "
    r"\operatorname{logit} p_{n-1} + Δ_R + Ω(p_{n-1})/β$, with $Δ_R$ the Rényi correction of Lemma 3.",
    "Theorem 10": r"Parametric policies stay near the exact fixed point: "
    r"$\limsup_n \lvert \tilde p_n - p^* \rvert \le δ^*$.",
    "Proposition 1": r"$h$ is continuous from $[0, 1]$ to $[0, 1]$, so it has a fixed point; it falls up to "
    r"$p = \tfrac12$, where it is least, and rises from there.",
    "Lemma 1": r"At a fixed point $h'(p^*) = \frac{p^*(1-p^*)(2p^*-1)}{2β [p^*(1-p^*) + ε]^{3/2}}$, so that "
    r"$\lvert h'(p^*) \rvert < 1$ exactly when $β > B(p^*)$.",
    "Lemma 2": r"$α\, \mathrm{KL}(π \parallel π_{\mathrm{ref}}) + (1-α)\, \mathrm{KL}(π \parallel π^∘)$ is "
    r"$\mathrm{KL}(π \parallel \bar π)$ and a constant, with $\bar π \propto π_{\mathrm{ref}}^α (π^∘)^{1-α}$.",
    "Lemma 3": r"$\operatorname{logit} \bar p = α \operatorname{logit} p_{\mathrm{ref}} + (1-α) "
    r"\operatorname{logit} p_{n-1} + Δ_R$, with $Δ_R = (1-α)(D_α(\text{failures}) - D_α(\text{successes}))$.",
    "Remark 1": r"One of the two weights is infinite at each end of $[0, 1]$; the map without smoothing extends "
    r"continuously all the same, by $h(0) = h(1) = 1$.",
    "Remark 2": r"If $β > \sup_q B(p^*(q))$, over the fixed points of the prompts at hand, each is locally stable; "
    r"$β > \sup_p B(p)$ is enough for every prompt.",
    "Assumption 1": r"The distance to the exact policy grows by $δ_n$ at most: "
    r"$\mathrm{TV}(\tilde π_n, π_n) \le \mathrm{TV}(\tilde π_{n-1}, π_{n-1}) + δ_n$.",
    "Algorithm 1": r"Each iteration freezes the policy, samples $G$ outputs for every prompt, whitens their rewards by "
    r"the group's own $\hat p$, and takes $μ$ steps up the gradient of the clipped objective.",
    "Table 1": r"For each of two normalisations and three places of the penalty: the step in log-odds, the fixed "
    r"points, and whether the success rate rises at every step.",
    "Figure 1": r"A success weighs $ω^+(p) = \sqrt{(1-p)/p}$ and a failure $ω^-(p) = \sqrt{p/(1-p)}$.",
    "Figure 2": r"The curve of $h$ meets the diagonal at the fixed points, all above $p_{\mathrm{ref}}$.",
    "Figure 3": r"Prompts that are in no batch move with the others, and one that no answer solves stays at 0.",
    "Figure 4": r"$B(p) = \frac{p(1-p) \lvert 2p-1 \rvert}{2 [p(1-p) + ε]^{3/2}}$, the $β$ above which a fixed point "
    r"at $p$ is locally stable.",
    "Figure 5": r"Fifty updates $p_n = h(p_{n-1})$ in each of 24 cells $(β, p_{\mathrm{ref}})$.",
    "Section 2": r"For rewards of right and wrong GRPO's clipped surrogate is a contrastive loss, with $ρ$ the ratio "
    r"of the policies: $ω^+(p)\, \mathbb{E}[\min(ρ, 1+ϵ)\, 1_{r=1}] - ω^-(p)\, \mathbb{E}[\max(ρ, 1-ϵ)\, 1_{r=0}]$.",
    "Section 5": r"The advantage $A = r - p$ gives a force that is the same everywhere: one update reaches the only "
    r"fixed point $\operatorname{logit} p^* = \operatorname{logit} p_{\mathrm{ref}} + 1/β$.",
    "Appendix A": r"The reference solves 21 % of the prompts; a step draws $G = 16$ outputs for each, with $μ = 10$ "
    r"steps of ascent, $ϵ = 0.2$ and $β = 0.1$.",
    "B1": r"A fixed point has slope $\pm 1$ exactly where $β = B(p)$ and $\operatorname{logit} p_{\mathrm{ref}} = "
    r"\operatorname{logit} p - Ω(p)/B(p)$: a fold for $p > \tfrac12$, a flip for $p < \tfrac12$.",
    "B2": r"The map $h$ has one, two or three fixed points, at most one of them below $p = \tfrac12$.",
    "B3": r"Of a plane of cells 91 % settle; the others repeat with a period of 2, 4 and more, or have none up to 64.",
    "B4": r"With $T$ one step of GRPO at strength $αβ$, the step of two-KL is $(1-α) L + α T(L)$ in log-odds: the same "
    r"fixed points inside $(0, 1)$, slopes $(1-α) + αs$.",
    "B5": r"For small steps the log-odds of the mirror follow $dL/dn = Ω/β$, and near 1 the slope of its map is "
    r"$e^{-1/(β \sqrt{ε})}$.",
    "B6": r"A group pushes by $S = \frac{\hat p(1-\hat p)}{p(1-p)} Ω(\hat p)$, on average by $Ω_G(p) < Ω(p)$, and a "
    r"share $p^G + (1-p)^G$ of the groups not at all.",
    "B7": r"$L_n$ is the largest of $\min(L_{\mathrm{ref}} + Ω/β, ℓ_1)$, "
    r"$\min(L_{\mathrm{ref}} + \min(ω^+, ω^-)/β, ℓ_2)$ and $L_{\mathrm{ref}}$, with $ℓ_1$ and $ℓ_2$ the log-odds of "
    r"$p + ϵ \min(p, 1-p)$ and of $p + ϵ \max(p, 1-p)$.",
    "B8": r"The Schwarzian derivative of the recursion in log-odds is negative. So every orbit, from every start, "
    r"converges to a fixed point, in particular wherever $p_{\mathrm{ref}} \ge 1.00392\,\%$.",
    "B9": r"With three fixed points the run ends at the top exactly if $p_{\mathrm{ref}} < 1 - p^*_2$, by its first "
    r"update. For a larger one it settles on the lowest if the slope there is $\ge -1$; if it is below, it never "
    r"settles, unless it lands there exactly.",
    "B10": r"The best clipped update may raise a success by more than any factor, $1 + ϵ(1-p)/p$ at small $β$; at "
    r"$β = 0$ the best rates are all from $\min(1, \max((1+ϵ)p,\ p + ϵ(1-p)))$ to 1.",
    "B11": r"Every stage gains at least $2/(β\sqrt{1+4ε})$ nats, whatever its length; run to its lowest fixed point "
    r"it is an implicit Euler step of $dL/dn = Ω/β$. Counted in updates no schedule is ever ahead of the mirror at its "
    r"smallest $β$ if $p_{\mathrm{ref}} \ge 2ε$.",
    "B12": r"The mirror needs $N \le T + \log(Ω(δ)/Ω(\max(p_{\mathrm{ref}}, \frac12))) + 1$ updates to a failure "
    r"of $δ$, with $T$ the time of $dL/dn = Ω/β$.",
    "B13": r"Along the natural gradient $dL/dt = Ω(p)$, so whitening with $ε = 0$ moves $2\arcsin\sqrt{p}$ at speed 1; "
    r"along the plain one $dL/dt = p(1-p)\,Ω(p)\,(c_S + c_F)$.",
    "B14": r"The update adds $Ω(p)/β$ with $Ω(p) = A(1;p) - A(0;p)$: $Ω > 0$ amplifies, and a bounded continuous $Ω$ "
    r"has one fixed point for every prompt exactly if it never rises; then, if $Ω > 0$ and the reference is the only "
    r"anchor, a run ends there or alternates between two values.",
    "B15": r"The push on true log-odds is $J/\sqrt{\tilde p(1-\tilde p)+ε}$ with $J$ the true less the false positive "
    r"rate, and there are at most three fixed points; fixed mistakes cap true success at the precision where $J > 0$.",
    "B16": r"The mean of any function of the log-odds after $n$ updates on samples is $u_n(L_{\mathrm{ref}})$, with "
    r"$u_{n+1}(L) = \sum_k \mathrm{Bin}(k; G, p)\, u_n(L_{\mathrm{ref}} + S_k/β)$.",
    "B17": r"A lag of $v$ updates moves no fixed point. With the reference only each later value is held $v+1$ times, "
    r"and with two penalties it leaves the damping $α < \frac{\sin θ}{-s \sin vθ}$, "
    r"$\cos \frac{θ}{2} = s \cos(v + \frac12)θ$, for a slope $s < -1$; even shares of $m$ ages hold $s > -m$.",
    "B18": r"With $F' = Ω$ the fixed points are the stationary points of $J(p) = F(p) - β\,\mathrm{kl}(p \parallel "
    r"p_{\mathrm{ref}})$, those of slope below 1 its maxima; an exact update is a step of $1/β$ along its natural "
    r"gradient, and small steps from the reference end on its lowest stationary point.",
    "Methods": r"In a group of $G$ the average push is $Ω_G(p) = \mathbb{E}[A_1(J+1) - A_0(J)]$ with "
    r"$J \sim \mathrm{Bin}(G-1, p)$: RLOO's, REINFORCE's and, for $G \ge k$, PKPO's are $Ω$ itself.",
    "Own run": r"Of a log of answers, what was counted, what is estimated with its uncertainty, what is fitted, and "
    r"what does not apply.",
    "Decisions": r"The lowest fixed point falls as $β$ grows and rises with $p_{\mathrm{ref}}$; a larger group pushes "
    r"harder on average, $Ω_G < Ω_{G+1} < Ω$, and is silent less often.",
    "Libraries": r"One loss of tokens, with three choices, is that of TRL, of torchrl and of verl to the last digits.",
    "Training": r"With $δ_n = \max(0, \mathrm{TV}_n - \mathrm{TV}_{n-1})$ the bound of Theorem 10 holds along each "
    r"run; how loose it is, is measured.",
    "C1": r"Right for every stage of any length; that a stage should run until it settles does not follow.",
    "C2": r"In small steps, not as maximisers: the mirror's update has a bounded divergence, the clip's has none.",
    "C3": r"For exact updates it has a closed form, the same fixed points, and a known end from the reference.",
    "C4": r"In theory it has: of the six variants only the mirrors climb at every update to 1, in a bounded time.",
    "C5": r"A rate of exactly 0 stays, for every variant; with groups a small one is seldom seen.",
    "C6": r"Right, and the condition always holds along the paper's iteration, where $Δ_R = 0$.",
    "C7": r"At these settings the recursion oscillates only for references below $2 \cdot 10^{-9}$, whose first "
    r"update jumps to the top.",
}
