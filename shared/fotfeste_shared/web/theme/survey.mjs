// The phone page: one theme at a time, a draft that survives, and a receipt made before the first try to send.
import { holds } from "./asking.mjs";
import { given, isBox, keepWithin, offerTicked } from "./questions.mjs";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const newCode = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte, n) => (n && n % 4 === 0 ? "-" : "") + LETTERS[byte & 31]).join("");

// The link itself is not written to the phone, only a number made from it.
const key = `svar-${[...location.pathname].reduce((sum, c) => Math.imul(sum ^ c.codePointAt(), 0x5bd1e995) >>> 0, 7)}`;
const store = (verb, text) => {
  try {
    return localStorage[verb](key, text);
  } catch {
    return null; // storage is shut off: the page works, only the draft is lost
  }
};

const start = (form) => {
  const all = (selector, root = form) => [...root.querySelectorAll(selector)];
  const [next, send, back] = all(".go button");
  const status = form.querySelector("[role=status]");
  const themes = all("section");
  const intro = document.querySelector("[data-intro]");
  let page = 0;

  const facts = new Map(Object.entries(JSON.parse(form.dataset.facts)));

  // One pass from top to bottom is enough here: anonymous forms have no conditions inside rows.
  const look = (changed) => {
    const seen = new Map();
    for (const place of all("[data-q]")) {
      const { q: code, askIf, most, among } = place.dataset;
      const asked = !askIf || holds(JSON.parse(askIf), (name) => seen.get(name), facts);
      place.hidden = !asked;
      for (const field of all("input, textarea", place)) field.disabled = !asked;
      if (most) keepWithin(place, changed);
      if (among) offerTicked(place, seen.get(among));
      if (asked) seen.set(code, given(place));
    }
  };

  const pages = () => themes.filter((theme) => all("[data-q]:not([hidden])", theme).length);
  const save = () => store("setItem", JSON.stringify([...new FormData(form)]));

  const tidy = (changed) => {
    look(changed);
    for (const clear of all(".c")) clear.hidden = !clear.parentNode.querySelector(":checked");
    const shown = pages();
    page = Math.max(0, Math.min(page, shown.length - 1));
    for (const theme of themes) theme.hidden = theme !== shown[page];
    const where = shown[page].querySelector("small");
    const counts = [page + 1, shown.length];
    where.textContent = where.textContent.replace(/\d+/g, () => counts.shift());
    back.hidden = !page;
    next.hidden = page > shown.length - 2;
    send.hidden = !next.hidden;
    intro.hidden = page;
  };

  const turn = (to) => {
    const wrong = form.querySelector("section:not([hidden]) :invalid");
    if (to > page && wrong) return wrong.reportValidity();
    location.hash = to || "";
  };

  const submit = async () => {
    form.receipt.value ||= newCode();
    save();
    status.textContent = status.dataset.sending;
    send.disabled = true;
    let main;
    let reply;
    try {
      const body = new URLSearchParams(new FormData(form));
      reply = await fetch(location.href, { method: "POST", body, signal: AbortSignal.timeout(30000) });
      // A hotel's log-in page also answers: only a page of ours tells that the answers have arrived.
      main = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("main[data-word]");
    } catch {
      main = null; // no network: the same as no word
    }
    send.disabled = false;
    if (!main || reply.status > 499) {
      status.textContent = status.dataset.unsent;
      send.focus();
      return;
    }
    // The draft gives way to a mark: the page is the same for everybody, so only the phone knows that it answered.
    if (reply.status !== 422) store("setItem", 0);
    history.replaceState(0, "", "#");
    document.querySelector("main").replaceWith(main);
    main.querySelector("h1").focus();
    scrollTo(0, 0);
    begin();
  };

  for (const group of all("fieldset:has([type=radio])")) {
    const clear = document.createElement("button");
    Object.assign(clear, { type: "button", className: "c", textContent: form.dataset.clear });
    clear.onclick = () => {
      for (const radio of all("input", group)) radio.checked = false;
      group.querySelector("input").focus();
      tidy();
      save();
    };
    if (!group.querySelector("fieldset")) group.append(clear);
  }
  const kept = JSON.parse(store("getItem"));
  intro.firstElementChild.hidden = kept !== 0;
  for (const [name, value] of kept || []) {
    for (const field of all(`[name="${name}"]`)) {
      if (isBox(field)) field.checked ||= field.value === value;
      else field.value = value;
    }
  }
  form.noValidate = true;
  form.oninput = (event) => {
    tidy(event.target);
    save();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (send.hidden) turn(page + 1);
    else submit();
  };
  back.onclick = () => turn(page - 1);
  next.onclick = () => turn(page + 1);
  onhashchange = () => {
    page = +location.hash.slice(1);
    tidy();
    const heading = form.querySelector("section:not([hidden]) h2");
    heading.focus();
    heading.scrollIntoView();
  };
  page = Math.max(+location.hash.slice(1), themes.findIndex((theme) => theme.querySelector("[aria-invalid]")));
  tidy();
};

const begin = () => {
  const form = document.querySelector("form[data-facts]");
  if (form) start(form);
};
begin();
