/** How a page makes its browser send a request with the ticket of another user. */
export const triggers = {
  image: (url: string) => `new Image().src = '${url}';`,
  fetch: (url: string) => `fetch('${url}', { mode: 'no-cors' }).catch(() => {});`,
  EventSource: (url: string) => `new EventSource('${url}');`,
  WebSocket: (url: string) => `new WebSocket('${url}');`,
  link: (url: string) => clickOn('a', `element.href = '${url}';`),
  download: (url: string) => clickOn('a', `element.href = '${url}'; element.download = '';`),
  'GET form': (url: string) => submit('get', url),
  'POST form': (url: string) => submit('post', url),
} as const;

export type Trigger = keyof typeof triggers;

/** Those after which the page is still open. */
export const lasting: readonly Trigger[] = ['image', 'fetch', 'EventSource', 'WebSocket'];
export const leaving: readonly Trigger[] = ['link', 'download', 'GET form', 'POST form'];

const clickOn = (tag: string, setUp: string): string =>
  `const element = document.createElement('${tag}'); ${setUp} document.body.append(element); element.click();`;

// A form with GET replaces the query of its action.
const submit = (method: string, url: string): string =>
  `const form = document.createElement('form'); form.method = '${method}'; form.action = '${url}';
  const field = document.createElement('input'); field.type = 'hidden'; field.name = 'ticket';
  field.value = new URL('${url}').searchParams.get('ticket'); form.append(field);
  document.body.append(form); form.submit();`;
