// Manners of the window: keys that web views lack, text size that is remembered, and a status line that stays true.
import "./hurry.mjs";

const line = document.querySelector("#line");
const undo = document.querySelector("#undo");
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

const post = (address, fields) => {
  const body = new URLSearchParams({ ...fields, csrf_token: line.dataset.token });
  return fetch(address, { method: "POST", body, keepalive: true });
};

const zoomTo = (wish) => {
  zoom = Math.min(200, Math.max(80, wish));
  show();
  post("/settings/zoom", { zoom });
};

const lock = async () => {
  await post("/lock", {});
  location.assign("/");
};

const form = () => document.querySelector("main form[data-facts]");

const keys = {
  "+": () => zoomTo(zoom + 10),
  "=": () => zoomTo(zoom + 10),
  "-": () => zoomTo(zoom - 10),
  0: () => zoomTo(100),
  1: () => location.assign("/"),
  2: () => location.assign("/pairings"),
  3: () => location.assign("/waiting"),
  s: () => form()?.requestSubmit(),
  Enter: () => form()?.requestSubmit(),
  n: () => location.assign("/sessions/new"),
  l: lock,
  p: () => print(),
  z: () => undo.requestSubmit(),
};

const writing = (field) => field.matches("textarea, input:not([type=radio], [type=checkbox]), select");

const pressed = (event) => {
  if (event.key === "F1" || (event.key === "?" && !writing(event.target))) return () => location.assign("/keys");
  if (event.key === "Escape" && event.target.type !== "date") {
    const back = form()?.querySelector(".actions a");
    return back && (() => back.click());
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  // what is typed is undone by the field itself
  if (event.key === "z" && (!undo || writing(event.target))) return undefined;
  return keys[event.key];
};

if (line) {
  show();
  setInterval(refresh, EVERY);
  addEventListener("focus", refresh);
  addEventListener("keydown", (event) => {
    const act = pressed(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

if (undo) setTimeout(() => undo.remove(), Number(undo.dataset.for));
