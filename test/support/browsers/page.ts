/** A real browser that shows one page at a time. */
export interface BrowserPage {
  /** Opens the address in a tab of its own, and closes the tab before. */
  open(url: string): Promise<void>;
  /** Runs a script in the page that is open. */
  run(script: string): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}
