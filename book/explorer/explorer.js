// The page: presets, URL, words, tables and plots of one parameter point.
"use strict";

(() => {
  const PRESETS = [
    ["p_ref=0.2&beta=1&eps=1e-5", "Three fixed points"],
    ["p_ref=0.3&beta=2&eps=0.01", "Only one, far from 1"],
    ["p_ref=0.0001&beta=5&eps=1e-5", "Jumps to the top"],
    ["p_ref=0.001&beta=3&eps=1e-5", "Never settles: two values"],
    ["p_ref=0.001&beta=2.35&eps=1e-5", "Four values"],
    ["p_ref=0.0001&beta=6&eps=1e-5&axes=log-odds", "Eight values"],
    ["p_ref=0.0001&beta=5.4&eps=1e-5&axes=log-odds&steps=100", "No cycle to be seen"],
    ["p_ref=0.0001&beta=5&eps=1e-5&p_0=0.1&axes=log-odds&steps=50", "Another start, another end"],
    ["p_ref=0.001&beta=3&eps=1e-5&clip=0.2&axes=log-odds&steps=60", "A clip holds it back"],
    ["p_ref=0.001&beta=6&eps=1e-5&alpha=0.5", "Two penalties calm it"],
    ["p_ref=0.2&beta=5&eps=1e-5&alpha=0", "Mirror: up to 1"],
    ["p_ref=0.01&beta=0&eps=1e-5&clip=0.2&steps=10", "No penalty, clipped"],
    ["p_ref=0.01&beta=1&eps=1e-5&group_size=16", "Groups of 16"],
    ["p_ref=0.2&beta=1&eps=1e-5&weighting=Dr.+GRPO", "Dr. GRPO"],
    ["p_ref=0.2&beta=1&eps=1e-5&weighting=MaxRL", "MaxRL"],
    ["p_ref=0.01&beta=0.5&eps=1e-5&weighting=PKPO+%28k%3D4%29", "Pass@4 overshoots"],
  ];
  const PLOTS = [
    ["map", "Update"],
    ["fates", "Fates"],
    ["rate", "Run"],
    ["odds", "Log-odds"],
  ];
  const HEIGHTS = { map: 250, fates: 250, rate: 190, odds: 190 };
  const LOW = 220; // of a plot on a phone
  const { NUMBERS, CHOICES, number, small, success, signed } = POINT;
  const { sigmoid } = FORMULAS;
  const at = (id) => document.getElementById(`explorer-${id}`);
  const narrow = matchMedia("(max-width: 48rem)");
  let point = POINT.initial();
  let told = {}; // what is known of the point: its fixed points, its orbit, the verdict

  const height = (name) => (narrow.matches ? LOW : HEIGHTS[name]);

  // ---- words and tables

  function cells(row, texts) {
    for (const text of texts) row.insertCell().textContent = text;
    return row;
  }

  function tables() {
    const { fixed, orbit } = told;
    const rows = (items, texts) => items.map((item, i) => cells(document.createElement("tr"), texts(item, i)));
    at("table").tBodies[0].replaceChildren(
      ...rows(fixed, ({ L, slope }) => [success(L), small(-L), signed(L), signed(slope), DYNAMICS.pull({ slope })]),
    );
    at("orbit").tBodies[0].replaceChildren(...rows(orbit, (L, n) => [n, success(L), small(-L), signed(L)]));
    const looked = DYNAMICS.searched(point) ? ", looked for at places a twentieth of a nat apart" : "";
    at("table").caption.textContent = `Fixed points${looked}`;
    const followed = FATES.theorem(point)
      ? ""
      : ` Each run was followed for ${FATES.FOLLOWED} updates: never means not by then.`;
    at("followed").textContent = followed;
  }

  function say() {
    const { verdict, places } = told;
    at("summary").innerHTML = `<strong>${WORDS.html(verdict)}</strong> <span>${WORDS.html(places)}</span>`;
    const { orbit } = told;
    const last = orbit[orbit.length - 1];
    const course = `from ${success(orbit[0])} to ${success(last)} after ${point.steps} updates`;
    at("map").setAttribute("aria-label", `The map, the diagonal and the orbit between them. ${verdict} ${places}`);
    at("rate").setAttribute("aria-label", `Success rate along the orbit, ${course}.`);
    at("odds").setAttribute(
      "aria-label",
      `Log-odds of success along the orbit, from ${signed(orbit[0])} to ${signed(last)}.`,
    );
  }

  // ---- plots

  function draw(until) {
    const shown = { point, ...told, until };
    VIEWS.map(at("map"), { ...shown, height: height("map") });
    VIEWS.course(at("rate"), { ...shown, height: height("rate") });
    VIEWS.course(at("odds"), { ...shown, height: height("odds") }, true);
  }

  const reset = PLAYER.build(at("player"), "explorer-", {
    draw,
    length: () => point.steps,
    say: (n) => `update ${n}: ${success(told.orbit[n])}`,
  });

  function update() {
    const fixed = DYNAMICS.fixedPoints(point);
    told = {
      fixed,
      orbit: DYNAMICS.orbit(point, point.steps),
      verdict: WORDS.verdict(point, fixed),
      places: WORDS.places(point, fixed),
    };
    reset();
    say();
    tables();
    draw(point.steps);
    FATES.draw(at("fates"), point, told.verdict, height("fates"));
  }

  // ---- controls

  const show = CONTROLS.build(at("controls"), "explorer-", [...Object.keys(NUMBERS), ...Object.keys(CHOICES)], {
    change: (name, value) => move({ [name]: value }, name),
    refuse: (name, refusal) => refuse([`${refusal}; ${POINT.used(name, point)} is kept.`]),
  });

  function refuse(sentences) {
    at("refusal").textContent = sentences.join(" ");
    at("refusal").hidden = sentences.length === 0;
  }

  function move(values, name) {
    const { point: mended, note } = POINT.together({ ...point, ...values }, name);
    point = mended;
    refuse(note ? [note] : []);
    history.replaceState(null, "", `#${POINT.write(point)}`);
    show(point);
    update();
  }

  function load() {
    const { point: given, refusals } = POINT.read(location.hash.slice(1) || location.search);
    point = given;
    refuse(refusals);
    show(point);
    update();
  }

  // ---- what a reader takes along

  async function copy(text, where) {
    try {
      await navigator.clipboard.writeText(text);
      at("copied").textContent = "Copied.";
      at("text").hidden = true;
    } catch {
      at("text").hidden = false;
      at("text").textContent = text;
      at("copied").textContent = where;
    }
  }

  const here = () => `${location.href.split("#")[0].split("?")[0]}#${POINT.write(point)}`;
  const below = "The browser does not let it be copied: here it is.";
  const TAKEN = [
    ["copy", "Copy link", () => copy(here(), below)],
    ["python", "Copy as Python", () => copy(TAKE.python(point), below)],
    ["bibtex", "Copy BibTeX", () => copy(TAKE.bibtex(point, told.verdict), below)],
    ["csv", "CSV", () => TAKE.download("explorer.csv", "text/csv", TAKE.csv(point, told.fixed, told.orbit))],
  ];

  function press(holder, id, text, action, label) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      id: `explorer-${id}`,
      textContent: text,
    });
    if (label) button.setAttribute("aria-label", label);
    button.addEventListener("click", action);
    holder.append(button);
    return button;
  }

  // On a phone one plot is seen at a time.
  function choose(name) {
    for (const [other] of PLOTS) {
      at(other)
        .closest("figure")
        .classList.toggle("chosen", other === name);
      at(`tab-${other}`).setAttribute("aria-pressed", other === name);
    }
    if (told.orbit) update();
  }

  function build() {
    for (const [address, about] of PRESETS) {
      const link = Object.assign(document.createElement("a"), { href: `#${address}`, textContent: about });
      const item = document.createElement("li");
      item.append(link);
      at("presets").append(item);
    }
    for (const [id, text, action] of TAKEN) press(at("take"), id, text, action);
    for (const [name, text] of PLOTS) {
      press(at("tabs"), `tab-${name}`, text, () => choose(name));
      const save = () =>
        TAKE.download(`explorer-${name}.svg`, "image/svg+xml", TAKE.svg(at(name), point, told.verdict));
      press(
        at(name).closest("figure").querySelector("figcaption"),
        `svg-${name}`,
        "SVG",
        save,
        `Save the plot “${text}” as SVG`,
      );
    }
    choose("rate");
    FATES.hold(at("fates"), move);
    window.addEventListener("hashchange", () => /^$|=/.test(location.hash) && load()); // not for an ordinary anchor
    new ResizeObserver(() => told.orbit && update()).observe(at("plots"));
  }

  build();
  load();
})();
