// Passkeys: a form with data-passkey asks the browser for one, puts what it says into its field, and is sent.
//
// data-passkey="add" makes one, "use" signs with one of a person who is known, "sign-in" with whatever there is.
// What the server asks stands in the page as JSON (#passkey-options), or is fetched where nobody is known yet.

const form = document.querySelector("form[data-passkey]");
const problem = form.querySelector("[data-passkey-problem]");
const kind = form.dataset.passkey;

async function options() {
  if (kind !== "sign-in") return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${form.action}: ${answer.status}`);
  return answer.json();
}

async function credential() {
  const asked = await options();
  if (kind !== "add") return window.webauthnJSON.get(asked.request_options);
  const { creation_options: made } = asked;
  const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  Object.assign(made.publicKey.authenticatorSelection, wanted); // so it signs in by itself
  return window.webauthnJSON.create(made);
}

if (window.PublicKeyCredential && window.isSecureContext) {
  form.removeAttribute("data-waiting"); // its place was kept, so nothing moves
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const button = form.querySelector("button");
    button.disabled = true; // a second click would ask twice
    try {
      form.elements.credential.value = JSON.stringify(await credential());
    } catch { // cancelled, no passkey here, or no connection
      problem.hidden = false;
      button.disabled = false;
      return;
    }
    form.submit();
  });
  addEventListener("pageshow", () => { form.querySelector("button").disabled = false; });
} else {
  form.hidden = true;
  const none = document.querySelector("[data-passkey-none]");
  if (none) none.hidden = false;
}
