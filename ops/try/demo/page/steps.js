const steps = document.getElementById('steps');

/** Shows the state of `token`, `ticket`, `handshake` or `messages`: `busy`, `done`, `failed`, or empty at first. */
export function step(name, state, text) {
  const item = steps.querySelector(`[data-step="${name}"]`);
  item.dataset.state = state;
  item.querySelector('span').textContent = text;
}
