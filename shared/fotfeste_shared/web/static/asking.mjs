// Which questions are asked: the twin of conditions.py and of the walk in judging.py. It only hides and shows;
// what counts is decided by the judge. Answers and facts live in Maps, since a question may be called `constructor`.

/** @param {object} condition @param {(name: string) => unknown} seen @param {Map<string, unknown>} facts */
export const holds = (condition, seen, facts) => {
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

/**
 * Calls `tell(question, path, isAsked)` for each question in order, also below the ones that are not asked.
 * A question is {code, kind, ask_if?, waves?, questions?}; answers are Maps, rows are lists of Maps.
 */
export const walk = (questions, answers, facts, tell, above = () => undefined, path = "", open = true) => {
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
