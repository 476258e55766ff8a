// The list of who is there: each tick is kept in this browser before anything is sent, and leaves it when the server
// has answered. A tick has a name of its own, so sending it again changes nothing.
const RETRY = 5_000; // milliseconds between tries while the hall has no network

const start = (form) => {
  const place = `ticks ${form.dataset.ticks}`;
  const status = form.querySelector("[data-count]");
  const [count, state] = [status.querySelector("strong"), status.querySelector("span")];
  const boxes = [...form.querySelectorAll("[name=here]")];
  const waiting = () => JSON.parse(localStorage.getItem(place) ?? "[]");
  waiting(); // where a browser keeps nothing this throws, and the plain form stays as it is
  let busy = false;
  let refused = false;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const show = () => {
    const left = waiting().length;
    count.textContent = fill(status.dataset.count, { n: boxes.filter((box) => box.checked).length, all: boxes.length });
    state.textContent = left ? fill(refused ? form.dataset.refused : form.dataset.waits, { n: left }) : form.dataset.saved;
  };

  // what waits here is newer than what the page was made with
  const lay = (here) => {
    if (here) for (const box of boxes) box.checked = here.includes(box.value);
    for (const tick of waiting()) {
      const box = boxes.find((each) => each.value === tick.person);
      if (box) box.checked = tick.here;
    }
    show();
  };

  const send = async () => {
    const ticks = waiting();
    if (busy || !ticks.length) return;
    let pause = RETRY;
    busy = true;
    try {
      const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
      const options = { method: "POST", headers, body: JSON.stringify(ticks), redirect: "error" };
      const reply = await fetch(form.dataset.ticks, options);
      refused = !reply.ok && reply.status < 500;
      if (reply.ok) {
        const { here } = await reply.json(); // an answer that is not ours throws, and nothing is taken away
        const taken = new Set(ticks.map((tick) => tick.id));
        localStorage.setItem(place, JSON.stringify(waiting().filter((tick) => !taken.has(tick.id))));
        lay(here);
        pause = 0;
      }
    } catch {
      refused = false;
    }
    busy = false;
    show();
    if (waiting().length && !refused) setTimeout(send, pause);
  };

  form.addEventListener("change", ({ target }) => {
    if (target.name !== "here") return;
    const tick = { id: crypto.randomUUID(), person: target.value, here: target.checked, at: new Date().toISOString() };
    localStorage.setItem(place, JSON.stringify([...waiting(), tick]));
    show();
    send();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // every tick is kept already
    send();
  });
  addEventListener("online", send);
  lay();
  send();
};

for (const form of document.querySelectorAll("form[data-ticks]")) start(form);
