import { Expected, type Parser } from './field.ts';

/** Where a set of keys is published; which of the two schemes may be used depends on `NODE_ENV`. */
export const jwksUrl: Parser<URL> = (text) => {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text)) throw new Expected('an https:// URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new Expected('an https:// URL without credentials in it');
  if (url.hash !== '') throw new Expected('an https:// URL without a fragment (#)');
  return url;
};

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether what is fetched from there cannot be changed on its way: over TLS, or without leaving the machine. */
export const isTamperProof = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || LOOPBACK.test(hostname);
