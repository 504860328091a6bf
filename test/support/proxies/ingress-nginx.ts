import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runNginx } from './nginx.ts';
import type { Prepare } from './proxy-process.ts';

const SHIPPED = 'ops/deploy/kubernetes/ingress-nginx/ingress.yaml';
const TICKETD = 'http://ticketd-internal.default.svc.cluster.local:3001';

/** The annotations of the shipped Ingress, without their prefix. */
export const annotations = (): Readonly<Record<string, string>> => {
  const [ingress] = parseAllDocuments(readFileSync(SHIPPED, 'utf8')).map((document) => document.toJS());
  const all = Object.entries<string>(ingress.metadata.annotations);
  return Object.fromEntries(all.map(([name, value]) => [name.replace('nginx.ingress.kubernetes.io/', ''), value]));
};

/** A real nginx that asks ticketd and passes on what ingress-nginx does with these annotations (its nginx.tmpl). */
export const prepareIngressNginx: Prepare = async (port, directory, { ticketdPort, upstreamPort }) => {
  const { 'auth-url': authUrl = '', ...others } = annotations();
  if (!authUrl.startsWith(TICKETD)) throw new Error(`auth-url does not lead to ${TICKETD}`);
  const config = join(directory, 'ingress-nginx.conf');
  const target = authUrl.replace(TICKETD, `http://127.0.0.1:${ticketdPort}`);
  await writeFile(config, configOf(others, { port, target, upstreamPort, log: join(directory, 'access.log') }));
  return runNginx(config, directory);
};

interface Addresses {
  readonly port: number;
  readonly target: string;
  readonly upstreamPort: number;
  readonly log: string;
}

const configOf = (
  annotated: Readonly<Record<string, string>>,
  { port, target, upstreamPort, log }: Addresses,
): string => {
  const size = annotated['proxy-buffer-size'] ?? '4k';
  const buffers = `proxy_buffering ${annotated['proxy-buffering'] ?? 'off'}; proxy_buffer_size ${size}; proxy_buffers 4 ${size}; proxy_http_version 1.1;`;
  const identity = (annotated['auth-response-headers'] ?? '').split(',');
  return `
    events {}
    http {
      map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      server {
        listen 127.0.0.1:${port};
        access_log ${annotated['enable-access-log'] === 'false' ? 'off' : log};
        location = /_external-auth {
          internal;
          proxy_pass_request_body off;
          proxy_pass_request_headers on;
          proxy_set_header Content-Length "";
          proxy_set_header X-Forwarded-Proto "";
          proxy_set_header X-Request-ID $request_id;
          proxy_set_header Host ticketd-internal.default.svc.cluster.local;
          proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
          proxy_set_header X-Original-Method $request_method;
          proxy_set_header X-Sent-From "nginx-ingress-controller";
          proxy_set_header X-Real-IP $remote_addr;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Auth-Request-Redirect $request_uri;
          ${buffers}
          set $target ${target};
          proxy_pass $target;
        }
        location / {
          auth_request /_external-auth;
          ${identity.map((name, at) => `auth_request_set $identity${at} $upstream_http_${name.toLowerCase().replaceAll('-', '_')};`).join('\n')}
          ${identity.map((name, at) => `proxy_set_header ${name} $identity${at};`).join('\n')}
          proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
          proxy_set_header X-Request-ID $request_id;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_read_timeout ${annotated['proxy-read-timeout'] ?? 60}s;
          proxy_next_upstream error timeout;
          ${buffers}
          proxy_pass http://127.0.0.1:${upstreamPort};
        }
      }
    }`;
};
