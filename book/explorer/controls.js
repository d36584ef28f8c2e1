// The sliders, fields and choices of a point: made, set to its values, and listened to.
"use strict";

const CONTROLS = (() => {
  const { NUMBERS, CHOICES, number } = POINT;

  // Fills a holder with a row for each of the parameters named. Ids begin with `prefix`. `change(name, value)` is told a
  // new value, `refuse(sentence)` a bad one. Returns `show(point)`, which sets all rows to a point.
  function build(holder, prefix, names, { change, refuse }) {
    const rows = names.map((name) => (NUMBERS[name] ? numeric : choice)(holder, prefix, name, change, refuse));
    return (point) => rows.forEach((show) => show(point));
  }

  function row(holder, prefix, name, inside) {
    const { label, about, tip } = NUMBERS[name] ?? CHOICES[name];
    const made = document.createElement("div");
    made.className = "explorer-row";
    const words = about ? `<b class="symbol">${WORDS.html(label)}</b> ${WORDS.html(about)}` : WORDS.html(label);
    made.innerHTML = `<label for="${prefix}${name}">${words}</label>${inside}
      <span role="tooltip" id="${prefix}${name}-tip">${WORDS.html(tip)}</span>`;
    for (const control of made.querySelectorAll("input, select"))
      control.setAttribute("aria-describedby", `${prefix}${name}-tip`);
    made.addEventListener("keydown", (event) => made.classList.toggle("told", event.key !== "Escape"));
    holder.append(made);
    return made;
  }

  function numeric(holder, prefix, name, change, refuse) {
    const { about, low, high, step, place, value, without } = NUMBERS[name];
    const [slider, field] = row(
      holder,
      prefix,
      name,
      `
      <input type="range" id="${prefix}${name}-slider" min="${low}" max="${high}" step="${step}">
      <input type="text" id="${prefix}${name}" inputmode="decimal" autocomplete="off" spellcheck="false" size="9">`,
    ).querySelectorAll("input");
    slider.setAttribute("aria-label", `${name}: ${about}`);
    if (without) field.placeholder = without;
    slider.addEventListener("input", () => change(name, value(slider.valueAsNumber)));
    field.addEventListener("input", () => {
      const cleared = without && field.value.trim() === "";
      const read = cleared ? { value: null } : POINT.parse(name, field.value);
      field.setAttribute("aria-invalid", read.refusal !== undefined);
      if (read.refusal === undefined) change(name, read.value);
      else refuse(name, read.refusal);
    });
    let last;
    const show = (point) => {
      last = point;
      const shown = point[name] ?? (name === "p_0" ? point.p_ref : null);
      slider.value = place(shown);
      slider.setAttribute("aria-valuetext", `${shown === null ? without : number(shown)}, ${about}`);
      if (field === document.activeElement) return; // it is being typed in
      field.value = point[name] === null ? "" : number(point[name]);
      field.removeAttribute("aria-invalid");
    };
    field.addEventListener("blur", () => show(last));
    return show;
  }

  function choice(holder, prefix, name, change) {
    const select = row(holder, prefix, name, `<select id="${prefix}${name}"></select>`).querySelector("select");
    select.append(...CHOICES[name].options.map((option) => new Option(option)));
    select.addEventListener("change", () => change(name, POINT.parse(name, select.value).value));
    return (point) => {
      select.value = point[name] ?? CHOICES[name].options[0];
    };
  }

  return { build };
})();
