const holds = (condition, seen, facts) => {
if ("all" in condition) return condition.all.every((part) => holds(part, seen, facts));
if ("any" in condition) return condition.any.some((part) => holds(part, seen, facts));
if ("not" in condition) return !holds(condition.not, seen, facts);
const answer = "context" in condition ? facts.get(condition.context) : seen(condition.question);
if ("is" in condition) return answer === condition.is;
if ("includes" in condition) return Array.isArray(answer) && answer.includes(condition.includes);
if (typeof answer !== "number") return false;
return "at_least" in condition ? answer >= condition.at_least : answer <= condition.at_most;
};
const isText = (answer) => typeof answer === "string";
const fits = (kind, answer) => {
if (kind === "number") return Number.isInteger(answer);
if (kind === "scale") return Number.isInteger(answer) || isText(answer);
if (kind === "choices") return Array.isArray(answer) && answer.every(isText);
if (kind === "rows") return Array.isArray(answer) && answer.every((row) => row instanceof Map);
return kind !== "info" && isText(answer);
};
const walk = (questions, answers, facts, tell, above = () => undefined, path = "", open = true) => {
const own = new Map();
const seen = (name) => (own.has(name) ? own.get(name) : above(name));
for (const question of questions) {
const { code, kind, ask_if: askIf, waves } = question;
const inWave = !waves?.length || waves.includes(facts.get("wave"));
const isAsked = open && inWave && (!askIf || holds(askIf, seen, facts));
const answer = answers.get(code);
tell(question, path + code, isAsked);
if (kind === "rows" && fits(kind, answer)) {
answer.forEach((row, n) => walk(question.questions, row, facts, tell, seen, `${path}${code}/${n}/`, isAsked));
}
if (isAsked && fits(kind, answer) && answer.length !== 0) own.set(code, answer);
}
};
const all = (selector, root) => [...root.querySelectorAll(selector)];
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
const look = (form, changed) => {
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
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const newCode = () =>
[...crypto.getRandomValues(new Uint8Array(16))].map((byte, n) => (n && n % 4 === 0 ? "-" : "") + LETTERS[byte & 31]).join("");
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
const [back, next, send] = all(".go button");
const status = form.querySelector("[role=status]");
const themes = all("section");
let page = 0;
const pages = () => themes.filter((theme) => all("[data-q]:not([hidden])", theme).length);
const save = () => store("setItem", JSON.stringify([...new FormData(form)]));
const tidy = (changed) => {
look(form, changed);
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
for (const intro of document.querySelectorAll("[data-intro]")) intro.hidden = page;
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
main = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("main[data-word]");
} catch {
main = null; // no network: the same as no word
}
send.disabled = false;
if (!main || reply.status > 499) {
status.textContent = status.dataset.unsent;
return;
}
if (reply.status !== 422) store("removeItem");
history.replaceState(null, "", location.pathname + location.search);
document.querySelector("main").replaceWith(main);
main.querySelector("h1").focus();
scrollTo(0, 0);
const again = main.querySelector("form[data-facts]");
if (again) start(again);
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
for (const [name, value] of JSON.parse(store("getItem")) ?? []) {
for (const field of all("input, textarea")) {
if (field.name !== name) continue;
if (/radio|checkbox/.test(field.type)) field.checked ||= field.value === value;
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
const form = document.querySelector("form[data-facts]");
if (form) start(form);
