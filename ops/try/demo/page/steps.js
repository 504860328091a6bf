const steps = document.getElementById('steps');

/** Shows how far one of `token`, `ticket`, `handshake`, `messages` is: `busy`, `done`, `failed`, or nothing yet. */
export function step(name, state, text) {
  const item = steps.querySelector(`[data-step="${name}"]`);
  item.dataset.state = state;
  item.querySelector('span').textContent = text;
}
