// A small explorer in a chapter: an element with the class small-explorer and what it shows as data attributes.
//   data-point    a point as the explorer's address has it: p_ref=0.2&beta=1
//   data-sliders  the parameters that can be moved: p_ref beta
//   data-plots    one plot or more: map, rate, odds
// Two things stand in the element before it is drawn and are kept: a paragraph that says what to try, if there is one, and
// a link to the explorer, which then leads to the point that is shown.
"use strict";

(() => {
  const HEIGHT = 230;
  const PLOTS = {
    map: (svg, told) => VIEWS.map(svg, told),
    rate: (svg, told) => VIEWS.course(svg, told),
    odds: (svg, told) => VIEWS.course(svg, told, true),
  };
  const SEEN = {
    map: "One update (blue), no change (dashed), the run (orange); fixed points that attract (filled), repel (open).",
    rate: "The run, as success rate. Levels: the fixed points, solid where they attract.",
    odds: "The run, in log-odds. Levels: the fixed points, solid where they attract.",
  };
  const FREE = " Grey: the same run without the clip.";

  function build(holder, index) {
    const { point: slots, sliders, plots = "rate" } = holder.dataset;
    const prefix = `small-${index}-`;
    const names = plots.split(" ");
    const figure = (name) => `<figure><svg id="${prefix}${name}" role="img"></svg><figcaption></figcaption></figure>`;
    const [lead, link] = [holder.querySelector("p"), holder.querySelector("a")];
    const explorer = link.getAttribute("href").split("#")[0];
    holder.classList.add("explorer", "small");
    holder.setAttribute("role", "group");
    holder.setAttribute("aria-label", "A small explorer");
    holder.innerHTML = `<p class="explorer-verdict" id="${prefix}verdict" role="status" aria-live="polite"></p>
      <div class="explorer-plots">${names.map(figure).join("")}</div>
      <div class="explorer-rows" role="group" aria-label="Parameters"></div>
      <p class="explorer-refusal" role="alert" hidden></p>
      <p class="explorer-foot"></p>`;
    const refusal = holder.querySelector(".explorer-refusal");
    holder.querySelector(".explorer-foot").append(link);
    if (lead) holder.prepend(lead);
    let { point } = POINT.read(slots);

    function update() {
      const fixed = DYNAMICS.fixedPoints(point);
      const orbit = DYNAMICS.orbit(point, point.steps);
      const verdict = WORDS.verdict(point, fixed);
      const free = { ...point, clip: null };
      const others =
        point.clip === null || point.beta === 0 ? [] : [{ style: "free", orbit: DYNAMICS.orbit(free, point.steps) }];
      holder.querySelector(".explorer-verdict").innerHTML = WORDS.html(verdict);
      link.href = `${explorer}#${POINT.write(point)}`;
      for (const name of names) {
        const svg = document.getElementById(`${prefix}${name}`);
        PLOTS[name](svg, { point, fixed, orbit, others, height: HEIGHT });
        const words = SEEN[name] + (others.length && name !== "map" ? FREE : "");
        svg.setAttribute("aria-label", `${words} ${verdict}`);
        svg.parentElement.querySelector("figcaption").textContent = words;
      }
    }

    const show = CONTROLS.build(holder.querySelector(".explorer-rows"), prefix, sliders.split(" "), {
      change: (name, value) => {
        refusal.hidden = true;
        point = { ...point, [name]: value };
        show(point);
        update();
      },
      refuse: (name, sentence) => {
        refusal.hidden = false;
        refusal.textContent = `${sentence}; ${POINT.used(name, point)} is kept.`;
      },
    });
    show(point);
    new ResizeObserver(update).observe(holder.querySelector(".explorer-plots"));
    update();
  }

  document.querySelectorAll(".small-explorer").forEach(build);
})();
