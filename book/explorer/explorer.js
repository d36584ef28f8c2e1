// The page: controls, URL, words, table and plots of one parameter point.
"use strict";

(() => {
  const PRESETS = [
    ["p_ref=0.2&beta=1&eps=1e-5", "Three fixed points, and training settles at the lowest"],
    ["p_ref=0.3&beta=2&eps=0.01", "One fixed point, far from 1 (E4)"],
    ["p_ref=0.001&beta=3&eps=1e-5", "A cycle of two values, from p_ref (E10)"],
    ["p_ref=0.001&beta=2.35&eps=1e-5", "A cycle of four"],
    ["p_ref=0.0001&beta=6&eps=1e-5&axes=log-odds", "A cycle of eight"],
    ["p_ref=0.0001&beta=5.4&eps=1e-5&axes=log-odds&steps=100", "No cycle that can be seen"],
    ["p_ref=0.0001&beta=5&eps=1e-5", "Figure 5, panel (5, 0.0001): from p_ref it jumps to almost 1"],
    ["p_ref=0.0001&beta=5&eps=1e-5&p_0=0.1&axes=log-odds&steps=50", "The same panel as printed, from 0.1 (E7, E8)"],
    ["p_ref=0.001&beta=6&eps=1e-5&alpha=0.5", "Two penalties calm the cycle of two (B4)"],
    ["p_ref=0.2&beta=5&eps=1e-5&alpha=0", "Mirror: it rises to 1"],
    ["p_ref=0.2&beta=1&eps=1e-5&weighting=Dr.+GRPO", "Dr. GRPO: one update and there"],
    ["p_ref=0.2&beta=1&eps=1e-5&weighting=MaxRL", "MaxRL: one fixed point, whatever the parameters"],
    ["p_ref=0.01&beta=0.5&eps=1e-5&weighting=PKPO+%28k%3D4%29", "Pass@4: it overshoots and never settles"],
  ];
  const COUNTS = ["No fixed point", "One fixed point", "Two fixed points", "Three fixed points"];
  const GRID = 800;
  const FAR = 12; // nats
  const { NUMBERS, CHOICES, number, small, success, signed } = POINT;
  const { sigmoid } = FORMULAS;
  const at = (id) => document.getElementById(`explorer-${id}`);
  let point = POINT.initial();

  // ---- words

  function summary(fixed) {
    const { mirror, reference, both } = FORMULAS.weightings[point.weighting];
    const name = point.alpha === 0 ? mirror : point.alpha === 1 ? reference : `${both} (α = ${point.alpha})`;
    const each = fixed.map((f) => `${success(f.L)} ${DYNAMICS.pull(f)}`);
    const count = point.alpha === 0 ? "No fixed point between 0 and 1" : COUNTS[fixed.length];
    const origin = point.p_0 === null ? `p_ref = ${number(point.p_ref)}` : `p_0 = ${number(point.p_0)}`;
    return `${name}. ${count}: ${each.join(", ")}. From ${origin} training ${end(fixed)}.`;
  }

  function end(fixed) {
    const verdict = DYNAMICS.fate(point, fixed);
    if (verdict === "top") return `${point.p_0 === null ? "jumps past the middle one at once and " : ""}climbs to ${success(fixed[2].L)}`;
    if (verdict === "lowest" || verdict === "only") return `settles at ${success(fixed[0].L)}`;
    const found = DYNAMICS.outcome(point, fixed);
    if (found.rising) return "rises towards 1 at every update";
    const never = verdict === "never";
    if (found.fixed !== undefined && !never) return `settles at ${success(fixed[found.fixed].L)}`;
    const updates = `${DYNAMICS.SETTLING.toLocaleString("en")} updates`;
    const cycle = `on a cycle of up to ${DYNAMICS.LONGEST} values`;
    if (!found.cycle) return never ? `never settles, nor is it ${cycle} after ${updates}` : `has not settled after ${updates}, nor ${cycle}`;
    const values = found.cycle.map(success);
    const shown = values.length > 8 ? `${values[0]} to ${values[values.length - 1]}` : values.join(", ");
    return `${never ? "never settles: it " : ""}ends on a cycle of ${values.length} values: ${shown}`;
  }

  function table(fixed) {
    const rows = fixed.map(({ L, slope }) => {
      const row = document.createElement("tr");
      for (const text of [success(L), small(-L), signed(L), signed(slope), DYNAMICS.pull({ slope })]) row.insertCell().textContent = text;
      return row;
    });
    at("table").tBodies[0].replaceChildren(...rows);
  }

  // ---- plots

  // Those that attract last and smaller, so that two at almost the same place are seen as two.
  const dots = (fixed, place) =>
    ["repels", "attracts"].map((style) => ({
      style,
      dots: fixed.filter((f) => (DYNAMICS.attracts(f) ? "attracts" : "repels") === style).map(place),
    }));

  // Log-odds to show: the orbit's, and the fixed points that are not so far off that they would flatten it.
  function reach(orbit, fixed) {
    const { low, high } = PLOT.range(orbit);
    return PLOT.range([...orbit, ...fixed.map(({ L }) => L).filter((L) => L > low - FAR && L < high + FAR)]);
  }

  function drawMap(orbit, fixed) {
    const odds = point.axes === "log-odds";
    const scale = odds ? (L) => L : sigmoid;
    const finite = fixed.filter(({ L }) => !odds || Number.isFinite(L));
    const seen = odds ? reach(orbit, fixed) : PLOT.range([0, 1]);
    const [low, high] = odds ? [seen.low, seen.high] : [-20, 20];
    const curve = [];
    for (let i = 0; i <= GRID; i++) {
      const L = low + ((high - low) * i) / GRID;
      curve.push([scale(L), scale(DYNAMICS.step(L, point))]);
    }
    const web = [[scale(orbit[0]), odds ? seen.low : 0]];
    for (let n = 1; n < orbit.length; n++) {
      web.push([scale(orbit[n - 1]), scale(orbit[n])], [scale(orbit[n]), scale(orbit[n])]);
    }
    PLOT.draw(at("map"), {
      height: 310,
      x: { ...seen, label: odds ? "log-odds before the update (nats)" : "success before the update, p" },
      y: { ...seen, label: odds ? "log-odds after it (nats)" : "success after it, h(p)" },
      marks: [
        { style: "diagonal", line: [[seen.low, seen.low], [seen.high, seen.high]] },
        { style: "web", line: web },
        { style: "curve", line: curve },
        ...dots(finite, ({ L }) => [scale(L), scale(L)]),
      ],
    });
  }

  function drawOrbit(svg, orbit, fixed, scale, y) {
    const states = orbit.map((L, n) => [n, scale(L)]);
    const ends = fixed.map(({ L, slope }) => ({
      style: DYNAMICS.attracts({ slope }) ? "level attracting" : "level",
      line: [[-1, scale(L)], [2 * orbit.length, scale(L)]],
    }));
    const x = { ...PLOT.range([0, orbit.length - 1]), label: "update, n" };
    PLOT.draw(svg, { x, y, height: 230, marks: [...ends, { style: "web", line: states }, { style: "state", dots: states }] });
  }

  function draw() {
    const fixed = DYNAMICS.fixedPoints(point);
    const orbit = DYNAMICS.orbit(point, point.steps);
    const shown = orbit.filter(Number.isFinite); // a bowl's leaves the floats
    const finite = fixed.filter(({ L }) => Number.isFinite(L));
    const text = summary(fixed);
    at("summary").textContent = text;
    table(fixed);
    drawMap(shown, fixed);
    drawOrbit(at("rate"), orbit, fixed, sigmoid, { ...PLOT.range([0, 1]), label: "success rate" });
    drawOrbit(at("odds"), shown, finite, (L) => L, { ...reach(shown, fixed), label: "log-odds of success (nats)" });
    at("map").setAttribute("aria-label", `The map, the diagonal and the orbit between them. ${text}`);
    const last = orbit[orbit.length - 1];
    const course = `from ${success(orbit[0])} to ${success(last)} after ${point.steps} updates`;
    at("rate").setAttribute("aria-label", `Success rate along the orbit, ${course}.`);
    at("odds").setAttribute("aria-label", `Log-odds of success along the orbit, from ${signed(orbit[0])} to ${signed(last)}.`);
  }

  // ---- controls

  // Everything that shows a value, set to the point's; the field that is being typed in is left alone.
  function show() {
    for (const [name, { place, about }] of Object.entries(NUMBERS)) {
      const value = point[name] ?? point.p_ref;
      const slider = at(`${name}-slider`);
      slider.value = place(value);
      slider.setAttribute("aria-valuetext", `${number(value)}, ${about}`);
      const field = at(name);
      if (field !== document.activeElement) {
        field.value = point[name] === null ? "" : number(point[name]);
        field.removeAttribute("aria-invalid");
      }
    }
    for (const name of Object.keys(CHOICES)) at(name).value = point[name];
    draw();
  }

  function refuse(sentences) {
    at("refusal").textContent = sentences.join(" ");
    at("refusal").hidden = sentences.length === 0;
  }

  function change(name, value) {
    refuse([]);
    point = { ...point, [name]: value };
    history.replaceState(null, "", `#${POINT.write(point)}`);
    show();
  }

  function type(name, field) {
    const cleared = name === "p_0" && field.value.trim() === "";
    const { value, refusal } = cleared ? { value: null } : POINT.parse(name, field.value);
    field.setAttribute("aria-invalid", refusal !== undefined);
    if (refusal === undefined) change(name, value);
    else refuse([`${refusal}; ${POINT.used(name, point)} is kept.`]);
  }

  function load() {
    const { point: given, refusals } = POINT.read(location.hash.slice(1) || location.search);
    point = given;
    refuse(refusals);
    show();
  }

  async function copy() {
    const address = `${location.href.split("#")[0].split("?")[0]}#${POINT.write(point)}`;
    try {
      await navigator.clipboard.writeText(address);
      at("copied").textContent = "Copied.";
    } catch {
      history.replaceState(null, "", address);
      at("copied").textContent = "It is in the address bar, to be copied there.";
    }
  }

  function build() {
    for (const [name, { label, about, low, high, step, value }] of Object.entries(NUMBERS)) {
      const row = document.createElement("div");
      row.innerHTML = `<label for="explorer-${name}"><b>${label}</b> ${about}</label>
        <input type="range" id="explorer-${name}-slider" min="${low}" max="${high}" step="${step}" aria-label="${name}: ${about}">
        <input type="text" id="explorer-${name}" inputmode="decimal" autocomplete="off" spellcheck="false" size="9">`;
      const [slider, field] = row.querySelectorAll("input");
      if (name === "p_0") field.placeholder = "p_ref";
      slider.addEventListener("input", () => change(name, value(slider.valueAsNumber)));
      field.addEventListener("input", () => type(name, field));
      field.addEventListener("blur", show);
      at("controls").append(row);
    }
    for (const [name, { label, options }] of Object.entries(CHOICES)) {
      const row = document.createElement("div");
      row.innerHTML = `<label for="explorer-${name}">${label}</label><select id="explorer-${name}"></select>`;
      const select = row.querySelector("select");
      select.append(...options.map((option) => new Option(option)));
      select.addEventListener("change", () => change(name, select.value));
      at("controls").append(row);
    }
    for (const [address, about] of PRESETS) {
      const link = document.createElement("a");
      link.href = `#${address}`;
      link.textContent = about;
      const item = document.createElement("li");
      item.append(link);
      at("presets").append(item);
    }
    at("copy").addEventListener("click", copy);
    window.addEventListener("hashchange", () => /^$|=/.test(location.hash) && load()); // not for an ordinary anchor
  }

  build();
  load();
})();
