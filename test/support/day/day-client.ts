/** One thing that the application of the day reported: an event of the client, a new socket, a call of getToken. */
export interface Report {
  readonly type: string;
  readonly why?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly status?: number;
  readonly errorCode?: string | undefined;
  readonly rejected?: boolean;
  /** How many sockets are connecting or open, the new one included. */
  readonly living?: number;
}

/** The application of the day, somewhere. */
export interface DayClient {
  readonly reports: readonly Report[];
  connect(): Promise<void>;
  close(): Promise<void>;
  /** Stops all that it does, as a computer that sleeps. */
  sleep(): Promise<void>;
  wake(): Promise<void>;
  end(): Promise<void>;
}

/** Where the application finds its own server and the gateway. */
export interface DayAddresses {
  readonly origin: string;
  readonly socketUrl: string;
}
