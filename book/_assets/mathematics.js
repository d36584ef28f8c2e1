// Typeset what is on the screen and show it; then the rest, piece by piece, so that the page can be scrolled meanwhile.
const AT_A_TIME = 30;
const SMALLEST = 0.7;  // of its size, for a formula that is wider than its place
const BEFORE = /[([“‘]+$/, AFTER = /^[\])”’.,;:!?]+/;

const isSeen = element => {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};
const shown = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));

// No line ends between a formula and the bracket before it or the comma after it.
function keepTogether(formula) {
  const { previousSibling: before, nextSibling: after } = formula;
  const opened = before?.nodeType === Node.TEXT_NODE ? BEFORE.exec(before.data)?.[0] ?? "" : "";
  const closed = after?.nodeType === Node.TEXT_NODE ? AFTER.exec(after.data)?.[0] ?? "" : "";
  if (!opened && !closed) return;
  const whole = Object.assign(document.createElement("span"), { className: "together" });
  formula.replaceWith(whole);
  whole.append(opened, formula, closed);
  if (opened) before.data = before.data.slice(0, -opened.length);
  if (closed) after.data = after.data.slice(closed.length);
}

// A formula that is too wide is set smaller; what does not fit even so is scrolled to.
function fit(formulas) {
  for (const formula of formulas) formula.style.fontSize = "";
  const sizes = formulas.map(formula => {
    const width = formula.querySelector("mjx-math")?.getBoundingClientRect().width;
    return formula.clientWidth && width > formula.clientWidth + 1 ? formula.clientWidth / width : 1;
  });
  formulas.forEach((formula, n) => {
    if (sizes[n] < 1) formula.style.fontSize = `${Math.max(Math.floor(100 * sizes[n]), 100 * SMALLEST)}%`;
  });
}

async function typeset(formulas) {
  await MathJax.typesetPromise(formulas);
  fit(formulas);
}

async function pageReady() {
  document.querySelectorAll("span.math").forEach(keepTogether);
  const formulas = [...document.querySelectorAll(".math")];
  const seen = formulas.filter(isSeen);
  await typeset(seen);
  const rest = formulas.filter(formula => !seen.includes(formula));
  while (rest.length) {
    await shown();
    await typeset(rest.splice(0, AT_A_TIME));
  }
  addEventListener("resize", () => fit(formulas));
  document.addEventListener("toggle", ({ target }) => fit([...target.querySelectorAll(".math")]), true);
}
window.MathJax = { ...window.MathJax, startup: { pageReady } };
