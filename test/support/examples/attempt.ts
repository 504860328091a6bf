/** What a client of an example sends. */
export interface Presented {
  readonly ticket?: string;
  /** The subprotocols, which may carry a ticket. */
  readonly protocols?: readonly string[];
  readonly origin: string;
}

export interface OpenSocket {
  readonly outcome: 'opens';
  /** How the socket closed, once it has. */
  readonly closed: Promise<string>;
  isOpen(): boolean;
  end(): void;
}

export interface RefusedClient {
  /** As the client sees it: a status or a close code. */
  readonly outcome: string;
}

export type Attempt = OpenSocket | RefusedClient;

/** Connects as an application would; resolves when the server has let the client in, or has refused it. */
export type Client = (port: number, presented: Presented) => Promise<Attempt>;

export const isOpenSocket = (attempt: Attempt): attempt is OpenSocket => 'closed' in attempt;
