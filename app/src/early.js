(() => {
  const root = document.documentElement;
  const typed = new Map();
  let form;
  const early = () => !root.hasAttribute("data-hydrated");
  const note = ({ target }) => early() && typed.set(target, [target.value, target.checked]);
  addEventListener("input", note, true);
  addEventListener("change", note, true);
  addEventListener("submit", (event) => {
    if (!early()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form = event.target;
    event.submitter?.setAttribute("aria-busy", "true");
  }, true);
  new MutationObserver((_, observer) => {
    if (early()) return;
    observer.disconnect();
    for (const [field, [value, checked]] of typed) {
      field.value = value;
      field.checked = checked;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (!form?.isConnected) return;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    form.requestSubmit();
  }).observe(root, { attributes: true, attributeFilter: ["data-hydrated"] });
})();
