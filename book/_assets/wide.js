// What is wider than its place fades at the right edge as long as there is more to see.
const WIDE = ".pst-scrollable-table-container, div.math, div.output.text_html, figure";

function cue(place) {
  const left = place.scrollWidth - place.clientWidth - place.scrollLeft;
  place.classList.toggle("more", left > 1);
}

addEventListener("load", () => {
  const seen = new ResizeObserver(entries => { for (const { target } of entries) cue(target); });
  for (const place of document.querySelectorAll(WIDE)) {
    seen.observe(place);
    place.addEventListener("scroll", () => cue(place), { passive: true });
  }
});
