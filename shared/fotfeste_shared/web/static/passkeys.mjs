// Passkeys: fetches the question, lets the browser answer it with its owner's finger, and posts the answer as a form.
const READ = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };

const canAnswer = (way) => typeof globalThis.PublicKeyCredential?.[READ[way]] === "function";

const answered = async (form, way) => {
  const token = form.elements.csrf_token.value;
  const reply = await fetch(form.dataset.question, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!reply.ok) throw new Error(reply.status);
  const publicKey = PublicKeyCredential[READ[way]](await reply.json());
  return navigator.credentials[way]({ publicKey });
};

const start = (form) => {
  const way = form.dataset.passkey;
  if (!canAnswer(way)) return;
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  for (const each of document.querySelectorAll("[data-without-passkeys]")) each.hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify((await answered(form, way)).toJSON());
      form.submit();
    } catch {
      failed.hidden = false; // cancelled by its owner, or the line is down: the other ways in are still here
    }
  });
};

for (const form of document.querySelectorAll("form[data-passkey]")) start(form);
