import { byId } from './elements.js';

const [box, note, copy, copied] = ['curl', 'curl-note', 'copy', 'copied'].map(byId);
const NOTE =
  'This JWT works until you log out or the demo ends. Paste the command into a terminal, and look at “The last ticket”.';

/** Shows the request for a ticket as a command to copy. */
export function showCurl(ticketUrl, token) {
  box.textContent = `curl -i -X POST \\\n  -H 'Authorization: Bearer ${token}' \\\n  ${ticketUrl}`;
  box.hidden = false;
  note.textContent = NOTE;
  copy.disabled = false;
  copied.textContent = '';
}

copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(box.textContent);
    copied.textContent = 'Copied.';
  } catch {
    getSelection().selectAllChildren(box);
    copied.textContent = 'The browser does not allow it. The command is selected: press Ctrl+C.';
  }
});
