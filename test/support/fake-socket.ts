/** A WebSocket that does what it is told. */
export interface FakeSocket {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: readonly unknown[];
  /** As a WebSocket's: 0 and 1 while it is connecting and open. */
  readonly readyState: number;
  /** The arguments of the first `close`. */
  readonly closedWith: readonly unknown[] | undefined;
  binaryType: string;
  /** Ends the handshake well. */
  open(protocol?: string): void;
  message(data: unknown): void;
  /** Ends the handshake or the connection, as the server or the network does. */
  end(code?: number, reason?: string): void;
}

const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];

/** A constructor, and the sockets that it has made so far. */
export const fakeSockets = () => {
  const made: FakeSocket[] = [];
  function WebSocket(url: string, protocols: readonly string[]) {
    const target = new EventTarget();
    const tell = (type: string, details: object = {}) => target.dispatchEvent(Object.assign(new Event(type), details));
    const socket = Object.assign(target, {
      url,
      protocols,
      protocol: '',
      binaryType: 'blob',
      readyState: CONNECTING,
      sent: [] as unknown[],
      closedWith: undefined as readonly unknown[] | undefined,
      send: (data: unknown) => void socket.sent.push(data),
      close: (...args: readonly unknown[]) => {
        if (args[0] === 1002) throw new RangeError('not a code to send');
        socket.closedWith ??= args;
        socket.readyState = CLOSED;
      },
      open: (protocol = '') => {
        Object.assign(socket, { readyState: OPEN, protocol });
        tell('open');
      },
      message: (data: unknown) => void tell('message', { data }),
      end: (code = 1006, reason = '') => {
        socket.readyState = CLOSED;
        tell('error');
        tell('close', { code, reason });
      },
    });
    made.push(socket);
    return socket;
  }
  // With `new`, a function that returns an object makes that.
  return { made, WebSocket: WebSocket as unknown as new (url: string, protocols?: string[]) => never };
};
