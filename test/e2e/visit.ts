/** A page in Chromium that remembers everything that went wrong while it was open. */
import type {Browser, BrowserContextOptions, Page} from 'playwright-core';

export interface Visit {
  readonly page: Page;
  /** Failed requests, answers of 400 and above, requests to other hosts, console errors and uncaught errors. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Arguments under which Debian's Chromium runs as root, and asks nothing of the network for itself. */
export const chromiumArguments: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens an empty page with a cache of its own. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page
    .on('request', request => {
      const {protocol, hostname} = new URL(request.url());
      const isLocal = hostname === '127.0.0.1' || hostname.endsWith('.localhost');
      if (/^https?:$/.test(protocol) && !isLocal) problems.push(`asks another host: ${request.url()}`);
    })
    .on('requestfailed', request => {
      const reason = request.failure()?.errorText ?? '';
      // What the browser itself drops when it leaves a page; a fault of the server has another name.
      if (reason !== 'net::ERR_ABORTED') problems.push(`request failed: ${request.url()} ${reason}`);
    })
    .on('response', response => {
      if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
    })
    .on('console', message => {
      if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
    })
    .on('pageerror', error => problems.push(`uncaught: ${error.message}`));
  return {page, problems, close: () => context.close()};
}
