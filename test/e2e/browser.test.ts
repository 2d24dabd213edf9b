/** Real sites behind the printed URL, in a real browser: everything loads, and the pages do what they are for. */
import {cpSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {chromium, type Browser} from 'playwright-core';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {repository} from './cli.js';
import {copySite} from './npm-sites.js';
import {findChromium} from './tools.js';
import {chromiumArguments, visit, type Visit} from './visit.js';
import {workspace, type Deployed, type LocalStatus, type Workspace} from './workspace.js';

const executablePath = findChromium('sites in a browser');

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let browser: Browser;
  let project: Workspace;
  let current: Visit | undefined;

  const open = async (options?: Parameters<typeof visit>[1]): Promise<Visit> =>
    (current = await visit(browser, options));
  const deploy = (...args: string[]): Promise<Deployed> => project.json(['deploy', ...args, '--local']);

  beforeAll(async () => {
    project = workspace();
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : {executablePath}),
      args: [...chromiumArguments],
    });
  });
  afterEach(async () => {
    await current?.close();
    current = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await project.dispose();
  });

  it('swagger-ui lists the operations of a spec beside it, and calls one', async () => {
    copySite('swagger-ui', join(project.dir, 'swagger-ui'));
    project.write({
      'swagger-ui/swagger-initializer.js': swaggerInitializer,
      'swagger-ui/openapi.json': JSON.stringify(spec),
    });
    const {url} = await deploy('./swagger-ui');
    const {page, problems} = await open();
    await page.goto(url);
    const operations = page.locator('.opblock');
    await operations.nth(1).waitFor();
    expect(await operations.locator('.opblock-summary-path').allTextContents()).toEqual([
      '/openapi.json',
      '/coffees/{name}',
    ]);
    await operations.first().click();
    await page.getByRole('button', {name: 'Try it out'}).click();
    await page.getByRole('button', {name: 'Execute'}).click();
    const answer = page.locator('.live-responses-table .response');
    await answer.locator('.response-col_status', {hasText: '200'}).waitFor();
    await answer.locator('.highlight-code', {hasText: '"openapi": "3.1.0"'}).waitFor();
    expect(problems).toEqual([]);
  });

  it('reveal.js turns to the second slide', async () => {
    copySite('reveal', join(project.dir, 'reveal'));
    const {url} = await deploy('./reveal');
    const {page, problems} = await open();
    await page.goto(url);
    await page.locator('.reveal.ready').waitFor();
    const slide = page.locator('.slides > section.present');
    expect(await slide.textContent()).toBe('Slide 1');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(`${url}#/1`);
    expect(await slide.textContent()).toBe('Slide 2');
    // The page names no icon, so Chromium asks for one by its usual name, in vain.
    expect(problems.filter(problem => !problem.includes(`${url}favicon.ico`))).toEqual([]);
  });

  it('monaco shows what is typed, and its TypeScript worker finds the mistake', async () => {
    copySite('monaco', join(project.dir, 'monaco'));
    const {url} = await deploy('./monaco');
    const {page, problems} = await open();
    await page.goto(url);
    await page.locator('.monaco-editor .view-lines').click();
    await page.keyboard.type("const cups: number = 'three';");
    const line = page.locator('.view-lines .view-line', {hasText: "const cups: number = 'three';"});
    await line.waitFor();
    await line.locator('.mtk6', {hasText: 'const'}).waitFor();
    await page.locator('.squiggly-error').first().waitFor();
    expect(problems).toEqual([]);
  });

  describe('the example coffee', () => {
    const root = join(repository, 'examples/coffee');
    const pages = readdirSync(join(root, 'public'), {recursive: true, encoding: 'utf8'})
      .map(name => name.replaceAll('\\', '/'))
      .filter(name => name.endsWith('.html'))
      .sort();
    let deployed: Deployed;

    beforeAll(async () => {
      cpSync(root, join(project.dir, 'coffee'), {recursive: true});
      deployed = await project.json(['deploy', '--local'], {cwd: join(project.dir, 'coffee')});
    });
    afterAll(() => project.run(['local', 'stop'], {cwd: join(project.dir, 'coffee')}));

    it('shows every page, and every link inside leads somewhere', async () => {
      const {page, problems} = await open();
      const links = new Set<string>();
      for (const name of pages.filter(name => name !== '404.html')) {
        const answer = await page.goto(new URL(name, deployed.url).href, {waitUntil: 'networkidle'});
        expect(answer?.status(), name).toBe(200);
        expect(await page.locator('h1').count(), name).toBe(1);
        const found = await page
          .locator('a[href]')
          .evaluateAll(anchors => anchors.map(anchor => (anchor as {href?: string}).href ?? ''));
        for (const link of found) if (link.startsWith(deployed.url)) links.add(link.replace(/#.*/, ''));
      }
      expect(links.size).toBeGreaterThanOrEqual(3);
      for (const link of links) expect((await page.request.get(link)).status(), link).toBe(200);
      expect(problems).toEqual([]);
    });

    it('goes from page to page by its own links, with its style sheet on each', async () => {
      const {page, problems} = await open();
      await page.goto(deployed.url);
      const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      for (const [name, path] of [
        ['Brewing', 'brew/index.html'],
        ['About', 'about/index.html'],
        ['Coffee', 'index.html'],
      ] as const) {
        await page.getByRole('navigation').getByRole('link', {name}).click();
        await page.waitForURL(new URL(path, deployed.url).href);
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor'), name).toBe(paper);
      }
      expect(paper).toBe('rgb(251, 246, 238)');
      expect(problems).toEqual([]);
    });

    it.each(['light', 'dark'] as const)('fits a phone, %s', async colorScheme => {
      const {page, problems} = await open({colorScheme, viewport: {width: 390, height: 844}});
      for (const name of pages.filter(name => name !== '404.html')) {
        await page.goto(new URL(name, deployed.url).href);
        expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(390);
        const colours = await page.evaluate(
          "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]",
        );
        expect(colours, name).toEqual(
          colorScheme === 'light'
            ? ['rgb(251, 246, 238)', 'rgb(43, 29, 20)']
            : ['rgb(26, 19, 14)', 'rgb(244, 233, 220)'],
        );
      }
      expect(problems).toEqual([]);
    });

    it('calculates a brew', async () => {
      const {page, problems} = await open();
      await page.goto(new URL('brew/index.html', deployed.url).href);
      await page.getByLabel('Water in grams').fill('450');
      await page.getByLabel('Brewer').selectOption('Moka pot (1 to 9)');
      expect(await page.locator('output').textContent()).toBe('50 g of coffee');
      expect(problems).toEqual([]);
    });

    it.each(['nothing-here', 'brew/deep/down/nothing.html'])(
      'shows its own page with status 404 at /%s',
      async path => {
        const {page, problems} = await open();
        const url = new URL(path, deployed.url).href;
        const answer = await page.goto(url, {waitUntil: 'networkidle'});
        expect(answer?.status()).toBe(404);
        expect(await page.locator('h1').textContent()).toBe('This cup is empty');
        expect(await answer?.text()).toBe(readFileSync(join(root, 'public/404.html'), 'utf8'));
        // Chromium reports the page's own status on the console; its style sheet, script and images must be there.
        expect(problems.filter(problem => !problem.includes(url))).toEqual([]);
        await page.getByRole('link', {name: 'Back to the coffee'}).click();
        await page.waitForURL(new URL('index.html', deployed.url).href);
      },
    );

    it('is the same over TLS and HTTP/2 under its own name', async () => {
      const status = await project.json<LocalStatus>(['local', 'status'], {
        cwd: join(project.dir, 'coffee'),
      });
      const {domainName} = status.distributions.find(({id}) => id === deployed.distributionId)!;
      const {page, problems} = await open({ignoreHTTPSErrors: true});
      const answer = await page.goto(`https://${domainName}.localhost:${status.tlsPort}/`, {
        waitUntil: 'networkidle',
      });
      expect(answer?.status()).toBe(200);
      expect(await page.locator('h1').textContent()).toBe('Three coffees, roasted on Tuesdays.');
      expect(await page.evaluate('performance.getEntries()[0].nextHopProtocol')).toBe('h2');
      expect(problems).toEqual([]);
    });
  });
});

const swaggerInitializer = `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: 'openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
};
`;

const spec = {
  openapi: '3.1.0',
  info: {title: 'Coffees', version: '1.0.0'},
  paths: {
    '/openapi.json': {get: {responses: {200: {description: 'This document'}}}},
    '/coffees/{name}': {
      get: {
        parameters: [{name: 'name', in: 'path', required: true, schema: {type: 'string'}}],
        responses: {200: {description: 'A coffee'}},
      },
    },
  },
};
