// A questionnaire filled in without a mouse and in a hurry: from question to question, answers by number.

const form = document.querySelector("main form[data-draft]");
const FIELDS = "input:not([type=hidden]), select, textarea";

const all = (selector, root) => [...root.querySelectorAll(selector)];
const open = (question) => question.offsetParent !== null && all(FIELDS, question).some((field) => !field.disabled);

// Questions as one meets them down the page; a group of rows is met through the questions inside it.
const questions = () => all("[data-q]", form).filter((each) => each.dataset.kind !== "rows" && open(each));

const filled = (field) => (/radio|checkbox/.test(field.type) ? field.checked : field.value !== "");
const isAnswered = (question) => all(FIELDS, question).some(filled);

const enter = (question) => {
  const fields = all(FIELDS, question).filter((field) => !field.disabled);
  const target = fields.find((field) => field.type === "radio" && field.checked) ?? fields[0];
  target.focus({ preventScroll: true });
  question.scrollIntoView({ block: "center" });
  if (/text|number/.test(target.type)) target.select();
};

const step = (by) => {
  const list = questions();
  const here = list.findIndex((each) => each.contains(document.activeElement));
  const next = here < 0 && by < 0 ? list.length - 1 : here + by;
  if (next >= list.length) form.querySelector(".actions button").focus();
  else if (next >= 0) enter(list[next]);
};

// Number keys choose among the options of the group one stands in.
const pick = (event) => {
  const group = /radio|checkbox/.test(event.target.type) && event.target.closest("fieldset");
  const box = group && all("input", group)[event.key - 1];
  if (!box || box.disabled) return false;
  box.focus();
  box.click();
  return true;
};

// What a number usually is, one press away; the browser's own list of them opens only where one knows of it.
const offer = (list) => {
  const field = form.querySelector(`[list="${CSS.escape(list.id)}"]`);
  const row = Object.assign(document.createElement("div"), { className: "quick" });
  row.setAttribute("aria-hidden", true); // a courtesy for the hand on the mouse: others type the number
  const mark = () => all("button", row).forEach((b) => b.classList.toggle("chosen", b.textContent === field.value));
  for (const option of all("option", list)) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: option.value });
    button.tabIndex = -1;
    button.addEventListener("click", () => {
      field.value = option.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    row.append(button);
  }
  field.removeAttribute("list");
  field.addEventListener("input", mark);
  list.replaceWith(row);
  mark();
};

const begin = () => {
  const first = questions().find((question) => !isAnswered(question));
  if (first) enter(first);
};

if (form) {
  all("datalist", form).forEach(offer);
  addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const moves = by && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (moves) step(by);
    const picks = /^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && pick(event);
    if (moves || picks) event.preventDefault();
  });
  // start where the first answer is missing, once the page's own script has hidden what is not asked
  if (!document.querySelector("#errors")) addEventListener("DOMContentLoaded", begin);
}
