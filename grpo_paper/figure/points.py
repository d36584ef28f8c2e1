"""Where the explorer shows the same as a figure does: the point to open it at, as its address has it."""

POINTS = {
    "fig-success-map": "p_ref=0.2&beta=1&eps=1e-5",
    "fig-stability-diagram": "p_ref=0.001&beta=3&eps=1e-5",
    "fig-orbits-as-printed": "p_ref=0.0001&beta=5&eps=1e-5&p_0=0.1&steps=50",
    "fig-orbits": "p_ref=0.0001&beta=5&eps=1e-5",
    "fig-fates": "p_ref=0.2&beta=1&eps=1e-5",
    "fig-first-update": "p_ref=0.02&beta=1.8&eps=1e-5&axes=log-odds&steps=12",
    "fig-mirror-orbits": "p_ref=0.01&beta=20&eps=1e-5&alpha=0&steps=60",
    "fig-dr-grpo": "p_ref=0.001&beta=3&eps=1e-5&weighting=Dr.+GRPO",
    "fig-damping": "p_ref=0.001&beta=6&eps=1e-5&alpha=0.5",
    "fig-variants": "p_ref=0.2&beta=5&eps=1e-5&alpha=0.4",
    "fig-clip-no-fence": "p_ref=1e-9&beta=0&eps=1e-5&clip=0.2&steps=14",
    "fig-clipped-update": "p_ref=0.2&beta=2&eps=0.01&clip=0.2",
    "fig-clipped-orbits": "p_ref=0.001&beta=3&eps=1e-5&clip=0.2&steps=60",
    "fig-zoo-maps": "p_ref=0.2&beta=1&eps=1e-5&weighting=MaxRL",
    "fig-zoo-fates": "p_ref=0.001&beta=1&eps=1e-5&weighting=MaxRL",
}
"""By the figure's id. At one of the figure's settings the explorer draws what the figure does."""
