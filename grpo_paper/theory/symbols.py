"""The paper's symbols for SymPy: hand them to any formula of the library to read it as mathematics."""

from grpo_paper.extras import needed

with needed("A derivation by symbols"):
    from sympy import Symbol

p = Symbol("p", positive=True)
p_ref = Symbol(r"p_{\mathrm{ref}}", positive=True)
beta = Symbol("beta", positive=True)
eps = Symbol("varepsilon", positive=True)
alpha = Symbol("alpha", positive=True)
clip = Symbol("epsilon", positive=True)
rho = Symbol("rho", positive=True)
L = Symbol("L", real=True)
L_ref = Symbol(r"L_{\mathrm{ref}}", real=True)
