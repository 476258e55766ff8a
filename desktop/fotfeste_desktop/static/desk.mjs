// Manners of the window: keys that web views lack, text size that is remembered, and a status line that stays true.

const line = document.querySelector("#line");
const EVERY = 20_000;

const refresh = async () => {
  try {
    const reply = await fetch(line.dataset.at);
    const words = (await reply.text()).trim();
    // a live region speaks when it changes: never write the same words again
    if (reply.ok && words !== line.textContent.trim()) line.textContent = words;
  } catch {
    // the program behind the page is closing
  }
};

let zoom = Number(line?.dataset.zoom);

const show = () => {
  document.documentElement.style.fontSize = zoom === 100 ? "" : `${zoom}%`;
};

const zoomTo = (wish) => {
  zoom = Math.min(200, Math.max(80, wish));
  show();
  const body = new URLSearchParams({ zoom, csrf_token: line.dataset.token });
  fetch("/settings/zoom", { method: "POST", body, keepalive: true });
};

const keys = {
  "+": () => zoomTo(zoom + 10),
  "=": () => zoomTo(zoom + 10),
  "-": () => zoomTo(zoom - 10),
  0: () => zoomTo(100),
  s: () => document.querySelector("main form[data-facts]")?.requestSubmit(),
  n: () => location.assign("/sessions/new"),
  p: () => print(),
};

if (line) addEventListener("keydown", (event) => {
  const act = (event.ctrlKey || event.metaKey) && !event.altKey && keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

if (line) {
  show();
  setInterval(refresh, EVERY);
  addEventListener("focus", refresh);
}
