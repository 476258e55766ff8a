// A questionnaire on the page: hides what is not asked, and keeps choices within their limits.
import { walk } from "./asking.mjs";

const all = (selector, root) => [...root.querySelectorAll(selector)];

// Questions and rows that belong to this level, not to rows inside it.
const own = (selector, root) =>
  all(selector, root).filter((each) => each.parentNode.closest("[data-q], [data-row], form") === root);

const given = (place) => {
  const { kind, decimals } = place.dataset;
  const filled = all("input, select, textarea", place)
    .filter((each) => (/radio|checkbox/.test(each.type) ? each.checked : each.value.trim()))
    .map((each) => each.value.trim());
  if (kind === "choices") return filled;
  const [first] = filled;
  if (kind === "scale" && /^-?\d+$/.test(first)) return +first;
  if (kind === "number" && first) return Math.round(+first.replace(/\s/g, "").replace(",", ".") * 10 ** (decimals || 0));
  return first;
};

// Reads one level of the page in the shapes that the judge and its twin know.
const level = (root, path, places) => {
  const answers = new Map();
  const questions = own("[data-q]", root).map((place) => {
    const { q: code, kind, askIf } = place.dataset;
    const question = { code, kind, ask_if: askIf && JSON.parse(askIf) };
    places.set(path + code, place);
    if (kind === "rows") {
      const rows = own("[data-row]", place).map((row, n) => level(row, `${path}${code}/${n}/`, places));
      question.questions = rows[0]?.questions ?? [];
      answers.set(code, rows.map((row) => row.answers));
    } else {
      answers.set(code, given(place));
    }
    return question;
  });
  return { questions, answers };
};

const keepWithin = (group, changed) => {
  const alone = (box) => group.dataset.alone?.split(" ").includes(box.value);
  const boxes = all("input", group);
  if (changed?.checked && boxes.includes(changed)) {
    const parted = boxes.filter((box) => box !== changed && (alone(changed) || alone(box)));
    for (const box of parted) box.checked = false;
  }
  const full = boxes.filter((box) => box.checked).length >= +group.dataset.most;
  for (const box of boxes) box.disabled = group.hidden || (full && !box.checked);
};

const offerTicked = (group, answers) => {
  const ticked = answers.get(group.dataset.among) ?? [];
  for (const box of all("input", group)) {
    box.parentNode.hidden = !ticked.includes(box.value);
    if (box.parentNode.hidden) box.checked = false;
  }
};

/** Shows the questions that are asked now, given what is filled in; `changed` is the field just touched. */
export const look = (form, changed) => {
  const places = new Map();
  const { questions, answers } = level(form, "", places);
  walk(questions, answers, new Map(Object.entries(JSON.parse(form.dataset.facts))), (_, path, isAsked) => {
    const place = places.get(path);
    place.hidden = !isAsked;
    for (const field of all("input, select, textarea", place)) field.disabled = !isAsked;
  });
  for (const group of all("[data-most]", form)) keepWithin(group, changed);
  for (const group of all("[data-among]", form)) offerTicked(group, answers);
};
