'use strict';
// console.js -- the console's page in a browser, driven as its user does.

const assert = require('node:assert/strict');
const { scenario } = require('./browser');

const WIDE = { viewport: { width: 1400, height: 860 } };

class Console {
  constructor(page, dev) {
    Object.assign(this, { page, dev });
  }

  async open(token = this.dev.token) {
    await this.page.goto(`${this.dev.controlUrl}/${token ? `#token=${token}` : ''}`);
    if (token) await this.page.getByText('Live, generation').waitFor();
  }

  /** On a narrow screen: Clients, Service or Details. */
  async go(area) {
    const tab = this.page.locator('#areas').getByRole('button', { name: area });
    if (await tab.isVisible()) await tab.click();
  }

  /** A new client, open, whose connection the page has learned. `query`: "name=ann". */
  async connect(query = '') {
    const { page } = this;
    const options = page.locator('#client-options');
    const clients = await page.locator('.clients li').count();
    if (await options.getAttribute('open') === null) await options.locator('summary').first().click();
    await page.fill('#client-query', query);
    await options.locator('summary').first().click();
    await page.click('#connect');
    await page.locator('.clients li').nth(clients).waitFor();
    await page.locator('.client-status code').waitFor();
    await page.locator('#send:enabled').waitFor();
    return page.locator('.client-status code').getAttribute('title');
  }

  async send(message) {
    await this.page.fill('#message', typeof message === 'string' ? message : JSON.stringify(message));
    await this.page.click('#send');
  }

  /** Waits for a row of the timeline that has the text; `kind` is its class: is-invocation, is-frame, is-failure. */
  async row(text, kind = '') {
    const row = this.page.locator(`#timeline-list .row${kind && `.${kind}`}`).filter({ hasText: text }).last();
    await row.waitFor();
    return row;
  }

  /** What the client that is chosen has said and heard, once it has this text. */
  async heard(text) {
    await this.page.locator('#conversation .row.is-out').filter({ hasText: text }).last().waitFor();
  }

  async panel(name) {
    await this.page.click(`#tab-${name}`);
    return this.page.locator(`#${name}`);
  }

  async choose(text, kind) {
    await (await this.row(text, kind)).click();
    return this.page.locator('#detail');
  }

  detail(text) {
    return this.page.locator('#detail').filter({ hasText: text }).waitFor();
  }

  /** Waits until the page says so: check() is a function of the page. */
  until(check, argument) {
    return this.page.waitForFunction(check, argument);
  }
}

/** A test with `moonwire dev` and the console's page, open. options: those of scenario (browser.js). */
function consoleScenario(name, { page, ...options }, body) {
  scenario(name, { ...options, page: { ...WIDE, ...page } }, async (given) => {
    const view = new Console(given.page, given.dev);
    await view.open();
    await body({ ...given, view });
  });
}

/** Colours of texts on what is behind them, in sight now, whose contrast is less than WCAG's 4.5 to 1: "2.1 text". Runs in the page. */
function weakTexts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const node of document.querySelectorAll('body *')) {
    const words = [...node.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join('').trim();
    if (!words || !node.checkVisibility() || node.closest(':disabled, .unseen, svg, option, noscript, .skip')) continue;
    const [a, b] = [light(read(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) weak.push(`${contrast.toFixed(2)} ${node.className} ${words.slice(0, 40)}`);
  }
  return weak;
}

/** Controls without a name for screen readers. Runs in the page. */
function nameless() {
  return [...document.querySelectorAll('button, input, select, textarea, [role="listbox"], section, dialog')]
    .filter((node) => !(node.getAttribute('aria-label') || node.getAttribute('aria-labelledby') || node.textContent.trim() || node.labels?.length))
    .map((node) => node.outerHTML.slice(0, 120));
}

async function assertAccessible(page) {
  await page.waitForTimeout(200); // colours fade
  assert.deepEqual(await page.evaluate(weakTexts), [], 'texts that are hard to read');
  assert.deepEqual(await page.evaluate(nameless), [], 'controls without a name');
}

module.exports = { Console, consoleScenario, assertAccessible };
