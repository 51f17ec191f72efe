// SPDX-License-Identifier: MIT
// Starts the real gateway on a free port, in its own folder, and talks to it over HTTP.
import { after } from 'node:test';
import { demoGateway } from '../support-js/paths.mjs';
import { Sandbox as HostSandbox } from '../support-js/sandbox.mjs';
import { endAll, Server } from '../support-js/server.mjs';

export { build, plugin } from '../support-js/paths.mjs';

after(endAll);

export class Sandbox extends HostSandbox {
  /** Starts a gateway with a configuration changed by `change`, and options of Node. It may end without serving; see ready. */
  async start(change, ...options) {
    const gateway = new Gateway(process.execPath, [...options, demoGateway, '--config', this.writeConfig(change)]);
    await gateway.ready();
    return gateway;
  }
}

export class Gateway extends Server {
  /** Returns the JSON of a response. */
  async query(query, variables, headers) {
    return (await this.post({ query, variables }, headers)).json();
  }

  /** Returns the data of a response that must have no errors. */
  async data(query, variables, headers) {
    const result = await this.query(query, variables, headers);
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    return result.data;
  }

  async create(organizationId, title, more = {}) {
    const data = await this.data(
      'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id version title } } }',
      { input: { organizationId, title, ...more } });
    return data.integrationCreate.integration;
  }
}
