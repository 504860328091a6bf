export const byId = (id) => document.getElementById(id);

/** An element with a text, which is never read as HTML. */
export function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** A time element with the local time of day, to the millisecond. */
export function timeOfDay(at) {
  const date = new Date(at);
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  const made = element('time', `${date.toLocaleTimeString('en-GB')}.${milliseconds}`);
  made.dateTime = date.toISOString();
  return made;
}
