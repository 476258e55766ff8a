// A questionnaire on the page: hides what is not asked, and keeps choices within their limits.
import { walk } from "./asking.mjs";

const all = (selector, root) => [...root.querySelectorAll(selector)];

// Questions and rows that belong to this level, not to rows inside it.
const own = (selector, root) =>
  all(selector, root).filter((each) => each.parentNode.closest("[data-q], [data-row], form") === root);

export const isBox = (field) => /radio|checkbox/.test(field.type);

/** Reads the answer of one question in the shape that conditions compare; undefined or an empty list for none. */
export const given = (place) => {
  const { kind } = place.dataset;
  const filled = all("input, select, textarea", place)
    .filter((field) => (isBox(field) ? field.checked : field.value.trim()))
    .map((field) => field.value.trim());
  if (kind === "choices") return filled;
  return /scale|number/.test(kind) && /^-?\d+$/.test(filled[0]) ? +filled[0] : filled[0];
};

// Numbers as people write them, scaled as the judge keeps them: `3,5` with one decimal is 35.
const scaled = (place) => {
  const [written] = all("input", place).map((field) => field.value.replace(/\s/g, "").replace(",", "."));
  return written && Math.round(written * 10 ** (place.dataset.decimals ?? 0));
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
      answers.set(code, place.dataset.kind === "number" ? scaled(place) : given(place));
    }
    return question;
  });
  return { questions, answers };
};

/** Ticks no more boxes than may be ticked, and none beside one that stands alone. */
export const keepWithin = (group, changed) => {
  const alone = (box) => group.dataset.alone?.split(" ").includes(box.value);
  const boxes = all("input", group);
  if (changed?.checked && boxes.includes(changed)) {
    const parted = boxes.filter((box) => box !== changed && (alone(changed) || alone(box)));
    for (const box of parted) box.checked = false;
  }
  const full = boxes.filter((box) => box.checked).length >= +group.dataset.most;
  for (const box of boxes) box.disabled = group.hidden || (full && !box.checked);
};

/** Offers among several only those that were ticked before. */
export const offerTicked = (group, ticked = []) => {
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
  for (const group of all("[data-among]", form)) offerTicked(group, answers.get(group.dataset.among));
};
