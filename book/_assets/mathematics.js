// Typeset what is on the screen and show it; then the rest, piece by piece, so that the page can be scrolled meanwhile.
const AT_A_TIME = 30;

const isSeen = element => {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};
const shown = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));

async function typeset(formulas) {
  await MathJax.typesetPromise(formulas);
  fit(formulas, SMALLEST.formula);  // of wide.js
}

async function pageReady() {
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
