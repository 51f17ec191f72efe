// SPDX-License-Identifier: MIT
// Operates GraphiQL as a person does: by what is visible, with the mouse, the keyboard and the clipboard.
import { until } from './browser.mjs';

/** One of the page's Monaco editors. */
class Editor {
  constructor(page, region) {
    this.page = page;
    this.pane = page.getByRole('region', { name: region, exact: true }).locator('.monaco-editor:visible');
  }

  /** The visible lines from top to bottom. The elements have another order. */
  async text() {
    const lines = await this.pane.locator('.view-line').evaluateAll((all) =>
      all.map((line) => ({ top: parseFloat(line.style.top), text: line.textContent })));
    return lines.sort((a, b) => a.top - b.top).map(({ text }) => text.replaceAll('\u00a0', ' ')).join('\n');
  }

  async shows(pattern) {
    return until(() => this.text(), (text) => pattern.test(text), pattern);
  }

  async selectAll() {
    await this.pane.click({ position: { x: 120, y: 12 } });
    await this.page.keyboard.press('Control+A');
  }

  async type(text) {
    await this.selectAll();
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.type(text);
  }

  async paste(text) {
    await this.page.evaluate((value) => navigator.clipboard.writeText(value), text);
    await this.selectAll();
    await this.page.keyboard.press('Control+V');
    await until(() => this.text(), (shown) => shown === text, `${text} as pasted`);
  }

  /** The whole text, including the part that is not visible. */
  async copy() {
    await this.selectAll();
    await this.page.keyboard.press('Control+C');
    await this.page.keyboard.press('ArrowLeft');
    return this.page.evaluate(() => navigator.clipboard.readText());
  }
}

export class GraphiQL {
  constructor(page) {
    this.page = page;
    this.operation = new Editor(page, 'Operation Editor');
    this.variables = new Editor(page, 'Variables');
    this.headers = new Editor(page, 'Headers');
    this.result = new Editor(page, 'Result Window');
  }

  button(name) {
    return this.page.getByRole('button', { name });
  }

  /** Runs one of several operations of the document: the play button opens a menu. */
  async choose(operation) {
    await this.button('Execute query').click();
    await this.page.getByRole('menuitem', { name: operation, exact: true }).click();
  }

  /** Types a document with one named operation. Runs it by the keyboard once the tab shows its name. */
  async run(document) {
    await this.operation.type(document);
    const [, name] = /^\w+ (\w+)/.exec(document);
    await this.page.getByRole('tab', { name, exact: true }).waitFor();
    await this.page.keyboard.press('Control+Enter');
  }

  async setVariables(variables) {
    await this.button('Variables').click();
    await this.variables.paste(JSON.stringify(variables, null, 2));
  }

  async setHeaders(headers) {
    await this.button('Headers').click();
    await this.headers.paste(JSON.stringify(headers, null, 2));
  }

  /** Waits until the result pane shows the pattern. Returns its JSON. */
  async answer(pattern) {
    await this.result.shows(pattern);
    return JSON.parse(await this.result.copy());
  }
}
