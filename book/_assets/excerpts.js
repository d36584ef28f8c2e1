// What the search shows of a page: its prose, without menus and folded code. In a copy opened from a file no page can be
// fetched, and Sphinx would show titles alone: each page is opened in a frame, which hands itself over and stops there.
const FROM_FILE = location.protocol === "file:";

function prose(html, anchor) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const other of page.querySelectorAll(".headerlink, script, style, nav, .cell_input")) other.remove();
  return ((anchor && page.querySelector(`article ${anchor}`)) || page.querySelector("article")).textContent;
}

const handedOver = url => new Promise(resolve => {
  const frame = Object.assign(document.createElement("iframe"), { hidden: true, src: url });
  addEventListener("message", function take({ source, data }) {
    if (source !== frame.contentWindow) return;
    removeEventListener("message", take);
    frame.remove();
    resolve({ text: () => data });
  });
  document.body.append(frame);
});

if (location.pathname.endsWith("/search.html")) {
  document.addEventListener("DOMContentLoaded", () => { Search.htmlToText = prose; }, { once: true });
  let before = Promise.resolve();
  if (FROM_FILE) window.fetch = url => (before = before.then(() => handedOver(url)));
} else if (FROM_FILE && parent !== window) {
  document.addEventListener("readystatechange", () => {
    parent.postMessage(document.documentElement.outerHTML, "*");
    stop();
  }, { once: true });
}
