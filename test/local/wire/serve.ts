import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

import {
  ConnectionReset,
  createDispatcher,
  sendWireResponse,
  wireRequest,
} from '../../../src/local/wire/index.js';
import type {DispatchOptions, Services} from '../../../src/local/wire/index.js';

/** The wire layer alone behind a real socket. */
export interface Served extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
}

export async function serve(services: Services, options: DispatchOptions = {}): Promise<Served> {
  const dispatch = createDispatcher(services, {
    onUnexpected: error => {
      console.error(error);
    },
    ...options,
  });
  const server = createServer((request, response) => {
    void dispatch(wireRequest(request, '')).then(
      answer => sendWireResponse(answer, response),
      (error: unknown) => {
        if (!(error instanceof ConnectionReset)) throw error;
        request.socket.resetAndDestroy();
      },
    );
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const {port} = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    port,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Settings of an SDK client that talks to it. */
export const clientOf = ({
  endpoint,
}: Served): {
  endpoint: string;
  region: string;
  credentials: {accessKeyId: string; secretAccessKey: string};
  maxAttempts: number;
} => ({
  endpoint,
  region: 'us-east-1',
  credentials: {accessKeyId: 'local', secretAccessKey: 'local'},
  maxAttempts: 1,
});
