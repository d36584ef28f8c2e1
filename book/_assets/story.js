// Story or Full: in Full all code and all checks are open. The choice is remembered, and an address can name it: ?view=full
const FOLDED = "details.hide, details.checks";
const asked = new URLSearchParams(location.search).get("view");
let view = asked ?? (() => { try { return localStorage.getItem("view"); } catch { return null; } })();

function show(button) {
  const full = view === "full";
  for (const fold of document.querySelectorAll(FOLDED)) fold.open = full;
  button.textContent = full ? "Full" : "Story";
  button.setAttribute("aria-pressed", full);
  button.title = full ? "Fold code and checks away" : "Open all code and checks";
}

document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector(".article-header-buttons");
  if (!place || !document.querySelector(FOLDED)) return;
  const button = Object.assign(document.createElement("button"), { className: "reading", type: "button" });
  button.addEventListener("click", () => {
    view = view === "full" ? "story" : "full";
    try { localStorage.setItem("view", view); } catch { /* a page opened from a file may have no storage */ }
    const address = new URL(location);
    address.searchParams.set("view", view);
    history.replaceState(null, "", address);
    show(button);
  });
  place.prepend(button);
  show(button);
});
