import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };

const inPage = (name) => fileURLToPath(new URL(`./page/${name}`, import.meta.url));
const files = new Map(readdirSync(inPage('')).map((name) => [`/${name}`, inPage(name)]));
files.set('/', inPage('index.html'));

/** Serves the files of the page and the built browser library, and no other file. */
export async function serveFile(request, response, path) {
  const file = path === '/client.js' ? fileURLToPath(import.meta.resolve('ticketd/client')) : files.get(path);
  if (file === undefined || !['GET', 'HEAD'].includes(request.method)) {
    response.writeHead(404, { 'Content-Type': 'text/plain' });
    response.end('Not found\n');
    return;
  }
  response.writeHead(200, {
    'Content-Type': `${TYPES[extname(file)]}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : await readFile(file));
}
