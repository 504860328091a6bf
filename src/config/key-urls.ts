import { InvalidValueError, type Parser } from './variable.ts';

/** The URL of a published key set; `jwt-rules.ts` restricts http:// by `NODE_ENV`. */
export const jwksUrl: Parser<URL> = (text) => {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text))
    throw new InvalidValueError('an https:// URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new InvalidValueError('an https:// URL without credentials in it');
  if (url.hash !== '') throw new InvalidValueError('an https:// URL without a fragment (#)');
  return url;
};

/** The URL of an issuer, as text: a JWT must have exactly this `iss` (OpenID Connect Discovery 1.0, 4.3). */
export const issuerUrl: Parser<string> = (text) => {
  const { search } = jwksUrl(text);
  if (search !== '' || text.endsWith('?')) throw new InvalidValueError('an https:// URL without a query (?)');
  if (text.includes('/.well-known/'))
    throw new InvalidValueError('the issuer alone, without /.well-known/ and what follows');
  return text;
};

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a response from there cannot be changed in transit: it uses TLS, or does not leave this machine. */
export const isTamperProof = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || LOOPBACK.test(hostname);
