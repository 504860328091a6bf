// Two servers read these differently: a ticket for one path could open another one. Java servers remove what follows `;`
// in a segment, some servers decode twice, and some stop at a zero byte.
const AMBIGUOUS = /\/\/|\/;|\/\.{1,2}(?:[/;]|$)|%(?:25)*(?:2e|2f|5c|00)/i;
// RFC 3986, section 3.3: what a path may contain, and so no `?` and no `#`.
const FORM = /^\/(?:[\w.~!$&'()*+,;=:@/-]|%[\dA-Fa-f]{2})*$/;

/** Whether a text is the path of a URL, percent-encoded, and every server reads it in the same way. */
export const isResourcePath = (text: string): boolean => FORM.test(text) && !AMBIGUOUS.test(text);

/** The path of a request target: what precedes `?`. */
export const pathIn = (target: string): string => target.split('?', 1)[0] ?? '';
