import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { version } from '../config/version.ts';
import { codedError } from '../protocol/coded-error.ts';

const MAX_BYTES = 256 * 1024;

const headers = {
  Accept: 'application/jwk-set+json, application/json',
  'User-Agent': `ticketd/${version}`,
  Connection: 'close',
};

/**
 * Fetches a text of at most 256 KiB; rejects for any other status than 200. A redirect is not followed, since it could
 * lead anywhere. When `signal` aborts it rejects with the signal's reason.
 */
export const getText = async (url: URL, signal: AbortSignal): Promise<string> => {
  try {
    const response = await responseTo(url, signal);
    return await bodyOf(response);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
};

const responseTo = (url: URL, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? httpsGet : httpGet;
    get(url, { headers, signal }, resolve).on('error', reject);
  });

const bodyOf = async (response: IncomingMessage): Promise<string> => {
  try {
    const { statusCode } = response;
    if (statusCode !== 200) throw codedError(`HTTP_${statusCode}`, `the response was HTTP ${statusCode}, not 200`);
    return await textOf(response);
  } finally {
    response.destroy();
  }
};

const textOf = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > MAX_BYTES) throw codedError('TOO_LARGE', `the response is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};
