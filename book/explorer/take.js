// What a reader takes along of a point: its plots as SVG, its numbers as CSV, an entry for BibTeX, a Python program.
"use strict";

const TAKE = (() => {
  const STYLES = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "text-anchor",
  ];

  // A plot as a file of its own: what the page's style says is written into it.
  function svg(plot, point, said) {
    const copy = plot.cloneNode(true);
    copy.querySelector(".hover")?.remove();
    const [from, to] = [plot, copy].map((root) => [root, ...root.querySelectorAll(":not(.hover):not(.hover *)")]);
    from.forEach((element, i) => {
      const style = getComputedStyle(element);
      for (const name of STYLES) to[i].setAttribute(name, style.getPropertyValue(name));
      for (const name of ["tabindex", "role", "class"]) to[i].removeAttribute(name);
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const [, , width, height] = plot.getAttribute("viewBox").split(" ");
    Object.entries({ width, height }).forEach(([name, value]) => copy.setAttribute(name, value));
    const element = (name, text) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      made.textContent = text;
      return made;
    };
    const ground = element("rect", "");
    const colour = getComputedStyle(plot).getPropertyValue("--back").trim();
    Object.entries({ width, height, fill: colour }).forEach(([name, value]) => ground.setAttribute(name, value));
    copy.prepend(element("title", said), element("desc", `explorer.html#${POINT.write(point)}`), ground);
    return `<?xml version="1.0" encoding="utf-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
  }

  // The columns of `grpo-paper predict --save`.
  function csv(point, fixed, orbit) {
    const { sigmoid } = FORMULAS;
    const rows = [
      "kind,n,p,failure,logit,slope,stable",
      ...fixed.map(({ L, slope }) =>
        ["fixed point", "", sigmoid(L), sigmoid(-L), L, slope, DYNAMICS.attracts({ slope }) ? "True" : "False"].join(),
      ),
      ...orbit.map((L, n) => ["trajectory", n, sigmoid(L), sigmoid(-L), L, "", ""].join()),
    ];
    return `${rows.join("\n").replace(/Infinity/g, "inf")}\n`;
  }

  // In TeX's letters.
  function bibtex(point, said) {
    const plain = {
      β: "$\\beta$",
      α: "$\\alpha$",
      γ: "$\\gamma$",
      "−": "$-$",
      _: "\\_",
      "%": "\\%",
      "&": "\\&",
      "#": "\\#",
    };
    const title = said
      .replace(/\.$/, "")
      .replace(/p_(ref|0)/g, "$p_{\\mathrm{$1}}$$")
      .replace(/(\$[^$]*\$)|[βαγ−_%&#]/g, (found, formula) => formula ?? plain[found]);
    return CITATION.replace("SAID", () => title).replace("ADDRESS", () => `explorer.html#${POINT.write(point)}`);
  }

  // The same numbers from the library.
  function python(point) {
    const { p_ref, beta, eps, alpha, weighting, clip, group_size, p_0, steps } = point;
    const name = FORMULAS.weightings[weighting].python;
    const start = p_0 === null ? "" : `, p_0=${p_0}`;
    const held = clip === null ? "" : `, clip=${clip}`;
    const lines = [`# explorer.html#${POINT.write(point)}`];
    if (beta === 0) {
      lines.push(
        "from grpo_paper.theory.clipping import least_maximiser",
        "",
        `orbit = [${p_0 ?? p_ref}]  # the least success rate of a best policy, update by update`,
        `for _ in range(${steps}):`,
        `    orbit.append(${clip === null ? "1.0" : `least_maximiser(orbit[-1], ${clip}, ${clip})`})`,
        "print(orbit[-1])",
      );
      return `${lines.join("\n")}\n`;
    }
    if (group_size !== null) {
      lines.push(
        "from grpo_paper import Variant, logit, sigmoid",
        "from grpo_paper.theory.groups import group_Omega",
        "from grpo_paper.theory.methods import weighting",
        "from grpo_paper.theory.success_map import anchor",
        "",
        `variant = Variant(weighting("${name}"), ${alpha})`,
        `orbit = [logit(${p_0 ?? p_ref})]  # log-odds, with the mean push of groups`,
        `for _ in range(${steps}):`,
        `    push = group_Omega(sigmoid(orbit[-1]), ${eps}, ${group_size}, variant.weighting)`,
        `    orbit.append(anchor(orbit[-1], logit(${p_ref}), variant) + push / ${beta})`,
        "print(sigmoid(orbit[-1]))",
      );
      return `${lines.join("\n")}\n`;
    }
    lines.push(
      "from grpo_paper import Variant, fixed_points, trajectory",
      "from grpo_paper.theory.methods import weighting",
      "",
      `variant = Variant(weighting("${name}"), ${alpha})`,
      `found = fixed_points(${p_ref}, ${beta}, ${eps}, variant)`,
      `orbit = trajectory(${p_ref}, ${beta}, ${eps}, ${steps}, variant${start}${held})`,
      "print(found.p, found.stable, orbit.p[-1])",
    );
    return `${lines.join("\n")}\n`;
  }

  function download(name, kind, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  return { svg, csv, bibtex, python, download };
})();
