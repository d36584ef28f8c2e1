// Typeset what is on the screen and show it; then the rest, piece by piece, so that the page can be scrolled meanwhile.
const AT_A_TIME = 30;
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

async function typeset(formulas) {
  await MathJax.typesetPromise(formulas);
  fit("formula", formulas);  // of wide.js
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
  fitTables();
}
window.MathJax = { ...window.MathJax, startup: { pageReady } };
