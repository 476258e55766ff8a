// A named questionnaire on the page: shows what is asked, and keeps a draft where the page has a place for it.
import { look } from "./questions.mjs";

const QUIET = 600; // milliseconds without typing before a draft is kept

const isTouched = (field) => {
  if (field.matches("[type=hidden], button, fieldset")) return false;
  if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected));
  }
  return field.value !== field.defaultValue;
};

const start = (form) => {
  const status = form.querySelector("[data-saved]");
  let waiting;
  let before = Promise.resolve(); // one at a time: each goes on from the state that the one before it made

  const send = async () => {
    try {
      const body = new URLSearchParams(new FormData(form));
      const reply = await fetch(form.dataset.draft, { method: "POST", body, keepalive: `${body}`.length < 60_000 });
      const told = reply.status === 200 ? await reply.json() : {};
      if (told.draft && form.elements.draft) form.elements.draft.value = told.draft;
      status.textContent = told.words ?? (reply.ok ? status.dataset.saved : status.dataset.unsaved);
    } catch {
      status.textContent = status.dataset.unsaved; // the program behind the page is gone: the words stay on screen
    }
  };

  const keep = () => {
    waiting = undefined;
    before = before.then(send);
  };

  // On a slow computer somebody may have written before this script was there. Where a team writes together the
  // page waits for the next letter: there a browser may have put back what was written long ago.
  if (form.dataset.draft && !form.elements.draft && [...form.elements].some(isTouched)) waiting = setTimeout(keep, QUIET);
  look(form);
  form.addEventListener("input", (event) => {
    look(form, event.target);
    if (!form.dataset.draft) return;
    clearTimeout(waiting);
    waiting = setTimeout(keep, QUIET);
  });
  const settle = () => {
    clearTimeout(waiting);
    const was = waiting;
    waiting = undefined;
    return was;
  };
  form.addEventListener("submit", settle);
  // a person who leaves the page in the middle of a word has still written it
  addEventListener("pagehide", () => settle() && keep());
};

for (const form of document.querySelectorAll("form[data-facts]")) start(form);
document.querySelector("#errors")?.focus();
